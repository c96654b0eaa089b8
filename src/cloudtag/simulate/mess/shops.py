"""Mistakes of shops, and what disputes honest buyers have with them. The name of a function is the kind."""

from __future__ import annotations

from msgspec.structs import replace

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.types import Goods, OrderLine, RefundReason
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.honest import pictures
from cloudtag.simulate.mess.steps import arrived, not_received, on_the_road, outbound, pay_back, return_under
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.parcels import carry
from cloudtag.simulate.profile import DAY_MS, HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import agree, claim_refund, fill, inspect, new_parcel, send_back
from cloudtag.simulate.reviews_and_contacts import review
from cloudtag.simulate.world import Buyer, Shop, mix


def stranger(story: AttackScript, like: Buyer) -> Buyer:
    """Somebody who shares nothing with the buyer and is seen this once."""
    name = story.ids.next("x")
    number = int(mix(13, sum(map(ord, name)) + story.rng.getrandbits(48)), 16)
    return replace(
        like,
        buyer_id=name,
        address_hash=mix(14, number),
        address_area=mix(15, number),
        phone_hash=mix(16, number),
        device_hash=mix(17, number),
        payment_hash=mix(18, number),
        city=(like.city + 5) % 24,
    )


def somebody_elses_number(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The number the shop gave leads to a stranger, who signs; the buyer says, rightly, that nothing came."""
    deal, other = story.buy(buyer, shop, at), stranger(story, buyer)
    story.ship(deal)
    deal.signed_at = carry(
        story,
        outbound(deal),
        (shop.city, other.city),
        (deal.shipped_at + 10 * MINUTE_MS, story.delays.transit.draw(story.rng)),
        "recipient",
        destination=other.address_hash,
        platform=shop.platform,
    )
    claim = not_received(story, deal, deal.signed_at + DAY_MS)
    pay_back(story, [claim], agree(story, claim, deal.signed_at + DAY_MS))


def shop_cancels(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Out of stock: the shop cancels a paid order and pays back."""
    deal = story.buy(buyer, shop, at)
    cancelled_at = deal.paid_at + story.rng.randrange(2, 40) * HOUR_MS
    claim = claim_refund(story, deal, cancelled_at, ("refund_only", "other", False))
    pay_back(story, [claim], cancelled_at)
    story.move(deal, "cancelled", cancelled_at + MINUTE_MS, cancelled_by="shop")


def shop_cancels_all(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A price by mistake: five orders of the buyer are cancelled."""
    for n in range(5):
        shop_cancels(story, buyer, shop, at + n * 6 * HOUR_MS)


def wrong_goods_sent(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Another article of the shop is in the box. The buyer says so with a picture and sends it back."""
    deal = arrived(story, buyer, shop, at)
    wrong = OrderLine(f"sku-{story.rng.randrange(5000)}", 1, 100 * story.rng.randrange(10, 600))
    story.buy(stranger(story, buyer), shop, at - 20 * DAY_MS, lines=(wrong,))
    opened_at = deal.signed_at + 3 * HOUR_MS
    reason: RefundReason = "wrong_item" if story.rng.random() < 0.7 else "not_as_described"
    claim = claim_refund(story, deal, opened_at, ("return_refund", reason, True), evidence=pictures(story))
    agreed_at = agree(story, claim, opened_at)
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    found_at = send_back(story, claim, agreed_at + 3 * HOUR_MS) + 2 * HOUR_MS
    inspect(story, claim, found_at, (Goods(wrong.sku_id, sum(line.quantity for line in deal.lines)),))
    pay_back(story, [claim], found_at)


def cancelled_and_replaced(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Five orders are called off and each is placed anew in another size; all are kept."""
    for n in range(5):
        first = story.buy(buyer, shop, at + 2 * n * DAY_MS, 1)
        cancelled_at = first.paid_at + 2 * HOUR_MS
        story.move(first, "cancelled", cancelled_at, cancelled_by="buyer")
        story.complete(arrived(story, buyer, shop, cancelled_at + HOUR_MS, lines=first.lines))


def honest_bad_review(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """It came, it is poor, and the buyer says so; now and then it goes back as well."""
    deal = arrived(story, buyer, shop, at)
    if story.rng.random() < 0.3:
        claim = claim_refund(story, deal, deal.signed_at + 6 * HOUR_MS, ("return_refund", "quality", True))
        return_under(story, [claim], agree(story, claim, deal.signed_at + 6 * HOUR_MS))
    else:
        story.complete(deal)
    review(story, deal, deal.signed_at + 2 * DAY_MS, story.rng.choice((1, 2)))


def chargeback_withdrawn(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A parcel is lost and the bank is asked first; when the shop pays back, the chargeback is withdrawn."""
    deal = story.buy(buyer, shop, at)
    story.ship(deal)
    lost_at = on_the_road(story, deal, outbound(deal), deal.shipped_at + HOUR_MS, "departed") + 8 * DAY_MS
    _charge_back(story, deal, "opened", lost_at)
    claim = not_received(story, deal, lost_at + DAY_MS)
    paid_at = pay_back(story, [claim], agree(story, claim, lost_at + DAY_MS))
    _charge_back(story, deal, "withdrawn", paid_at + 2 * DAY_MS)


def _charge_back(story: AttackScript, deal: OrderContext, status: str, at: int) -> None:
    amount = sum(line.unit_price_minor * line.quantity for line in deal.lines)
    story.add(
        ChargebackChanged(
            story.next_event_id(),
            at,
            deal.shop.platform,
            f"{deal.order_id}:chargeback",
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            deal.buyer.payment_hash,
            "opened" if status == "opened" else "withdrawn",
            amount,
        )
    )


def gift_returned(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A gift goes to its recipient's address, who sends it back from an account of his own."""
    friend = stranger(story, buyer)
    receiver = replace(buyer, address_hash=friend.address_hash, address_area=friend.address_area, city=friend.city)
    deal = arrived(story, receiver, shop, at)
    deal.buyer = friend
    claim = claim_refund(story, deal, deal.signed_at + 2 * DAY_MS)
    return_under(story, [claim], agree(story, claim, deal.signed_at + 2 * DAY_MS))


SITUATIONS = (
    somebody_elses_number,
    shop_cancels,
    shop_cancels_all,
    wrong_goods_sent,
    cancelled_and_replaced,
    honest_bad_review,
    chargeback_withdrawn,
    gift_returned,
)
