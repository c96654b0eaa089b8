"""Bad reviews by rivals (B9, A12)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import review
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer, Shop

DETECTOR = "competitor_review"


def _review(stage: ScriptContext, who: Buyer, where: Shop, rating: int) -> list[OrderContext]:
    deal = stage.received(who, where)
    review(stage.story, deal, deal.signed_at + 6 * HOUR_MS, rating)
    return [deal]


def rival_reviews(stage: ScriptContext) -> None:
    """One star from the device of a shop that sells the same."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(where.category).device_hash)
    stage.expect_orders(DETECTOR, _review(stage, who, where, 1))


def rival_pays_by_card(stage: ScriptContext) -> None:
    """Two stars, paid for by a shop that sells the same."""
    where = stage.shop()
    who = stage.buyer(payment_hash=stage.own_shop(where.category).payment_hash)
    stage.expect_orders(DETECTOR, _review(stage, who, where, 2))


def honest_bad_review(stage: ScriptContext) -> None:
    """Honest: one star."""
    stage.expect_orders(DETECTOR, _review(stage, stage.buyer(), stage.shop(), 1), stands=False)


def rival_is_lukewarm(stage: ScriptContext) -> None:
    """Honest: a rival who found it neither good nor bad."""
    where = stage.shop()
    who = stage.buyer(phone_hash=stage.own_shop(where.category).phone_hash)
    stage.expect_orders(DETECTOR, _review(stage, who, where, 3), stands=False)


def shopkeeper_of_another_trade(stage: ScriptContext) -> None:
    """Honest: one star from somebody who sells other things."""
    where = stage.shop()
    who = stage.buyer(device_hash=stage.own_shop(stage.other_category(where)).device_hash)
    stage.expect_orders(DETECTOR, _review(stage, who, where, 1), stands=False)


SCRIPTS = (
    rival_reviews,
    rival_pays_by_card,
    honest_bad_review,
    rival_is_lukewarm,
    shopkeeper_of_another_trade,
)
