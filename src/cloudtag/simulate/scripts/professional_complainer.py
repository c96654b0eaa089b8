"""People who live on legal complaints (B30)."""

from cloudtag.contract.types import ComplaintType
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import complain
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Shop

DETECTOR = "professional_complainer"
LEGAL: tuple[ComplaintType, ...] = ("advertising_law", "information_leak", "advertising_law")


def _complain(
    stage: ScriptContext, shops: list[Shop], demands: int | None, kinds: tuple[ComplaintType, ...] = LEGAL
) -> list[OrderContext]:
    """A complaint about an order at each shop, a month apart; the `demands`th asks for money."""
    who, deals = stage.buyer(), []
    for n, where in enumerate(shops):
        deals.append(stage.received(who, where, -24 * 30 * (len(shops) - 1 - n)))
        complain(stage.story, deals[-1], deals[-1].signed_at + 6 * HOUR_MS, kinds[n], demands_money=n == demands)
        # Whatever a complaint is about, that it demands money is a weak signal by itself.
        stage.expect_orders("extortion", deals[-1:], stands=n == demands, is_hint=True)
    return deals


def law_for_a_living(stage: ScriptContext) -> None:
    """Three shops in two months; to one of them the price is named."""
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], 2))


def consumer_rights(stage: ScriptContext) -> None:
    """Honest: three legal complaints that ask for nothing."""
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], None), stands=False)


def two_shops_and_the_law(stage: ScriptContext) -> None:
    """Three complaints over two shops."""
    first, second = stage.shop(), stage.shop()
    stage.expect_orders(DETECTOR, _complain(stage, [first, second, first], 1), stands=False)


def compensation_for_lateness(stage: ScriptContext) -> None:
    """Honest: late parcels from three shops, one of them to be compensated."""
    late: tuple[ComplaintType, ...] = ("late_delivery",) * 3
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], 0, late), stands=False)


SCRIPTS = (law_for_a_living, consumer_rights, two_shops_and_the_law, compensation_for_lateness)
