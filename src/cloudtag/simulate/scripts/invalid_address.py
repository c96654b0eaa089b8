"""Orders to addresses that do not exist (B3, A15)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "invalid_address"


def _order(stage: ScriptContext, count: int, days_between: float) -> list[OrderContext]:
    """Paid orders nobody can deliver; none of them need be shipped (B19)."""
    who, deals = stage.buyer(), []
    for n in range(count):
        at = stage.after(-24 * days_between * (count - 1 - n))
        deals.append(stage.story.buy(who, stage.shop(), at, 1, address_valid=False))
        stage.expect_orders("shipping_exemption", deals[-1:], at=at)
    return deals


def three_nowhere(stage: ScriptContext) -> None:
    """Three in three weeks."""
    deals = _order(stage, 3, 10)
    stage.expect_orders(DETECTOR, deals, at=deals[-1].placed_at)


def two_nowhere(stage: ScriptContext) -> None:
    """Honest: the same mistake twice."""
    stage.expect_orders(DETECTOR, _order(stage, 2, 5), stands=False)


def three_in_half_a_year(stage: ScriptContext) -> None:
    """Honest: three mistakes in four months."""
    stage.expect_orders(DETECTOR, _order(stage, 3, 60), stands=False)


SCRIPTS = (three_nowhere, two_nowhere, three_in_half_a_year)
