"""A story: what happens to one order, or a few that belong together, as events and when each is delivered."""

import random
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.events import (
    Event,
    InsuranceChanged,
    OrderChanged,
)
from cloudtag.contract.types import InsuranceStatus, OrderLine, OrderStatus, SignerKind
from cloudtag.simulate.delays import Delays
from cloudtag.simulate.order_context import Ids, OrderContext
from cloudtag.simulate.parcels import carry
from cloudtag.simulate.profile import MINUTE_MS
from cloudtag.simulate.world import CARRIERS, CURRENCY, Buyer, Shop


@dataclass(slots=True)
class AttackScript:
    """Events in the order they were added, each with an extra delivery delay in milliseconds (none: the usual
    noise)."""

    rng: random.Random
    ids: Ids
    delays: Delays
    entries: list[tuple[Event, int | None]] = field(default_factory=list)
    is_rich: bool = False
    """Whether honest people also use affiliates and promotions, write notes, take pictures and complain."""

    def add(self, event: Event, late_ms: int | None = None) -> None:
        """Add an event; `late_ms` delivers it exactly that much after it happened."""
        self.entries.append((event, late_ms))

    def next_event_id(self) -> str:
        """A fresh event id."""
        return self.ids.next("e")

    def basket(self, pieces: int | None = None) -> tuple[OrderLine, ...]:
        """One or two lines of goods; `pieces` asks for one line of that many."""
        rng = self.rng
        if pieces is not None:
            return (OrderLine(f"sku-{rng.randrange(5000)}", pieces, 100 * rng.randrange(20, 900)),)
        count = 1 if rng.random() < 0.8 else 2
        start = rng.randrange(5000)
        return tuple(
            OrderLine(f"sku-{start + 7 * n}", 1 if rng.random() < 0.8 else 2, 100 * rng.randrange(10, 600))
            for n in range(count)
        )

    def place(
        self,
        buyer: Buyer,
        shop: Shop,
        at: int,
        pieces: int | None = None,
        is_insured: bool | None = None,
        **said: Any,
    ) -> OrderContext:
        """A buyer places an order; `said` are fields of the event that differ from the usual."""
        rng = self.rng
        insured = rng.random() < 0.35 if is_insured is None else is_insured
        lines = said.pop("lines", None) or self.basket(pieces)
        deal = OrderContext(self.ids.next("o"), buyer, shop, lines, insured, at)
        placed = self._placed(deal)
        self.add(replace(placed, **said) if said else placed)
        return deal

    def _placed(self, deal: OrderContext) -> OrderChanged:
        buyer, shop = deal.buyer, deal.shop
        return OrderChanged(
            event_id=self.next_event_id(),
            occurred_at=deal.placed_at,
            platform=shop.platform,
            order_id=deal.order_id,
            buyer_id=buyer.buyer_id,
            shop_id=shop.shop_id,
            status="placed",
            lines=deal.lines,
            currency=CURRENCY.get(shop.platform, "CNY"),
            region="CN",
            address_hash=buyer.address_hash,
            address_area=buyer.address_area,
            address_valid=True,
            phone_hash=buyer.phone_hash,
            device_hash=buyer.device_hash,
            payment_hash=buyer.payment_hash,
            freight_insured=deal.is_insured,
        )

    def move(self, deal: OrderContext, status: OrderStatus, at: int, **said: Any) -> None:
        """An order reaches a later status; what its first event said is not repeated."""
        moved = OrderChanged(
            self.next_event_id(),
            at,
            deal.shop.platform,
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            status,
            freight_insured=deal.is_insured,
            carrier=deal.carrier,
            waybill_no=deal.waybill_no,
        )
        self.add(replace(moved, **said) if said else moved)

    def buy(
        self,
        buyer: Buyer,
        shop: Shop,
        at: int,
        pieces: int | None = None,
        is_insured: bool | None = None,
        **said: Any,
    ) -> OrderContext:
        """A buyer places an order and pays for it; the insurance, if any, is bound."""
        deal = self.place(buyer, shop, at, pieces, is_insured, **said)
        deal.paid_at = at + self.delays.pay.draw(self.rng)
        self.move(deal, "paid", deal.paid_at)
        if deal.is_insured:
            self.insure(deal, "bound", deal.paid_at)
        return deal

    def ship(self, deal: OrderContext) -> None:
        """The shop hands the parcel over and says so."""
        deal.shipped_at = deal.paid_at + self.delays.handling.draw(self.rng)
        deal.carrier = self.rng.choice(CARRIERS)
        deal.waybill_no = self.ids.next(deal.carrier)
        self.move(deal, "shipped", deal.shipped_at)

    def deliver(
        self,
        deal: OrderContext,
        signer: SignerKind | None = None,
        signed_late_ms: int | None = None,
        is_lost: bool = False,
    ) -> None:
        """The parcel travels to the buyer, who signs unless a locker or somebody else does; a lost one is never signed.

        Raises `ValueError` for an order that has not been shipped.
        """
        if deal.carrier is None or deal.waybill_no is None:
            raise ValueError(f"{deal.order_id} has not been shipped")
        if signer is None:
            signer = "locker" if deal.buyer.has_locker else usual_signer(self.rng)
        transit = self.delays.transit.draw(self.rng)
        deal.grams = self.rng.randrange(200, 4000)
        deal.signed_at = carry(
            self,
            (deal.carrier, deal.waybill_no),
            (deal.shop.city, deal.buyer.city),
            (deal.shipped_at + 10 * MINUTE_MS, transit),
            signer,
            order_id=deal.order_id,
            destination=deal.buyer.address_hash,
            weight_grams=deal.grams,
            signed_late_ms=signed_late_ms,
            is_lost=is_lost,
            platform=deal.shop.platform,
        )

    def complete(self, deal: OrderContext) -> int:
        """The buyer, or time, confirms receipt; returns when."""
        at = deal.signed_at + self.delays.completion.draw(self.rng)
        self.move(deal, "completed", at)
        return at

    def receive(
        self,
        buyer: Buyer,
        shop: Shop,
        at: int,
        pieces: int | None = None,
        is_insured: bool | None = None,
        **said: Any,
    ) -> OrderContext:
        """An order from placing to the recipient's signature."""
        deal = self.buy(buyer, shop, at, pieces, is_insured, **said)
        self.ship(deal)
        self.deliver(deal, "recipient")
        return deal

    def insure(self, deal: OrderContext, status: InsuranceStatus, at: int) -> None:
        """The freight insurance of an order is bound, claimed or paid."""
        self.add(
            InsuranceChanged(
                self.next_event_id(),
                at,
                deal.shop.platform,
                f"{deal.order_id}:freight",
                deal.order_id,
                deal.buyer.buyer_id,
                deal.shop.shop_id,
                status,
                900,
            )
        )


def usual_signer(rng: random.Random) -> SignerKind:
    """Who signs for a parcel to a home."""
    draw = rng.random()
    if draw < 0.74:
        return "recipient"
    return "household" if draw < 0.86 else "station"
