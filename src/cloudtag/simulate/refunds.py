"""Refunds as buyers and shops report them: opened, agreed, sent back, inspected, completed."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import RefundChanged, ReturnInspected
from cloudtag.contract.types import Condition, Goods, Proof, RefundReason, RefundStatus, RefundType
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.parcels import carry
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.world import CARRIERS


class RefundClaim(Struct):
    """A refund as far as its script has come; `lines` empty means all of the order."""

    refund_id: str
    deal: OrderContext
    type: RefundType
    reason: RefundReason
    claims_received: bool | None
    lines: tuple[Goods, ...] = ()
    carrier: str | None = None
    waybill_no: str | None = None
    is_offline: bool = False

    def goods(self) -> tuple[Goods, ...]:
        """What is to come back."""
        return self.lines or tuple(Goods(line.sku_id, line.quantity) for line in self.deal.lines)


def tell(
    story: AttackScript, claim: RefundClaim, status: RefundStatus, at: int, evidence: tuple[Proof, ...] = ()
) -> None:
    """The refund reaches a status; the buyer may hand in evidence with it."""
    deal = claim.deal
    story.add(
        RefundChanged(
            story.next_event_id(),
            at,
            deal.shop.platform,
            claim.refund_id,
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            status,
            claim.type,
            claim.reason,
            claim.claims_received,
            claim.lines,
            sum(line.unit_price_minor * line.quantity for line in deal.lines),
            claim.carrier,
            claim.waybill_no,
            claim.is_offline,
            evidence,
        )
    )


def claim_refund(
    story: AttackScript,
    deal: OrderContext,
    at: int,
    refund: tuple[RefundType, RefundReason, bool | None] = ("return_refund", "no_reason", True),
    lines: tuple[Goods, ...] = (),
    evidence: tuple[Proof, ...] = (),
) -> RefundClaim:
    """A buyer opens a refund: its type, its reason, and whether he says the goods are with him."""
    claim = RefundClaim(story.ids.next("r"), deal, *refund, lines)
    tell(story, claim, "opened", at, evidence)
    return claim


def agree(story: AttackScript, claim: RefundClaim, at: int) -> int:
    """The shop agrees some time after `at`; returns when."""
    agreed_at = at + story.delays.answer.draw(story.rng)
    tell(story, claim, "agreed", agreed_at)
    return agreed_at


def new_parcel(story: AttackScript) -> tuple[str, str]:
    """A carrier and a number no parcel has had."""
    carrier = story.rng.choice(CARRIERS)
    return carrier, story.ids.next(carrier)


def fill(story: AttackScript, claims: Sequence[RefundClaim], parcel: tuple[str, str], at: int) -> None:
    """The buyer fills one return number into refunds, a minute apart."""
    for n, claim in enumerate(claims):
        claim.carrier, claim.waybill_no = parcel
        tell(story, claim, "waybill_filled", at + n * 60_000)


def send_back(story: AttackScript, claim: RefundClaim, at: int, **parcel: Any) -> int:
    """The filled-in parcel, accepted at `at`, travels to the shop's return address; returns when it is signed for.

    `parcel` is what differs from the usual, as `carry` takes it.

    Raises `ValueError` when no number was filled in.
    """
    if claim.carrier is None or claim.waybill_no is None:
        raise ValueError(f"{claim.refund_id} has no return number")
    deal = claim.deal
    return carry(
        story,
        (claim.carrier, claim.waybill_no),
        (deal.buyer.city, deal.shop.city),
        (at, story.delays.transit.draw(story.rng)),
        "recipient",
        platform=deal.shop.platform,
        **{"destination": deal.shop.return_address, "weight_grams": grams_of(story, [claim]), **parcel},
    )


def grams_of(story: AttackScript, claims: Sequence[RefundClaim], received: Sequence[Goods] | None = None) -> int | None:
    """What the goods of claims weigh on their way back: their share of what they weighed outbound.

    Of fewer pieces than claimed as much less, but never so little that the weight alone gives it away. None where
    nobody weighed what was sent.
    """
    shares = [
        claim.deal.grams * sum(g.quantity for g in claim.goods()) / sum(line.quantity for line in claim.deal.lines)
        for claim in claims
    ]
    claimed = sum(goods.quantity for claim in claims for goods in claim.goods())
    if not all(shares) or not claimed:
        return None
    found = claimed if received is None else sum(goods.quantity for goods in received)
    # The box is another one.
    return max(60, round(sum(shares) * max(0.4, min(1, found / claimed)) * story.rng.uniform(0.95, 1.05)))


def inspect(
    story: AttackScript,
    claim: RefundClaim,
    at: int,
    received: tuple[Goods, ...],
    condition: tuple[Condition, ...] = (),
    authentic: bool | None = None,
) -> None:
    """The shop opens the parcel and writes down what is inside."""
    deal = claim.deal
    story.add(
        ReturnInspected(
            story.next_event_id(),
            at,
            deal.shop.platform,
            claim.refund_id,
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            claim.waybill_no,
            received,
            condition,
            authentic,
            package="box",
        )
    )


def return_holding(
    story: AttackScript,
    claims: Sequence[RefundClaim],
    at: int,
    received: tuple[Goods, ...],
    condition: tuple[Condition, ...] = (),
    authentic: bool | None = None,
) -> int:
    """One parcel for `claims` goes back and is found to hold `received`; returns when it was opened."""
    fill(story, claims, new_parcel(story), at)
    weight = grams_of(story, claims, received)
    opened_at = send_back(story, claims[0], at + 2 * HOUR_MS, weight_grams=weight) + HOUR_MS
    inspect(story, claims[0], opened_at, received, condition, authentic)
    return opened_at


def return_honestly(
    story: AttackScript, claims: Sequence[RefundClaim], at: int, condition: tuple[Condition, ...] = ()
) -> int:
    """One parcel holding all the goods of `claims` goes back and is found complete; returns when the money is paid.

    The shop writes one inspection for the parcel, or one for each refund: both are usual.
    """
    rng, delays = story.rng, story.delays
    filled_at = at + delays.filling.draw(rng)
    fill(story, claims, new_parcel(story), filled_at)
    # A buyer may hand the parcel over first and fill in its number afterwards.
    accepted_at = filled_at - 1_800_000 if rng.random() < 0.15 else filled_at + delays.pickup.draw(rng)
    sent_at, weight = max(at, accepted_at), grams_of(story, claims)
    opened_at = send_back(story, claims[0], sent_at, weight_grams=weight) + delays.opening_parcel.draw(rng)
    if rng.random() < 0.6:
        inspect(story, claims[0], opened_at, tuple(g for claim in claims for g in claim.goods()), condition)
    else:
        for claim in claims:
            inspect(story, claim, opened_at, claim.goods(), condition)
    paid_at = opened_at + delays.answer.draw(rng)
    for claim in claims:
        tell(story, claim, "completed", paid_at)
    return paid_at
