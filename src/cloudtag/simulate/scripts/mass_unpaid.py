"""Stock locked up by orders nobody pays (B4, B20)."""

from typing import Any

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "mass_unpaid"


def _place(stage: ScriptContext, buyers: list[Buyer], minutes: int, pieces: int = 1, **said: Any) -> list[OrderContext]:
    """One order after the other for the same goods of one shop, so many minutes apart."""
    where, goods = stage.shop(), stage.goods(9900, pieces)
    return [
        stage.story.place(who, where, stage.at + n * minutes * MINUTE_MS, lines=(goods,), **said)
        for n, who in enumerate(buyers)
    ]


def six_orders_unpaid(stage: ScriptContext) -> None:
    """One account, six orders in half an hour."""
    deals = _place(stage, [stage.buyer()] * 6, 6)[:5]
    stage.expect_orders(DETECTOR, deals, at=deals[-1].placed_at)


def sold_out_promotion(stage: ScriptContext) -> None:
    """One order for sixty pieces takes the last stock of a promotion."""
    deals = _place(stage, [stage.buyer()], 1, 60, stock_zeroed=True, promotion_id="promotion-11")
    stage.expect_orders(DETECTOR, deals)
    stage.story.move(deals[0], "closed_unpaid", stage.at + 24 * HOUR_MS)


def three_accounts_together(stage: ScriptContext) -> None:
    """Three accounts on one device, two orders each."""
    first = stage.buyer()
    group = [first, stage.buyer(device_of=first), stage.buyer(device_of=first)]
    deals = _place(stage, group * 2, 5)
    stage.expect_orders(DETECTOR, deals, among=group, at=deals[4].placed_at)
    # They are linked, and each may have an alert: then they are a ring.
    stage.expect_orders("account_ring", deals, among=group, is_open=True)


def paid_after_all(stage: ScriptContext) -> None:
    """Honest: five gifts ordered one by one, paid after forty minutes."""
    deals = _place(stage, [stage.buyer()] * 5, 3)
    for deal in deals:
        stage.story.move(deal, "paid", stage.at + 55 * MINUTE_MS)
    stage.expect_orders(DETECTOR, deals, stands=False)


def four_forgotten(stage: ScriptContext) -> None:
    """Honest: four orders, forgotten."""
    stage.expect_orders(DETECTOR, _place(stage, [stage.buyer()] * 4, 5), stands=False)


def slowly_through_the_day(stage: ScriptContext) -> None:
    """Five unpaid orders, but hours apart."""
    stage.expect_orders(DETECTOR, _place(stage, [stage.buyer()] * 5, 75), stands=False)


def strangers_in_a_rush(stage: ScriptContext) -> None:
    """Honest: six strangers each leave one order of a popular item unpaid."""
    deals = _place(stage, [stage.buyer() for _ in range(6)], 5)
    for deal in deals:
        stage.expect_orders(DETECTOR, [deal], stands=False)


SCRIPTS = (
    six_orders_unpaid,
    sold_out_promotion,
    three_accounts_together,
    paid_after_all,
    four_forgotten,
    slowly_through_the_day,
    strangers_in_a_rush,
)
