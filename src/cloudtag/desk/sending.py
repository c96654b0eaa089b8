"""What every act needs: the alert it is about, in whose name it is done, who the buyers are, and to be sent once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cloudtag.desk import acts
from cloudtag.desk.act_kinds import OWN, ActKind
from cloudtag.desk.acts import Actor, MadeAct, Undo
from cloudtag.desk.asking import DeskRow, NoAnswerError
from cloudtag.desk.case import revisions_of
from cloudtag.desk.desk import SentAct
from cloudtag.desk.offers import own_orders
from cloudtag.desk.publishing import NotSentError
from cloudtag.desk.sight import own_shop
from cloudtag.desk.visit import MayNotError, NotSeenError, Visit

STALE = 409
BUYERS_SQL = """
    SELECT DISTINCT order_id, buyer_key FROM orders
    WHERE shop_id = {shop:String} AND order_id IN {orders:Array(String)} AND buyer_key IN {buyers:Array(String)}"""


async def alert_of(visit: Visit) -> DeskRow:
    """The newest row of the alert that the address names. Raises `NotSeenError`."""
    found = await revisions_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None:
        raise NotSeenError("case")
    return found[0]


def actor_of(visit: Visit, alert: DeskRow) -> Actor:
    """In whose name something is done about an alert."""
    shop = own_shop(visit.viewer, alert) if visit.viewer.role == "shop" else None
    account = visit.viewer.account_id if shop else None
    return Actor(visit.viewer.name, shop.shop_id if shop else None, account, visit.desk.now_ms)


def is_stale(form: Mapping[str, str], alert: DeskRow) -> int | None:
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


async def buyers_of(visit: Visit, kind: ActKind, alert: DeskRow, actor: Actor) -> dict[str, str]:
    """The buyers an act may be about: those of a shop's own orders, by order, or the alert's own, under `OWN`."""
    if not kind.is_by_order:
        return {OWN: (await names_of(visit, [alert["buyer_key"]]))[alert["buyer_key"]]}
    orders = own_orders(alert, actor.shop_id or "")
    buyers = [alert["buyer_key"], *alert["linked_buyer_keys"]]
    rows = await visit.desk.asking.rows(BUYERS_SQL, {"shop": actor.shop_id, "orders": orders, "buyers": buyers})
    names = await names_of(visit, sorted({row["buyer_key"] for row in rows}))
    return {row["order_id"]: names[row["buyer_key"]] for row in rows}


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The form of an act about a case: the alert as it is now, and in whose name it is done.

    `stale`: the revision it was made on, where the alert has another one by now.
    """

    kind: ActKind
    form: Mapping[str, str]
    alert: DeskRow
    actor: Actor
    stale: int | None

    async def made(self, visit: Visit) -> MadeAct:
        """The event it becomes, and what takes it back. Raises `BadActError`, and `NotSentError` without the buyers."""
        buyers = await buyers_of(visit, self.kind, self.alert, self.actor)
        return self.kind.made(self.form, self.alert, buyers, self.actor)


async def filled_in(visit: Visit, kind: ActKind) -> FilledForm:
    """The form that was sent about the case the address names.

    Raises `MayNotError` and `NotSeenError` where this person may not do that, or not about this case.
    """
    visit.may(kind.scope)
    form, alert = await visit.form(), await alert_of(visit)
    actor = actor_of(visit, alert)
    if kind.is_shops and actor.shop_id is None:
        raise MayNotError("shop")
    return FilledForm(kind, form, alert, actor, is_stale(form, alert))


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
