"""What is proposed, and approved or declined by another person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from cloudtag.contract.surfaces import CaseAct, ProposedAct
from cloudtag.desk import acts
from cloudtag.desk.act_kinds import kind_of
from cloudtag.desk.acts import Actor, BadActError, MadeAct
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.reading import case_page
from cloudtag.desk.second_person import Proposal, needs_second_person, proposal_of, proposals_of
from cloudtag.desk.sending import STALE, alert_of, buyers_of, is_stale, names_of, send_once
from cloudtag.desk.visit import MayNotError, NotSeenError, Visit


class SamePersonError(Exception):
    """Whoever proposed something wants to approve it."""


class ProposalOverError(Exception):
    """A proposal waits no longer; the text says why."""


async def propose(visit: Visit, what: ProposedAct, forms: Sequence[tuple[Mapping[str, str], DeskRow, Actor]]) -> str:
    """Propose the same of one or several alerts, and return the first proposal's id.

    Raises `NotSentError`, and `BadActError` for a form that says too much.
    """
    desk = visit.desk
    names = await names_of(visit, sorted({alert["buyer_key"] for _, alert, _ in forms}))
    made = []
    for form, alert, actor in forms:
        # The same form is the same record, however often it comes.
        at_ms = desk.time_of(acts.act_id(form))
        who = Actor(actor.name, actor.shop_id, actor.account_id, at_ms)
        made.append(proposal_of(what, form, alert, names[alert["buyer_key"]], who, desk.policies))
    await desk.publish(made)
    return made[0].event_id


def must_be_proposed(visit: Visit, alerts: Sequence[DeskRow]) -> bool:
    """Whether an act about these alerts waits for a second person."""
    return needs_second_person(visit.desk.policies, alerts, visit.desk.now_ms)


@dataclass(frozen=True, slots=True)
class SentProposal:
    """A proposal that a form names, and the alert as it is. `stale`: the revision that was seen, if it has another."""

    form: Mapping[str, str]
    proposal: Proposal
    alert: DeskRow
    stale: int | None

    async def made(self, visit: Visit) -> MadeAct:
        """The event it becomes, and what takes it back. Raises `BadActError`, and `NotSentError` without the buyers."""
        kind, actor = kind_of(self.proposal.proposed), self.proposal.actor_at(visit.desk.now_ms)
        return kind.made(self.proposal.said, self.alert, await buyers_of(visit, kind, self.alert, actor), actor)


async def sent_proposal(visit: Visit) -> SentProposal:
    """The proposal that was sent back, which still waits or whose case has changed.

    Raises `MayNotError`, `NotSeenError` and `ProposalOverError` where nothing can be done about it.
    """
    form = await visit.form()
    alert = await alert_of(visit)
    proposal = await _named(visit, alert, form.get("proposal_id", ""))
    visit.may(kind_of(proposal.proposed).scope)
    if not proposal.is_for(visit.viewer, alert["platform"]):
        raise MayNotError("house")
    state = proposal.state(alert["revision"], datetime.fromtimestamp(visit.desk.now(), UTC))
    stale = proposal.revision if state == "changed" else is_stale(form, alert)
    if stale is None and state != "waiting":
        raise ProposalOverError(state)
    return SentProposal(form, proposal, alert, stale)


async def answer_proposal(visit: Visit) -> Response:
    """Approve what somebody else proposed, or decline it; whoever proposed it may take it back so."""
    named = await sent_proposal(visit)
    act, alert, proposal = named.form.get("act", ""), named.alert, named.proposal
    if act not in ("approve", "decline"):
        raise BadActError("act")
    if act == "approve" and proposal.actor == visit.viewer.name:
        raise SamePersonError(proposal.actor)
    if named.stale is not None:
        return await case_page(visit, STALE, named.stale)
    if act == "decline":
        await visit.desk.publish([_answer(visit, alert, proposal, act)])
        return visit.to(f"/cases/{alert['alert_id']}#proposals")
    event, undone_by = await named.made(visit)
    event_id = acts.act_id(proposal.said)
    await send_once(visit, event_id, [event, _answer(visit, alert, proposal, act)], undone_by, alert["alert_id"])
    return visit.to(f"/cases/{alert['alert_id']}?sent={event_id}#sent")


async def _named(visit: Visit, alert: DeskRow, proposal_id: str) -> Proposal:
    found = await proposals_of(visit.desk.asking, visit.viewer, alert)
    for each in found:
        if each.proposal_id == proposal_id:
            return each
    raise NotSeenError("proposal")


def _answer(visit: Visit, alert: DeskRow, proposal: Proposal, act: Any) -> CaseAct:
    return CaseAct(
        event_id=f"{proposal.proposal_id[:200]}-{act}",
        occurred_at=visit.desk.now_ms,
        platform=alert["platform"],
        alert_id=alert["alert_id"],
        actor=visit.viewer.name,
        act=act,
        shop_id=proposal.shop_id,
        revision=alert["revision"],
        about_id=proposal.proposal_id,
    )
