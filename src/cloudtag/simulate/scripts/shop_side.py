"""What goes wrong on the shop's side (F8)."""

from cloudtag.contract.types import Goods, OrderLine, RefundReason
from cloudtag.simulate.parcels import carry
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, new_parcel, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Shop, mix

DETECTOR = "shop_side"


def out_of_stock(stage: ScriptContext) -> None:
    """The shop cancels what was paid."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at)
    stage.story.move(deal, "cancelled", deal.paid_at + 9 * HOUR_MS, cancelled_by="shop")
    stage.expect_orders(DETECTOR, [deal])


def changed_mind(stage: ScriptContext) -> None:
    """The buyer cancels, soon after paying."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at)
    stage.story.move(deal, "cancelled", deal.paid_at + HOUR_MS, cancelled_by="buyer")
    stage.expect_orders(DETECTOR, [deal], stands=False)


def number_of_a_stranger(stage: ScriptContext) -> None:
    """The number the shop gives is of somebody else's parcel; the buyer asks where the goods are."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at)
    deal.carrier, deal.waybill_no = new_parcel(stage.story)
    deal.shipped_at = deal.paid_at + 9 * HOUR_MS
    stage.story.move(deal, "shipped", deal.shipped_at)
    arrived_at = carry(
        stage.story,
        (deal.carrier, deal.waybill_no),
        (deal.shop.city, deal.buyer.city),
        (deal.shipped_at + HOUR_MS, 40 * HOUR_MS),
        "household",
        destination=mix(17, stage.number),
        platform=deal.shop.platform,
    )
    claim = claim_refund(stage.story, deal, arrived_at + 30 * HOUR_MS, ("refund_only", "not_received", False))
    stage.expect(DETECTOR, [claim])


def _sent(stage: ScriptContext, where: Shop, other: OrderLine, reason: RefundReason) -> RefundClaim:
    """The buyer gets, and sends back, other goods than were ordered."""
    deal = stage.received(stage.buyer(), where, 3)
    claim, at = stage.agreed_return(deal, refund=("return_refund", reason, True))
    return_holding(stage.story, [claim], at, (Goods(other.sku_id, claim.goods()[0].quantity),))
    return claim


def wrong_article(stage: ScriptContext) -> None:
    """The shop packs what another buyer had ordered; the buyer says so at once."""
    where, other = stage.shop(), stage.goods(2900)
    stage.received(stage.buyer(), where, lines=(other,))
    claim = _sent(stage, where, other, "wrong_item")
    stage.expect(DETECTOR, [claim])
    stage.expect("switched_goods", [claim], stands=False)


def article_of_nobody(stage: ScriptContext) -> None:
    """A wrong item is claimed, and what comes back the shop has never sold."""
    claim = _sent(stage, stage.shop(), stage.goods(2900), "wrong_item")
    stage.expect(DETECTOR, [claim], stands=False)
    stage.expect("switched_goods", [claim])


SCRIPTS = (out_of_stock, changed_mind, number_of_a_stranger, wrong_article, article_of_nobody)
