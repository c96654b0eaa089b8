"""What is done about a case: each act goes out as an input event, and the case says what was sent and came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cloudtag.contract.surfaces import CaseAct, ProposedAct
from cloudtag.desk import acts
from cloudtag.desk.act_kinds import KINDS
from cloudtag.desk.acts import Actor, BadActError
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.proposing import must_be_proposed, propose
from cloudtag.desk.reading import case_page
from cloudtag.desk.sending import STALE, actor_of, alert_of, filled_in, is_stale, send_once
from cloudtag.desk.visit import Visit

HOUR_MS = 3_600_000
SNOOZES = ("0", "1", "24", "72", "168")
"""For so many hours a case can be put off; none bring it back."""


async def verdict(visit: Visit) -> Response:
    """Answer an alert: normal, abnormal or ignore."""
    return await _act(visit, "verdict")


async def tag(visit: Visit) -> Response:
    """Tag orders of the shop's own under one of the platform's scenarios."""
    return await _act(visit, "tag")


async def report(visit: Visit) -> Response:
    """Report an order to the platform."""
    return await _act(visit, "report")


async def limit(visit: Visit) -> Response:
    """Take no more orders of the buyer, or take them again."""
    return await _act(visit, "limit")


async def _act(visit: Visit, what: ProposedAct) -> Response:
    """Send an act, or propose it where a second person must approve it; on a stale page, say what changed."""
    filled = await filled_in(visit, KINDS[what])
    if filled.stale is not None:
        return await case_page(visit, STALE, filled.stale)
    event, undone_by = await filled.made(visit)
    form, alert, actor = filled.form, filled.alert, filled.actor
    address, event_id = f"/cases/{alert['alert_id']}", acts.act_id(form)
    if must_be_proposed(visit, [alert]):
        return visit.to(f"{address}?proposed={await propose(visit, what, [(form, alert, actor)])}#proposals")
    await send_once(visit, event_id, [event], undone_by, alert["alert_id"])
    return visit.to(f"{address}?sent={event_id}#sent")


async def undo(visit: Visit) -> Response:
    """Take back what was sent a moment ago."""
    form = await visit.form()
    event_id, desk = form.get("event_id", ""), visit.desk
    async with desk.sending:
        act = desk.may_undo(event_id, visit.viewer.name)
        if act is None:
            raise BadActError("too late")
        await desk.publish(act.undone_by(desk.time_of(f"{event_id}-undo")))
        desk.undone.add(event_id)
    return visit.to(f"/cases/{act.alert_id}?undone=yes" if act.alert_id else "/platform")


async def claim(visit: Visit) -> Response:
    """Say that one looks at a case oneself, or no longer does."""
    visit.may("verdicts")
    form = await visit.form()
    alert = await alert_of(visit)
    act: Any = form.get("act", "")
    if act not in ("claim", "release"):
        raise BadActError("act")
    if (stale := is_stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    actor = actor_of(visit, alert)
    await visit.desk.publish([_case_act(form, alert, actor, act)])
    return visit.to(f"/cases/{alert['alert_id']}")


async def snooze(visit: Visit) -> Response:
    """Put a case off, out of one's own queue, for some hours; none bring it back."""
    visit.may("verdicts")
    form = await visit.form()
    alert = await alert_of(visit)
    if (hours := form.get("hours", "")) not in SNOOZES:
        raise BadActError("hours")
    if (stale := is_stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    actor = actor_of(visit, alert)
    until_ms = actor.at_ms + int(hours) * HOUR_MS
    await visit.desk.publish([_case_act(form, alert, actor, "snooze", until_ms)])
    return visit.to(f"/cases/{alert['alert_id']}" if hours == SNOOZES[0] else "/queue")


def _case_act(form: Mapping[str, str], alert: DeskRow, actor: Actor, act: Any, until_ms: int | None = None) -> CaseAct:
    return CaseAct(
        event_id=acts.act_id(form),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        alert_id=alert["alert_id"],
        actor=actor.name,
        act=act,
        shop_id=actor.shop_id,
        until_at=until_ms,
        revision=acts.seen_revision(form),
    )
