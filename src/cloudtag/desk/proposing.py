"""What is proposed, and approved or declined by another person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from cloudtag.contract.surfaces import CaseAct, ProposedAct
from cloudtag.desk import acts
from cloudtag.desk.act_kinds import kind_of
from cloudtag.desk.acts import Actor, BadActError
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


async def answer_proposal(visit: Visit) -> Response:
    """Approve what somebody else proposed, or decline it; whoever proposed it may take it back so."""
    form = await visit.form()
    alert = await alert_of(visit)
    act = form.get("act", "")
    if act not in ("approve", "decline"):
        raise BadActError("act")
    proposal = await _named(visit, alert, form.get("proposal_id", ""))
    kind = kind_of(proposal.proposed)
    visit.may(kind.scope)
    if not proposal.is_for(visit.viewer, alert["platform"]):
        raise MayNotError("house")
    if act == "approve" and proposal.actor == visit.viewer.name:
        raise SamePersonError(proposal.actor)
    state = proposal.state(alert["revision"], datetime.fromtimestamp(visit.desk.now(), UTC))
    if state == "changed" or is_stale(form, alert) is not None:
        return await case_page(visit, STALE, proposal.revision if state == "changed" else is_stale(form, alert))
    if state != "waiting":
        raise ProposalOverError(state)
    if act == "decline":
        await visit.desk.publish([_answer(visit, alert, proposal, act)])
        return visit.to(f"/cases/{alert['alert_id']}#proposals")
    actor = proposal.actor_at(visit.desk.now_ms)
    buyers = await buyers_of(visit, kind, alert, actor)
    event, undone_by = kind.made(proposal.said, alert, buyers, actor)
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
