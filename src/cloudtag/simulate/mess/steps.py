"""Steps that many situations share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import Goods, RefundReason, ScanKind, SignerKind
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.parcels import carry, facility
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import RefundClaim, agree, claim_refund, fill, inspect, new_parcel, send_back, tell
from cloudtag.simulate.world import Buyer, Shop

NumberedParcel = tuple[str, str]
"""A courier and a number."""


def arrived(story: AttackScript, buyer: Buyer, shop: Shop, at: int, **said: Any) -> OrderContext:
    """An order that came, signed for by the buyer."""
    return story.receive(buyer, shop, at, **said)


def asked(
    story: AttackScript, deal: OrderContext, reason: RefundReason = "no_reason", lines: tuple[Goods, ...] = ()
) -> tuple[RefundClaim, int]:
    """A return asked for some hours after the goods came, and when the shop agreed to it."""
    at = deal.signed_at + story.delays.opening.draw(story.rng)
    claim = claim_refund(story, deal, at, ("return_refund", reason, True), lines)
    return claim, agree(story, claim, at)


def not_received(story: AttackScript, deal: OrderContext, at: int) -> RefundClaim:
    """The buyer says that nothing came and wants the money."""
    return claim_refund(story, deal, at, ("refund_only", "not_received", False))


def travel_and_open(story: AttackScript, claim: RefundClaim, at: int, **parcel: Any) -> int:
    """The parcel filled in goes back from `at` on, and all is found in it; returns when it was opened."""
    opened_at = send_back(story, claim, at, **parcel) + story.delays.opening_parcel.draw(story.rng)
    inspect(story, claim, opened_at, claim.goods())
    return opened_at


def pay_back(story: AttackScript, claims: Iterable[RefundClaim], at: int) -> int:
    """The money is paid some time after `at`; returns when."""
    paid_at = at + story.delays.answer.draw(story.rng)
    for claim in claims:
        tell(story, claim, "completed", paid_at)
    return paid_at


def return_under(
    story: AttackScript,
    claims: Sequence[RefundClaim],
    at: int,
    parcel: NumberedParcel | None = None,
    wait_ms: int = HOUR_MS,
) -> int:
    """One parcel goes back as it should, handed in so long after its number was filled in; returns when it was paid."""
    fill(story, claims, parcel or new_parcel(story), at)
    return pay_back(story, claims, travel_and_open(story, claims[0], at + wait_ms))


def scan(
    story: AttackScript,
    deal: OrderContext,
    parcel: NumberedParcel,
    kind: ScanKind,
    at: int,
    *,
    is_home: bool = False,
    **said: Any,
) -> None:
    """One scan of a parcel of an order: on the buyer's side, or `is_home` on the shop's."""
    place = facility(deal.shop.city, "out") if is_home else facility(deal.buyer.city, "in")
    story.add(
        ParcelScanned(
            story.next_event_id(),
            at,
            deal.shop.platform,
            *parcel,
            said.pop("order_id", deal.order_id),
            kind,
            said.pop("facility", place),
            said.pop("destination_hash", deal.buyer.address_hash),
            "box",
            **said,
        )
    )


def on_the_road(
    story: AttackScript, deal: OrderContext, parcel: NumberedParcel, at: int, until: ScanKind = "out_for_delivery"
) -> int:
    """A parcel's scans on its way to the buyer, up to one of them; returns when that was."""
    transit = story.delays.transit.draw(story.rng)
    legs: tuple[tuple[ScanKind, float, bool], ...] = (
        ("accepted", 0.0, True),
        ("departed", 0.2, True),
        ("arrived", 0.7, False),
        ("out_for_delivery", 1.0, False),
    )
    for kind, share, is_home in legs:
        time = at + int(transit * share)
        scan(story, deal, parcel, kind, time, is_home=is_home)
        if kind == until:
            return time
    raise ValueError(f"no parcel is {until} on its way")


def on_the_door_step(story: AttackScript, buyer: Buyer, shop: Shop, at: int, **said: Any) -> OrderContext:
    """An order whose parcel is out for delivery; `signed_at` is when it went out."""
    deal = story.buy(buyer, shop, at, **said)
    story.ship(deal)
    deal.signed_at = on_the_road(story, deal, outbound(deal), deal.shipped_at + 10 * MINUTE_MS)
    return deal


def outbound(deal: OrderContext) -> NumberedParcel:
    """The parcel an order was sent in; raises `ValueError` for one that has not been shipped."""
    if deal.carrier is None or deal.waybill_no is None:
        raise ValueError(f"{deal.order_id} has not been shipped")
    return deal.carrier, deal.waybill_no


def another_parcel(
    story: AttackScript, deal: OrderContext, at: int, signer: SignerKind | None = "recipient"
) -> NumberedParcel:
    """A further parcel of the order, sent at `at`; without a signer it gets lost."""
    parcel = new_parcel(story)
    story.move(deal, "shipped", at, carrier=parcel[0], waybill_no=parcel[1])
    carry(
        story,
        parcel,
        (deal.shop.city, deal.buyer.city),
        (at + 10 * MINUTE_MS, story.delays.transit.draw(story.rng)),
        signer or "recipient",
        order_id=deal.order_id,
        destination=deal.buyer.address_hash,
        is_lost=signer is None,
        platform=deal.shop.platform,
    )
    return parcel
