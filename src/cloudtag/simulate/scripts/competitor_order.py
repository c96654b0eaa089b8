"""Shops that order from their rivals and do not buy (A11)."""

from cloudtag.simulate.honest import call_off
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer, Shop

DETECTOR = "competitor_order"


def _cancel(stage: ScriptContext, who: Buyer, where: Shop, count: int = 3) -> list[OrderContext]:
    """Orders at a shop, each cancelled within the hour."""
    deals = [stage.story.buy(who, where, stage.after(30 * n), 1) for n in range(count)]
    for deal in deals:
        stage.story.move(deal, "cancelled", deal.paid_at + HOUR_MS)
    return deals


def rival_on_the_shop_device(stage: ScriptContext) -> None:
    """The buyer uses the device of a shop that sells the same."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(where.category).device_hash)
    stage.expect_orders(DETECTOR, _cancel(stage, who, where))


def rival_by_phone(stage: ScriptContext) -> None:
    """The buyer has the rival's phone, and never pays."""
    where = stage.shop()
    who = stage.buyer(phone_hash=stage.own_shop(where.category).phone_hash)
    deals = [stage.story.place(who, where, stage.after(5 * n)) for n in range(3)]
    for deal in deals:
        stage.story.move(deal, "closed_unpaid", deal.placed_at + 24 * HOUR_MS)
    stage.expect_orders(DETECTOR, deals)


def rival_with_the_shop_card(stage: ScriptContext) -> None:
    """The buyer pays with the rival's account and has the money back before anything is shipped."""
    where = stage.shop()
    who = stage.buyer(payment_hash=stage.own_shop(where.category).payment_hash)
    deals = [call_off(stage.story, who, where, stage.after(20 * n))[0] for n in range(3)]
    # The refund opened, agreed to and paid, and the order cancelled: the first of these is enough.
    stage.expect_orders(DETECTOR, deals, at=stage.story.entries[-4][0].occurred_at)


def no_shop_behind(stage: ScriptContext) -> None:
    """Honest: three cancellations by somebody who has no shop."""
    stage.expect_orders(DETECTOR, _cancel(stage, stage.buyer(), stage.shop()), stands=False)


def shop_of_another_trade(stage: ScriptContext) -> None:
    """Honest: the buyer has a shop, which sells other things."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(stage.other_category(where)).device_hash)
    stage.expect_orders(DETECTOR, _cancel(stage, who, where), stands=False)


def rival_who_buys(stage: ScriptContext) -> None:
    """Honest: the rival buys three times, and keeps it."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(where.category).device_hash)
    stage.expect_orders(DETECTOR, [stage.received(who, where, 9 * n) for n in range(3)], stands=False)


def rival_once(stage: ScriptContext) -> None:
    """Honest: the rival cancels twice."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(where.category).device_hash)
    stage.expect_orders(DETECTOR, _cancel(stage, who, where, 2), stands=False)


SCRIPTS = (
    rival_on_the_shop_device,
    rival_by_phone,
    rival_with_the_shop_card,
    no_shop_behind,
    shop_of_another_trade,
    rival_who_buys,
    rival_once,
)
