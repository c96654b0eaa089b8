"""Bursts of bad ratings from accounts of one hand (F17)."""

from collections.abc import Sequence

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.simulate.reviews_and_contacts import review
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "review_bombing"


def _rate(
    stage: ScriptContext, people: Sequence[Buyer], hours_between: float = 1, rating: int = 1
) -> list[OrderContext]:
    """One order each at one shop; once all have arrived, a rating each."""
    where = stage.shop()
    deals = [stage.received(who, where, n) for n, who in enumerate(people)]
    begin = max(deal.signed_at for deal in deals) + DAY_MS
    for n, deal in enumerate(deals):
        review(stage.story, deal, begin + int(n * hours_between * HOUR_MS), rating)
    return deals


def _hand(stage: ScriptContext, accounts: int) -> list[Buyer]:
    first = stage.buyer()
    return [first, *(stage.buyer(device_of=first) for _ in range(accounts - 1))]


def eight_accounts_one_device(stage: ScriptContext) -> None:
    """Eight accounts of one device leave one star each within a working day."""
    hand = _hand(stage, 8)
    deals = _rate(stage, hand)
    stage.expect_orders(DETECTOR, deals, among=hand)
    # They are linked, and each has an alert: then they are a ring.
    stage.expect_orders("account_ring", deals, among=hand, is_open=True)


def four_of_one_hand(stage: ScriptContext) -> None:
    """Four accounts are one too few."""
    stage.expect_orders(DETECTOR, _rate(stage, _hand(stage, 4)), stands=False)


def lukewarm(stage: ScriptContext) -> None:
    """Six accounts of one device, three stars each."""
    stage.expect_orders(DETECTOR, _rate(stage, _hand(stage, 6), rating=3), stands=False)


def through_the_week(stage: ScriptContext) -> None:
    """Six accounts of one device, one star every day."""
    stage.expect_orders(DETECTOR, _rate(stage, _hand(stage, 6), 24), stands=False)


def a_bad_batch(stage: ScriptContext) -> None:
    """Honest: six strangers were served badly on one day."""
    deals = _rate(stage, [stage.buyer() for _ in range(6)])
    for deal in deals:
        stage.expect_orders(DETECTOR, [deal], stands=False)


SCRIPTS = (eight_accounts_one_device, four_of_one_hand, lukewarm, through_the_week, a_bad_batch)
