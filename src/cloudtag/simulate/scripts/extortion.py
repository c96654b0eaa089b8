"""Pay, or keep the bad review (B2, B23)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import claim_refund
from cloudtag.simulate.reviews_and_contacts import complain, review
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "extortion"


def _received(stage: ScriptContext) -> tuple[OrderContext, int]:
    deal = stage.received(stage.buyer(), stage.shop())
    return deal, deal.signed_at + 4 * HOUR_MS


def complaint_with_a_price(stage: ScriptContext) -> None:
    """A refund without return, and a complaint that names a price."""
    deal, at = _received(stage)
    claim_refund(stage.story, deal, at, ("refund_only", "quality", True))
    complain(stage.story, deal, at + 5 * HOUR_MS, "other", demands_money=True)
    stage.expect_orders(DETECTOR, [deal])


def review_with_a_price(stage: ScriptContext) -> None:
    """One star, and what the other four cost."""
    deal, at = _received(stage)
    review(stage.story, deal, at, 1, demands_money=True)
    stage.expect_orders(DETECTOR, [deal])


def three_stars_with_a_price(stage: ScriptContext) -> None:
    """Three stars, the most that press: the review itself names what more would cost."""
    deal, at = _received(stage)
    review(stage.story, deal, at, 3, demands_money=True)
    stage.expect_orders(DETECTOR, [deal])


def complaint_then_review(stage: ScriptContext) -> None:
    """The complaint names the price; the bad review follows."""
    deal, at = _received(stage)
    complain(stage.story, deal, at, "other", demands_money=True)
    review(stage.story, deal, at + 20 * HOUR_MS, 2)
    stage.expect_orders(DETECTOR, [deal])


def asked_without_pressing(stage: ScriptContext) -> None:
    """A complaint asks for money, and nothing presses for it: a weak signal."""
    deal, at = _received(stage)
    complain(stage.story, deal, at, "other", demands_money=True)
    stage.expect_orders(DETECTOR, [deal], is_hint=True)
    review(stage.story, deal, at + 20 * HOUR_MS, 4)


def asked_and_was_right(stage: ScriptContext) -> None:
    """Honest: a complaint and a bad review ask for money; the platform upholds the complaint."""
    deal, at = _received(stage)
    review(stage.story, deal, at, 1, demands_money=True)
    complain(stage.story, deal, at + HOUR_MS, "other", demands_money=True)
    complain(stage.story, deal, at + 50 * HOUR_MS, "other", "upheld")
    stage.expect_orders(DETECTOR, [deal], stands=False)


def angry_and_refunded(stage: ScriptContext) -> None:
    """Honest: a bad review, a complaint and a refund without return; no price is named."""
    deal, at = _received(stage)
    claim_refund(stage.story, deal, at, ("refund_only", "damaged", True))
    complain(stage.story, deal, at + HOUR_MS, "other")
    review(stage.story, deal, at + 20 * HOUR_MS, 1)
    stage.expect_orders(DETECTOR, [deal], stands=False)


def four_stars_and_a_wish(stage: ScriptContext) -> None:
    """Honest: somebody who is content wishes for the postage back in the review."""
    deal, at = _received(stage)
    review(stage.story, deal, at, 4, demands_money=True)
    stage.expect_orders(DETECTOR, [deal], stands=False)


def two_different_orders(stage: ScriptContext) -> None:
    """Honest: a complaint about one order names no price, a bad review is of another."""
    who, where = stage.buyer(), stage.shop()
    first, second = stage.received(who, where), stage.received(who, where, 5)
    complain(stage.story, first, first.signed_at + HOUR_MS, "late_delivery")
    review(stage.story, second, second.signed_at + 5 * HOUR_MS, 1)
    stage.expect_orders(DETECTOR, [first, second], stands=False)


SCRIPTS = (
    complaint_with_a_price,
    review_with_a_price,
    three_stars_with_a_price,
    complaint_then_review,
    asked_without_pressing,
    asked_and_was_right,
    angry_and_refunded,
    four_stars_and_a_wish,
    two_different_orders,
)
