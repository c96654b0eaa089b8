"""What is done about a case: each act goes out as an input event, and the case says what was sent and came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from cloudtag.contract.surfaces import CaseAct
from cloudtag.desk import acts
from cloudtag.desk.acts import Actor, BadActError, Undo
from cloudtag.desk.asking import DeskRow, NoAnswerError
from cloudtag.desk.case import revisions_of
from cloudtag.desk.desk import SentAct
from cloudtag.desk.offers import own_orders
from cloudtag.desk.publishing import NotSentError
from cloudtag.desk.reading import case_page
from cloudtag.desk.sight import in_sight, own_shop
from cloudtag.desk.visit import MayNotError, NotSeenError, Visit

STALE = 409
HOUR_MS = 3_600_000
SNOOZES = ("0", "1", "24", "72", "168")
"""For so many hours a case can be put off; none bring it back."""
BUYERS_SQL = """
    SELECT DISTINCT order_id, buyer_key FROM orders
    WHERE shop_id = {shop:String} AND order_id IN {orders:Array(String)} AND buyer_key IN {buyers:Array(String)}"""


async def verdict(visit: Visit) -> Response:
    """Answer an alert: normal, abnormal or ignore."""
    visit.may("verdicts")
    form = await visit.form()
    alert = await _alert(visit)
    if (stale := _stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    names = await names_of(visit, [alert["buyer_key"]])
    return await _send(visit, alert, *acts.verdict(form, alert, names[alert["buyer_key"]], actor_of(visit, alert)))


async def tag(visit: Visit) -> Response:
    """Tag orders of the shop's own under one of the platform's scenarios."""
    visit.may("tags")
    form = await visit.form()
    alert, actor = await _of_shop(visit)
    if (stale := _stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    return await _send(visit, alert, *acts.tag(form, alert, await _buyers(visit, alert, actor), actor))


async def report(visit: Visit) -> Response:
    """Report an order to the platform."""
    visit.may("events")
    form = await visit.form()
    alert, actor = await _of_shop(visit)
    if (stale := _stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    return await _send(visit, alert, *acts.report(form, alert, await _buyers(visit, alert, actor), actor))


async def limit(visit: Visit) -> Response:
    """Take no more orders of the buyer, or take them again."""
    visit.may("events")
    form = await visit.form()
    alert, actor = await _of_shop(visit)
    if (stale := _stale(form, alert)) is not None:
        return await case_page(visit, STALE, stale)
    names = await names_of(visit, [alert["buyer_key"]])
    return await _send(visit, alert, *acts.order_limit(form, alert, names[alert["buyer_key"]], actor))


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
    alert = await _alert(visit)
    act: Any = form.get("act", "")
    if act not in ("claim", "release"):
        raise BadActError("act")
    actor = actor_of(visit, alert)
    await visit.desk.publish([_case_act(form, alert, actor, act)])
    return visit.to(f"/cases/{alert['alert_id']}")


async def snooze(visit: Visit) -> Response:
    """Put a case off, out of one's own queue, for some hours; none bring it back."""
    visit.may("verdicts")
    form = await visit.form()
    alert = await _alert(visit)
    if (hours := form.get("hours", "")) not in SNOOZES:
        raise BadActError("hours")
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
    )


async def _alert(visit: Visit) -> DeskRow:
    """The newest row of the alert that the address names. Raises `NotSeenError`."""
    found = await revisions_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None:
        raise NotSeenError("case")
    return found[0]


async def _of_shop(visit: Visit) -> tuple[DeskRow, Actor]:
    """The alert, and the act's shop. Raises `MayNotError` for whoever is of none that the alert is about."""
    alert = await _alert(visit)
    actor = actor_of(visit, alert)
    if actor.shop_id is None:
        raise MayNotError("shop")
    return alert, actor


def actor_of(visit: Visit, alert: DeskRow) -> Actor:
    """In whose name something is done about an alert."""
    shop = own_shop(visit.viewer, alert) if visit.viewer.role == "shop" else None
    account = visit.viewer.account_id if shop else None
    return Actor(visit.viewer.name, shop.shop_id if shop else None, account, visit.desk.now_ms)


def _stale(form: Mapping[str, str], alert: DeskRow) -> int | None:
    """The revision a form was made on, where the alert has another one by now."""
    seen = acts.seen_revision(form)
    return None if seen == alert["revision"] else seen


async def names_of(visit: Visit, keys: list[str]) -> dict[str, str]:
    """The buyers' own ids. Raises `NotSentError` where they may not be read or are forgotten."""
    try:
        names = await visit.desk.asking.names(keys)
    except NoAnswerError as error:
        raise NotSentError(f"the desk may not read who a buyer is: {error}") from error
    found = {key: value for (kind, key), value in names.items() if kind == "buyer"}
    if missing := [key for key in keys if key not in found]:
        raise NotSentError(f"who buyer {missing[0][:12]} is was erased, or is older than the warehouse keeps it")
    return found


async def _buyers(visit: Visit, alert: DeskRow, actor: Actor) -> dict[str, str]:
    """The buyers of the alert's orders at a shop, by order."""
    orders = own_orders(alert, actor.shop_id or "")
    buyers = [alert["buyer_key"], *alert["linked_buyer_keys"]]
    rows = await visit.desk.asking.rows(BUYERS_SQL, {"shop": actor.shop_id, "orders": orders, "buyers": buyers})
    names = await names_of(visit, sorted({row["buyer_key"] for row in rows}))
    return {row["order_id"]: names[row["buyer_key"]] for row in rows}


async def _send(visit: Visit, alert: DeskRow, event: Any, undone_by: Undo) -> Response:
    await send_once(visit, event.event_id, [event], undone_by, alert["alert_id"])
    return visit.to(f"/cases/{alert['alert_id']}?sent={event.event_id}#sent")


async def send_once(visit: Visit, event_id: str, events: Sequence[Any], undone_by: Undo, alert_id: str) -> None:
    """Send what one form says, however often it comes, and keep it, so that its page can say so and it can be undone.

    What was tried before and may have arrived is sent as the same events, of the same time.
    """
    desk = visit.desk
    async with desk.sending:
        if event_id in desk.sent:
            return
        at_ms = desk.time_of(event_id)
        await desk.publish([replace(event, occurred_at=at_ms) for event in events])
        act = SentAct(events[0], undone_by, visit.viewer.name, alert_id, desk.now(), len(events))
        desk.remember(event_id, act)


CONSEQUENCE_SQL = """
    SELECT consequence_id, platform, subject_id, kind FROM consequences_latest
    WHERE consequence_id = {consequence_id:String} AND subject_kind = 'buyer' AND {sight}"""


async def appeal(visit: Visit) -> Response:
    """Open an appeal against what was done to a buyer's account, or decide one that is open."""
    visit.may("events")
    form = await visit.form()
    if visit.viewer.role != "platform":
        raise MayNotError("platform")
    sight, who = in_sight(visit.viewer)
    values = {"consequence_id": visit.request.path_params["consequence_id"], **who}
    found = await visit.desk.asking.one(CONSEQUENCE_SQL.replace("{sight}", sight), values)
    if found is None:
        raise NotSeenError("consequence")
    names = await names_of(visit, [found["subject_id"]])
    actor = Actor(visit.viewer.name, None, None, visit.desk.now_ms)
    event, undone_by = acts.appeal(form, found, names[found["subject_id"]], form.get("appeal_id", "")[:256], actor)
    event_id = acts.act_id(form)
    await send_once(visit, event_id, [event], undone_by, "")
    return visit.to(f"/platform?sent={event_id}#appeals")
