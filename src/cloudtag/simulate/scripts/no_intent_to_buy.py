"""Buyers who order and never mean to buy (B6)."""

from cloudtag.simulate.honest import call_off
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "no_intent_to_buy"


def _order(stage: ScriptContext, kept: int, cancelled: int, days_between: float) -> list[OrderContext]:
    """A buyer's orders: first those that are kept, then those cancelled before shipping."""
    who, deals, count = stage.buyer(), [], kept + cancelled
    for n in range(count):
        hours = -24 * days_between * (count - 1 - n)
        if n < kept:
            stage.received(who, stage.shop(), hours)
            continue
        deals.append(stage.story.buy(who, stage.shop(), stage.after(hours), 1))
        stage.story.move(deals[-1], "cancelled", deals[-1].paid_at + HOUR_MS)
    return deals


def five_cancelled(stage: ScriptContext) -> None:
    """Five orders, five cancellations."""
    stage.expect_orders(DETECTOR, _order(stage, 0, 5, 3))


def five_called_off(stage: ScriptContext) -> None:
    """Five orders, each refunded before it was shipped; one of six is kept."""
    who = stage.buyer()
    stage.received(who, stage.shop(), -24 * 20)
    claims = [call_off(stage.story, who, stage.shop(), stage.after(-24 * 3 * (4 - n)))[1] for n in range(5)]
    deals = [claim.deal for claim in claims]
    stage.expect_orders(DETECTOR, deals, at=stage.story.entries[-4][0].occurred_at)
    # Five refunds of six orders, though of nothing that was shipped.
    stage.expect("refund_frequency", claims, is_open=True)


def let_down_five_times(stage: ScriptContext) -> None:
    """Honest: five orders that the shops cancel because they have nothing in stock."""
    who, deals = stage.buyer(), []
    for n in range(5):
        deals.append(stage.story.buy(who, stage.shop(), stage.after(72 * n), 1))
        stage.story.move(deals[-1], "cancelled", deals[-1].paid_at + HOUR_MS, cancelled_by="shop")
        stage.expect_orders("shop_side", [deals[-1]])
    stage.expect_orders(DETECTOR, deals, stands=False)


def five_of_seven_cancelled(stage: ScriptContext) -> None:
    """Honest: five of seven."""
    stage.expect_orders(DETECTOR, _order(stage, 2, 5, 2), stands=False)


def four_cancelled(stage: ScriptContext) -> None:
    """Honest: four changes of mind."""
    stage.expect_orders(DETECTOR, _order(stage, 0, 4, 3), stands=False)


def cancelled_now_and_then(stage: ScriptContext) -> None:
    """Honest: five changes of mind in forty days."""
    stage.expect_orders(DETECTOR, _order(stage, 0, 5, 10), stands=False)


SCRIPTS = (
    five_cancelled,
    five_called_off,
    let_down_five_times,
    five_of_seven_cancelled,
    four_cancelled,
    cancelled_now_and_then,
)
