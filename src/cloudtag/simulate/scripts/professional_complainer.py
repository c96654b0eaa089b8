"""People who live on legal complaints (B30)."""

from cloudtag.contract.types import ComplaintType
from cloudtag.simulate.order_context import Deal
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import complain
from cloudtag.simulate.scripts.script_context import Stage
from cloudtag.simulate.world import Shop

DETECTOR = "professional_complainer"
LEGAL: tuple[ComplaintType, ...] = ("advertising_law", "information_leak", "advertising_law")


def _complain(
    stage: Stage, shops: list[Shop], demands: int | None, kinds: tuple[ComplaintType, ...] = LEGAL
) -> list[Deal]:
    """A complaint about an order at each shop, a month apart; the `demands`th asks for money."""
    who, deals = stage.buyer(), []
    for n, where in enumerate(shops):
        deals.append(stage.received(who, where, -24 * 30 * (len(shops) - 1 - n)))
        complain(stage.story, deals[-1], deals[-1].signed_at + 6 * HOUR_MS, kinds[n], demands_money=n == demands)
    return deals


def law_for_a_living(stage: Stage) -> None:
    """Three shops in two months; one of them is told the price."""
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], 2))


def consumer_rights(stage: Stage) -> None:
    """Honest: three legal complaints that ask for nothing."""
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], None), stands=False)


def two_shops_and_the_law(stage: Stage) -> None:
    """Three complaints over two shops."""
    first, second = stage.shop(), stage.shop()
    stage.expect_orders(DETECTOR, _complain(stage, [first, second, first], 1), stands=False)


def compensation_for_lateness(stage: Stage) -> None:
    """Honest: late parcels from three shops, one of them to be compensated."""
    late: tuple[ComplaintType, ...] = ("late_delivery",) * 3
    stage.expect_orders(DETECTOR, _complain(stage, [stage.shop() for _ in range(3)], 0, late), stands=False)


SCRIPTS = (law_for_a_living, consumer_rights, two_shops_and_the_law, compensation_for_lateness)
