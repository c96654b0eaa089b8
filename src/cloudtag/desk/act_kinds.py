"""What can be done about a case, kind by kind: what it takes, what its form says, and the event it becomes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cloudtag.contract.surfaces import ProposedAct
from cloudtag.desk import acts
from cloudtag.desk.acts import Actor, MadeAct
from cloudtag.desk.asking import DeskRow
from cloudtag.serving.viewers import ViewerScope

OWN = ""
"""Under this name stands the alert's own buyer among the buyers of an act; the others stand under their orders."""
ORDER = "order:"
"""How the fields of a form begin that choose orders."""


@dataclass(frozen=True, slots=True)
class ActKind:
    """One kind of act. `scope`: what a token must have. `is_shops`: only a shop's staff do it, about its own orders
    where `is_by_order`. `fields` of the form say what is done."""

    scope: ViewerScope
    is_shops: bool
    is_by_order: bool
    fields: tuple[str, ...]
    made: Callable[[Mapping[str, str], DeskRow, Mapping[str, str], Actor], MadeAct]

    def said(self, form: Mapping[str, str]) -> dict[str, str]:
        """What a form says of it, and nothing else that came with the form."""
        own = {*self.fields, "form_id", "revision"}
        return {
            name: value[: acts.LONGEST_REASON]
            for name, value in form.items()
            if name in own or (self.is_by_order and name.startswith(ORDER))
        }


def _verdict(form: Mapping[str, str], alert: DeskRow, buyers: Mapping[str, str], actor: Actor) -> MadeAct:
    return acts.verdict(form, alert, buyers[OWN], actor)


def _limit(form: Mapping[str, str], alert: DeskRow, buyers: Mapping[str, str], actor: Actor) -> MadeAct:
    return acts.order_limit(form, alert, buyers[OWN], actor)


KINDS: dict[ProposedAct, ActKind] = {
    "verdict": ActKind("verdicts", False, False, ("verdict", "reason"), _verdict),
    "tag": ActKind("tags", True, True, ("scenario", "chat_evidence_no"), acts.tag),
    "report": ActKind("events", True, True, ("type", "order", "voucher", "sha256", "chat_evidence_no"), acts.report),
    "limit": ActKind("events", True, False, ("status",), _limit),
}
"""Every kind by its name."""


def kind_of(name: Any) -> ActKind:
    """The kind of that name. Raises `BadActError`."""
    if name not in KINDS:
        raise acts.BadActError("proposed")
    return KINDS[name]
