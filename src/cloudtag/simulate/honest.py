"""Honest buyers: most keep what they bought; about one order in eight is refunded, and properly."""

from typing import Any

from cloudtag.contract.types import ComplaintType, Goods, Proof, RefundReason, RefundType
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, agree, claim_refund, return_honestly, tell
from cloudtag.simulate.reviews_and_contacts import complain, contact, review
from cloudtag.simulate.world import Buyer, Shop

RefundRequest = tuple[RefundType, RefundReason, bool | None]
"""The type of a refund, its reason, and whether the goods were received (none: not said)."""
REASONS: tuple[RefundReason, ...] = (
    "no_reason",
    "no_reason",
    "no_reason",
    "not_as_described",
    "wrong_item",
    "damaged",
    "quality",
    "other",
)


def live(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """One honest order, whatever becomes of it."""
    draw = story.rng.random()
    if draw < 0.03:
        leave_unpaid(story, buyer, shop, at)
    elif draw < 0.045:
        call_off(story, buyer, shop, at)
    elif draw < 0.053:
        lose_parcel(story, buyer, shop, at)
    elif draw < 0.063:
        return_several(story, buyer, shop, at, is_one_parcel=story.rng.random() < 0.7)
    else:
        receive(story, buyer, shop, at)


def leave_unpaid(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The buyer thinks better of it; the order closes by itself."""
    deal = story.place(buyer, shop, at)
    story.move(deal, "closed_unpaid", at + 24 * HOUR_MS)


def call_off(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> tuple[OrderContext, RefundClaim]:
    """A refund_only, agreed before anything was shipped."""
    deal = story.buy(buyer, shop, at)
    opened_at = deal.paid_at + story.delays.answer.draw(story.rng)
    claim = claim_refund(story, deal, opened_at, ("refund_only", "no_reason", False))
    agreed_at = agree(story, claim, opened_at)
    tell(story, claim, "completed", agreed_at + 60_000)
    story.move(deal, "cancelled", agreed_at + 60_000)
    return deal, claim


def lose_parcel(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The courier loses the parcel; the buyer, who never received it, gets his money back."""
    deal = story.buy(buyer, shop, at)
    story.ship(deal)
    story.deliver(deal, is_lost=True)
    opened_at = deal.signed_at + 24 * HOUR_MS
    claim = claim_refund(story, deal, opened_at, ("refund_only", "not_received", False))
    tell(story, claim, "completed", agree(story, claim, opened_at))


def receive(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """An order that arrives, and is kept or refunded."""
    rng = story.rng
    deal = story.buy(buyer, shop, at, **wishes(story))
    story.ship(deal)
    if rng.random() < 0.05:
        contact(story, deal, deal.shipped_at, answered=rng.random() < 0.8)
    story.deliver(deal)
    if rng.random() < 0.105:
        refund(story, deal)
        return
    if story.is_rich and rng.random() < 0.01:
        complain_rightly(story, deal)
    completed_at = story.complete(deal)
    if rng.random() < 0.25:
        rating = rng.choice((5, 5, 5, 5, 4, 4, 3, 2, 1))
        review(story, deal, completed_at + story.delays.review.draw(rng), rating)


def wishes(story: AttackScript) -> dict[str, Any]:
    """What else an honest order may say: where the buyer comes from, and what he asks for."""
    if not story.is_rich:
        return {}
    rng, said = story.rng, {}
    if rng.random() < 0.08:
        said["affiliate_id"] = f"affiliate-{rng.randrange(60)}"
    if rng.random() < 0.1:
        said["promotion_id"] = f"promotion-{rng.randrange(5)}"
    if rng.random() < 0.06:
        said["buyer_note"] = "please leave it with the neighbours"
    return said


def pictures(story: AttackScript) -> tuple[Proof, ...]:
    """One or two pictures nobody has shown before."""
    if not story.is_rich:
        return ()
    rng = story.rng
    return tuple(
        Proof(f"{rng.getrandbits(128):032x}", "picture", f"{rng.getrandbits(64):016x}")
        for _ in range(rng.choice((1, 1, 2)))
    )


def complain_rightly(story: AttackScript, deal: OrderContext) -> None:
    """A complaint that is upheld."""
    kind: ComplaintType = story.rng.choice(("late_delivery", "invoice", "postage"))
    complain(story, deal, deal.signed_at + HOUR_MS, kind)
    complain(story, deal, deal.signed_at + 20 * HOUR_MS, kind, "upheld")


def refund(story: AttackScript, deal: OrderContext) -> None:
    """An honest refund of an order that arrived."""
    rng = story.rng
    opened_at = deal.signed_at + story.delays.opening.draw(rng)
    draw = rng.random()
    if draw < 0.12:
        asked: RefundRequest = ("refund_only", rng.choice(("damaged", "quality")), True)
        claim = claim_refund(story, deal, opened_at, asked, evidence=pictures(story))
        tell(story, claim, "completed", agree(story, claim, opened_at))
    elif draw < 0.17:
        claim = claim_refund(story, deal, opened_at, ("postage", "other", True))
        tell(story, claim, "completed", agree(story, claim, opened_at))
    elif draw < 0.22:
        claim = claim_refund(story, deal, opened_at)
        tell(story, claim, "withdrawn", opened_at + story.delays.answer.draw(rng))
        story.complete(deal)
    else:
        send_goods_back(story, deal, opened_at)


def send_goods_back(story: AttackScript, deal: OrderContext, at: int) -> None:
    """A return or an exchange; a third of the returns are of part of the order."""
    rng = story.rng
    lines: tuple[Goods, ...] = ()
    if len(deal.lines) > 1 or rng.random() < 0.3:
        lines = (Goods(deal.lines[0].sku_id, deal.lines[0].quantity),)
    is_exchange = rng.random() < 0.08
    reason = rng.choice(REASONS)
    claim = claim_refund(story, deal, at, ("exchange" if is_exchange else "return_refund", reason, True), lines)
    agreed_at = agree(story, claim, at)
    # Who tries things on and sends them back without a reason leaves the tag where it is.
    is_untagged = reason != "no_reason" and rng.random() < 0.05
    paid_at = return_honestly(story, [claim], agreed_at, ("tag_removed",) if is_untagged else ())
    if deal.is_insured:
        story.insure(deal, "claimed", agreed_at + HOUR_MS)
        story.insure(deal, "paid", paid_at + HOUR_MS)


def return_several(
    story: AttackScript, buyer: Buyer, shop: Shop, at: int, *, is_one_parcel: bool, count: int | None = None
) -> list[RefundClaim]:
    """A buyer returns two or three orders of one shop, in one parcel under one number or each in its own."""
    rng = story.rng
    deals = []
    for n in range(rng.choice((2, 2, 3)) if count is None else count):
        deal = story.buy(buyer, shop, at + n * HOUR_MS)
        story.ship(deal)
        story.deliver(deal, None if buyer.has_locker else "recipient")
        deals.append(deal)
    opened_at = max(deal.signed_at for deal in deals) + story.delays.opening.draw(rng)
    claims = [claim_refund(story, deal, opened_at + n * 60_000) for n, deal in enumerate(deals)]
    agreed_at = max(agree(story, claim, opened_at + 300_000) for claim in claims)
    if is_one_parcel:
        return_honestly(story, claims, agreed_at)
    else:
        for claim in claims:
            return_honestly(story, [claim], agreed_at)
    return claims
