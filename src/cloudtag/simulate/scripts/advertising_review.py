"""Orders placed to advertise in the reviews (B6)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import review
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "advertising_review"


def _review(stage: ScriptContext, *advertises: bool) -> list[OrderContext]:
    """One buyer's orders, each reviewed."""
    who, deals = stage.buyer(), []
    for n, is_advert in enumerate(advertises):
        deals.append(stage.received(who, stage.shop(), 2 * n))
        review(stage.story, deals[-1], deals[-1].signed_at + 5 * HOUR_MS, 5, advertises=is_advert)
    return deals


def two_adverts(stage: ScriptContext) -> None:
    """Two orders, two advertisements."""
    deals = _review(stage, True, True)
    stage.expect_orders(DETECTOR, deals, at=max(deal.signed_at for deal in deals) + 5 * HOUR_MS)


def one_advert(stage: ScriptContext) -> None:
    """One advertisement among honest reviews."""
    stage.expect_orders(DETECTOR, _review(stage, True, False, False), stands=False)


def one_advert_reworded(stage: ScriptContext) -> None:
    """One review, posted twice."""
    deals = _review(stage, True)
    review(stage.story, deals[0], deals[0].signed_at + 9 * HOUR_MS, 4, advertises=True)
    stage.expect_orders(DETECTOR, deals, stands=False)


SCRIPTS = (two_adverts, one_advert, one_advert_reworded)
