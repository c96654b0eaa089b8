"""The page of a ring: buyers who are linked, drawn with what links them, and their open cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.case import revisions_of
from cloudtag.desk.language import Language
from cloudtag.desk.offers import new_form_id, too_old
from cloudtag.desk.proposing import must_be_proposed
from cloudtag.desk.sight import ALERT, NETWORK, in_sight
from cloudtag.desk.visit import NotSeenError, Visit
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.explain.stored import SHOWN

SIZE, RADIUS = 560, 190
MOST_BUYERS = 24
"""Of larger rings so many are drawn; the list has all of them."""
MOST_CASES = 100
"""Of their open cases so many are shown, and decided at once."""
_CASES = f"""
    SELECT alert_id, revision, detector, severity, status, platform, buyer_key, decided_at, amount_at_stake_minor,
        currency, first_event_at
    FROM alerts_current
    WHERE buyer_key IN {{buyers:Array(String)}} AND {NETWORK} = {{network:String}} AND {{sight}}
    ORDER BY buyer_key, decided_at, alert_id LIMIT {MOST_CASES}"""  # noqa: S608 - names of our own, values as parameters

_CHANGED = """
    SELECT alert_id, revision, detector, severity, status FROM alerts_latest
    WHERE alert_id IN {alert_ids:Array(String)} AND {sight} ORDER BY alert_id"""
SEEN = "case:"
"""How the fields of a form begin that choose cases; their values are the revisions that were seen."""


@dataclass(frozen=True, slots=True)
class RingBuyer:
    """A buyer on the drawing: where, how called, whether the case is theirs, whether cases of theirs are open."""

    key: str
    x: float
    y: float
    is_self: bool
    has_cases: bool


@dataclass(frozen=True, slots=True)
class RingLink:
    """What links two buyers, in words, and where its line is drawn."""

    one: RingBuyer
    other: RingBuyer
    words: str

    @property
    def middle(self) -> tuple[float, float]:
        """Where its words stand."""
        return (self.one.x + self.other.x) / 2, (self.one.y + self.other.y) / 2


@dataclass(frozen=True, slots=True)
class RingPicture:
    """The buyers and links of a ring."""

    buyers: tuple[RingBuyer, ...]
    links: tuple[RingLink, ...]
    left_out: int


async def ring(visit: Visit) -> Response:
    """The ring that a case is about."""
    return await ring_page(visit)


async def ring_of(visit: Visit) -> tuple[Alert, list[DeskRow]]:
    """The alert whose ring the address names, and the open cases of its buyers in sight. Raises `NotSeenError`."""
    found = await revisions_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None or not found[1][-1].alert.linked_buyer_ids:
        raise NotSeenError("ring")
    alert = found[1][-1].alert
    sight, who = in_sight(visit.viewer, ALERT)
    about = {"buyers": [alert.buyer_id, *alert.linked_buyer_ids], "network": NETWORKS[alert.platform]}
    return alert, await visit.desk.asking.rows(_CASES.replace("{sight}", sight), {**about, **who})


async def changed_cases(visit: Visit, alert_ids: list[str]) -> list[DeskRow]:
    """What cases have become that a form was made about, as far as they are in sight."""
    sight, who = in_sight(visit.viewer, ALERT)
    rows = await visit.desk.asking.rows(_CHANGED.replace("{sight}", sight), {"alert_ids": alert_ids, **who})
    if not rows:
        raise NotSeenError("case")
    return rows


async def ring_page(
    visit: Visit,
    status: int = 200,
    stale: Sequence[DeskRow] = (),
    preview: Any = None,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The page of the ring. `stale`: cases that have changed since a form was made about them.

    `preview`: what would follow from the form that was `filled` in, which is not sent.
    """
    alert, cases = await ring_of(visit)
    sent_id = visit.request.query_params.get("sent", "")
    sent = visit.desk.sent.get(sent_id)
    is_own = sent is not None and sent.viewer == visit.viewer.name
    return visit.page(
        "ring.html",
        status,
        alert=alert,
        cases=cases,
        stale=stale,
        is_cut=len(cases) == MOST_CASES,
        preview=preview,
        filled=filled,
        too_old={row["alert_id"] for row in cases if too_old(row, visit.desk.now_ms)},
        picture=ring_picture(visit.language, alert, {row["buyer_key"] for row in cases}),
        may_answer=visit.viewer.role != "auditor" and visit.viewer.may("verdicts"),
        form_id=new_form_id(),
        sent=sent if is_own else None,
        proposed=_count(visit) if "proposed" in visit.request.query_params else 0,
        must_propose=must_be_proposed(visit, cases),
        sent_id=sent_id,
        may_undo=visit.desk.may_undo(sent_id, visit.viewer.name) is not None,
    )


def _count(visit: Visit) -> int:
    """How many proposals the address says were made."""
    text = visit.request.query_params.get("count", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def ring_picture(language: Language, alert: Alert, with_cases: set[str]) -> RingPicture:
    """Where each buyer of a ring is drawn: the case's own in the middle, the others around."""
    middle = SIZE / 2
    others = alert.linked_buyer_ids[:MOST_BUYERS]
    own = RingBuyer(alert.buyer_id, middle, middle, True, alert.buyer_id in with_cases)
    buyers = {alert.buyer_id[:SHOWN]: own}
    for n, key in enumerate(others):
        turn = 2 * math.pi * n / len(others) - math.pi / 2
        x, y = round(middle + RADIUS * math.cos(turn), 1), round(middle + RADIUS * math.sin(turn), 1)
        buyers[key[:SHOWN]] = RingBuyer(key, x, y, False, key in with_cases)
    links = tuple(_links(language, alert.facts, own, buyers))
    return RingPicture(tuple(buyers.values()), links, len(alert.linked_buyer_ids) - len(others))


def _links(
    language: Language, facts: Mapping[str, str], own: RingBuyer, buyers: Mapping[str, RingBuyer]
) -> list[RingLink]:
    found = []
    for name, text in facts.items():
        other = buyers.get(name.removeprefix("link ")[:SHOWN]) if name.startswith("link ") else None
        if other is None:
            continue
        shown, _, over = text.partition(" over ")
        parts = [_short(part) for part in shown.split(", ") if ":" in part]
        words = attributes_zh(parts) if language.code == "zh" else attributes(parts)
        found.append(RingLink(buyers.get(over[:SHOWN], own), other, words or text))
    return found


def _short(attribute: str) -> str:
    kind, _, value = attribute.partition(":")
    return f"{kind}:{value[:10]}"
