"""What waits for a second person: acts about more money than the policy leaves to one alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from cloudtag.contract.scope import NETWORKS
from cloudtag.contract.surfaces import CaseAct, ProposedAct
from cloudtag.desk import acts
from cloudtag.desk.act_kinds import KINDS, OWN
from cloudtag.desk.acts import Actor, BadActError
from cloudtag.desk.acts_told import acts_question
from cloudtag.desk.asking import Asking, DeskRow
from cloudtag.desk.sight import in_sight
from cloudtag.policy.model import Policies
from cloudtag.serving.viewers import ShopRef, Viewer

HOUR_MS = 3_600_000
PROPOSED = "-proposed"
"""How the id of a proposal ends; before it stands that of the event it becomes."""
ProposalState = Literal["waiting", "approved", "declined", "expired", "changed"]
"""Whether a proposal can still be approved, and why not: `changed` says that the case is another by now."""
STATE_WORDS: Mapping[ProposalState, str] = {
    "waiting": "waits for another person",
    "approved": "approved",
    "declined": "declined",
    "expired": "its time is over",
    "changed": "void, because the case has changed",
}
_WAITING = """
    SELECT alert_id, ifNull(revision, 0) FROM case_acts
    WHERE act = 'propose' AND until_at > {clock:DateTime64(3)} AND {house}
        AND event_id NOT IN (SELECT about_id FROM case_acts WHERE act IN ('approve', 'decline'))"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that somebody proposed, and what became of it. `shop_id`: of whose staff; none: the platform's.

    `revision`: that of the alert which was seen. `ended`: `approve` or `decline`, by whom.
    """

    proposal_id: str
    actor: str
    at: datetime
    until_at: datetime
    shop_id: str | None
    account_id: str | None
    proposed: ProposedAct
    said: Mapping[str, str]
    revision: int
    ended: str
    ended_by: str

    def state(self, newest_revision: int, now: datetime) -> ProposalState:
        """What it is by now, given the newest revision of its alert."""
        if self.ended:
            return "approved" if self.ended == "approve" else "declined"
        if self.revision != newest_revision:
            return "changed"
        return "waiting" if now < self.until_at else "expired"

    def is_for(self, viewer: Viewer, platform: str) -> bool:
        """Whether it was made in this person's own house: by the same shop's staff, or by the platform's."""
        if viewer.role == "shop":
            return ShopRef(NETWORKS[platform], self.shop_id or "") in viewer.shops
        return viewer.role == "platform" and self.shop_id is None

    def is_seen_by(self, viewer: Viewer, platform: str) -> bool:
        """Whether it is shown: a shop is not told what the platform's people or another shop's propose."""
        return viewer.role != "shop" or self.is_for(viewer, platform)

    def actor_at(self, at_ms: int) -> Actor:
        """In whose name it is done."""
        return Actor(self.actor, self.shop_id, self.account_id, at_ms)


def needs_second_person(policies: Policies, alerts: Iterable[DeskRow], now_ms: int) -> bool:
    """Whether an act about these alerts, as rows of the warehouse, is about more money than one person decides.

    Several at once count together. Money that is not known counts as none.
    """
    alerts = list(alerts)
    money: Counter[str] = Counter()
    for alert in alerts:
        money[alert["currency"] or ""] += max(0, alert["amount_at_stake_minor"] or 0)
    limits = [policies.at(alert["platform"], now_ms).desk.second_person_above for alert in alerts]
    return any(money[currency] > most for each in limits for currency, most in each.items())


def proposal_of(
    proposed: ProposedAct, form: Mapping[str, str], alert: DeskRow, buyer_id: str, actor: Actor, policies: Policies
) -> CaseAct:
    """The record of an act that waits. Raises `BadActError` for a form that says too much."""
    said = msgspec.json.encode(KINDS[proposed].said(form)).decode()
    hours = policies.at(alert["platform"], actor.at_ms).desk.second_person_hours
    made = CaseAct(
        event_id=acts.act_id(form, PROPOSED),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        alert_id=alert["alert_id"],
        actor=actor.name,
        act="propose",
        shop_id=actor.shop_id,
        until_at=actor.at_ms + hours * HOUR_MS,
        revision=acts.seen_revision(form),
        proposed=proposed,
        said=said,
        account_id=actor.account_id,
        buyer_id=buyer_id,
    )
    try:
        return msgspec.convert(msgspec.to_builtins(made), CaseAct)
    except msgspec.ValidationError as error:
        raise BadActError(str(error)) from error


async def proposals_of(asking: Asking, viewer: Viewer, alert: DeskRow) -> tuple[Proposal, ...]:
    """What was proposed about an alert, as far as somebody may see it, the latest first. Raises `NoAnswerError`."""
    return proposals_in(await asking.rows(*acts_question(alert["alert_id"])), viewer, alert)


MOST_SHOWN = 20
"""Of the proposals about a case, the latest so many are shown."""


def proposals_in(acts: Iterable[DeskRow], viewer: Viewer, alert: DeskRow) -> tuple[Proposal, ...]:
    """The proposals among the acts about an alert, as far as somebody may see them, the latest first."""
    acts, ended = list(acts), dict[str, DeskRow]()
    for act in sorted(acts, key=lambda act: (act["at"], act["event_id"])):
        if act["act"] in ("approve", "decline"):
            ended.setdefault(act["about_id"], act)
    told = {act["event_id"]: act for act in acts if act["act"] == "propose"}
    rows = sorted(sorted(told.values(), key=lambda act: str(act["event_id"])), key=_at, reverse=True)[:MOST_SHOWN]
    made = (_proposal(row, ended.get(row["event_id"])) for row in rows)
    return tuple(each for each in made if each.is_seen_by(viewer, alert["platform"]))


def _at(act: DeskRow) -> datetime:
    at: datetime = act["at"]
    return at


def _proposal(row: DeskRow, ended: DeskRow | None) -> Proposal:
    return Proposal(
        proposal_id=row["event_id"],
        actor=row["actor"],
        at=row["at"],
        until_at=row["until_at"] or datetime.fromtimestamp(0, UTC),
        shop_id=row["shop_id"] or None,
        account_id=row["account_id"] or None,
        proposed=row["proposed"],
        said=_said(row["said"]),
        revision=row["revision"] or 0,
        ended=ended["act"] if ended else "",
        ended_by=ended["actor"] if ended else "",
    )


def _said(text: str) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError):
        return {}


def waiting_cases(viewer: Viewer) -> tuple[str, dict[str, Any]]:
    """SQL for the alerts, with their revision, of which something waits that this person may see; `clock` is now."""
    if viewer.role != "shop":
        return _WAITING.replace("{house}", "1"), {}
    sight, who = in_sight(viewer)
    names = {name: f"house_{name}" for name in who}
    for name, own in names.items():
        sight = sight.replace(f"{{{name}:", f"{{{own}:")
    return _WAITING.replace("{house}", sight), {names[name]: value for name, value in who.items()}


def words_of(proposal: Proposal, alert: DeskRow, orders: Sequence[str]) -> Any | None:
    """The event a proposal would become, about keyed hashes, to be told in words; none where it no longer could."""
    buyers: dict[str, str] = dict.fromkeys([OWN, *orders], str(alert["buyer_key"]))
    at_ms = int(proposal.at.timestamp() * 1000)
    try:
        return KINDS[proposal.proposed].made(proposal.said, alert, buyers, proposal.actor_at(at_ms))[0]
    except (BadActError, KeyError):
        return None
