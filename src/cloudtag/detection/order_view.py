"""One order with everything that belongs to it, as its events describe it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.events import (
    BuyerContacted,
    ComplaintChanged,
    InsuranceChanged,
    OrderChanged,
    RefundChanged,
    ReturnInspected,
)
from cloudtag.contract.links import SkuOwned
from cloudtag.contract.types import OrderLine
from cloudtag.detection.attributes import attributes_of
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.sent import Sent, with_parcels

_MOMENT = attrgetter("occurred_at", "event_id")
_NOBODY: frozenset[str] = frozenset()
_NOTHING_SENT: Mapping[str, Sent] = {}
_NO_REFUNDS: Mapping[str, RefundView] = {}
_NOTHING_MADE: Mapping[Any, Any] = {}


class OrderView:
    """An order's facts, sorted once. `order_id` is known even before the order's own events have come."""

    __slots__ = (
        "affiliates",
        "changes",
        "chargebacks",
        "contacts",
        "currency",
        "filled_waybills",
        "first_at",
        "freight_insured",
        "inspections",
        "insurance",
        "is_noted",
        "lines",
        "made",
        "newest",
        "of_changes",
        "order_id",
        "ordered",
        "others",
        "outbound",
        "owned",
        "passed",
        "platform",
        "quiet",
        "refunds",
        "sales",
        "sent",
        "shop_id",
        "waybill",
    )

    def __init__(self, order_id: str, facts: Iterable[Any], shop_id: str | None = None) -> None:
        """`facts`: the facts of one order's row, in any order, `shop_id` the shop in which the id means something."""
        self.order_id = order_id
        self.changes: list[OrderChanged] = []
        self.first_at: dict[str, OrderChanged] = {}
        self.lines: tuple[OrderLine, ...] = ()
        self.currency: str | None = None
        self.waybill: OrderChanged | None = None
        """The event that named the number it was last said to be sent under."""
        self.sent: Mapping[str, Sent] = _NOTHING_SENT
        """All the parcels ever named for it, by number (F5)."""
        self.freight_insured = False
        self.is_noted = False
        """Whether the buyer ever left a note with it."""
        self.affiliates: frozenset[str] = _NOBODY
        """Over whom it came."""
        self.shop_id = shop_id
        self.platform: str | None = None
        # Most orders have none of these, and orders are many: what is empty is shared.
        self.inspections: tuple[ReturnInspected, ...] = ()
        self.contacts: tuple[BuyerContacted, ...] = ()
        self.insurance: tuple[InsuranceChanged, ...] = ()
        self.chargebacks: tuple[ChargebackChanged, ...] = ()
        self.others: tuple[Any, ...] = ()
        self.owned: tuple[SkuOwned, ...] = ()
        self.passed: dict[tuple[bool, int], RefundChanged | None] | None = None
        """With which claim its refunds came to a part of its worth, reckoned once until a fact changes it."""
        self.outbound: Any = None
        """What was made of the parcels it was sent in, by whom it concerns; None when those changed."""
        self.ordered: Counter[str] | None = None
        """Its pieces by article, reckoned once until its lines change."""
        self.made: Mapping[Any, Any] = _NOTHING_MADE
        """What was made of it and its refunds since a fact came last: see `once`."""
        self.of_changes: Mapping[Any, Any] = _NOTHING_MADE
        """What was made of its own events since one came last: see `once_of_changes`."""
        self.sales: Any = None
        """What was made of the articles it names, by whom it concerns; None when those changed."""
        self.quiet: Any = None
        """What it amounts to while nothing but its parcels and articles is told of it; None when those changed."""
        self.newest: Any = None
        """The latest event about the order."""
        self.filled_waybills: frozenset[str] = _NOBODY
        self.refunds: Mapping[str, RefundView] = _NO_REFUNDS
        for fact in sorted(facts, key=_MOMENT):
            if type(fact) is SkuOwned:
                self.owned += (fact,) if fact.is_held else ()
            elif type(fact) is OrderChanged:
                self._take(fact)
            else:
                self._append(fact)

    def add(self, fact: Any) -> bool:
        """Take in another fact, if it is an event later than all the view knows."""
        newest = self.newest
        if type(fact) is SkuOwned or newest is None:
            return False
        if fact.occurred_at <= newest.occurred_at and _MOMENT(fact) <= _MOMENT(newest):
            return False
        if type(fact) is OrderChanged:
            self._take(fact)
        else:
            self._append(fact)
        return True

    @property
    def name(self) -> tuple[str | None, str]:
        """The shop and the id: alone the id means nothing."""
        return self.shop_id, self.order_id

    @property
    def began_at(self) -> int:
        """Event time of the order's first event, or of its first refund before that is known; 0 for neither."""
        if self.changes:
            return self.changes[0].occurred_at
        return min((r.opened.occurred_at for r in self.refunds.values()), default=0)

    @property
    def shipped_at(self) -> int | None:
        """Event time of the first `shipped`, if any."""
        shipped = self.first_at.get("shipped")
        return shipped.occurred_at if shipped else None

    @property
    def quantity(self) -> int:
        """Pieces ordered."""
        return sum(line.quantity for line in self.lines)

    @property
    def worth_minor(self) -> int | None:
        """What was ordered costs so much in minor units of its currency; None while no lines are known."""
        return sum(line.quantity * line.unit_price_minor for line in self.lines) if self.lines else None

    @property
    def insured_at(self) -> int | None:
        """Event time since which its freight is known to be insured, or its insurance is claimed; None for neither."""
        told = [event.occurred_at for event in self.changes if event.freight_insured]
        told += [event.occurred_at for event in self.insurance if event.status in ("claimed", "paid")]
        return min(told, default=None)

    @property
    def waybills(self) -> frozenset[str]:
        """Every number this order or its refunds ever named."""
        return self.filled_waybills | self.sent.keys()

    @property
    def sent_numbers(self) -> frozenset[str]:
        """The numbers of all the parcels ever named for it (F5)."""
        return frozenset(self.sent)

    @property
    def address_hashes(self) -> frozenset[str]:
        """Where it was ever said to go."""
        return frozenset(event.address_hash for event in self.changes if event.address_hash)

    def facts(self) -> Iterator[Any]:
        """All its events, in no order."""
        yield from self.changes
        for refund in self.refunds.values():
            yield from refund.changes
        for kept in (self.inspections, self.contacts, self.insurance, self.chargebacks, self.others):
            yield from kept

    def attributes(self) -> list[str]:
        """What identifies the buyer on this order, as `kind:value`, the area of the address included."""
        return sorted({attribute for event in self.changes for attribute in attributes_of(event)})

    def with_evidence(self) -> Iterator[tuple[RefundChanged | ComplaintChanged, str]]:
        """The events by which the buyer hands in evidence, each with the id of its refund or complaint."""
        for refund in self.refunds.values():
            for change in refund.changes:
                if change.evidence:
                    yield change, refund.refund_id
        if self.others:
            yield from complaints_with_evidence(self.others)

    def keep(self, key: Any, made: Any) -> None:
        """Keep what was made of it until another fact comes."""
        if isinstance(self.made, dict) and self.made is not _NOTHING_MADE:
            self.made[key] = made
        else:
            self.made = {key: made}

    def keep_of_changes(self, key: Any, made: Any) -> None:
        """Keep what was made of its own events until another of those comes."""
        if isinstance(self.of_changes, dict) and self.of_changes is not _NOTHING_MADE:
            self.of_changes[key] = made
        else:
            self.of_changes = {key: made}

    def _append(self, fact: Any) -> None:
        self.newest, self.passed, self.made = fact, None, _NOTHING_MADE
        kind = type(fact)
        if kind is RefundChanged:
            self._take_refund(fact)
        elif kind is ReturnInspected:
            self.inspections += (fact,)
        elif kind is BuyerContacted:
            self.contacts += (fact,)
        elif kind is InsuranceChanged:
            self.insurance += (fact,)
        elif kind is ChargebackChanged:
            self.chargebacks += (fact,)
        else:
            self.others += (fact,)
        self.shop_id = self.shop_id or fact.shop_id
        self.platform = self.platform or fact.platform

    def _take_refund(self, change: RefundChanged) -> None:
        refund = self.refunds.get(change.refund_id)
        if refund is None:
            self.refunds = {**self.refunds, change.refund_id: RefundView((change,))}
        else:
            refund.add(change)
        if change.waybill_no is not None:
            self.filled_waybills |= {change.waybill_no}

    def _take(self, order: OrderChanged) -> None:
        if self.outbound is not None and order.address_hash and order.address_hash not in self.address_hashes:
            self.outbound = self.quiet = None
        self.newest, self.passed, self.made, self.of_changes = order, None, _NOTHING_MADE, _NOTHING_MADE
        self.changes.append(order)
        self.first_at.setdefault(order.status, order)
        if order.lines and order.lines != self.lines:
            self.lines, self.sales, self.ordered, self.quiet = order.lines, None, None, None
        self.currency = order.currency or self.currency
        self.freight_insured = self.freight_insured or order.freight_insured
        self.shop_id, self.platform = order.shop_id, order.platform
        if order.buyer_note or order.note_meaningless:
            self.is_noted = True
        if order.affiliate_id is not None and order.affiliate_id not in self.affiliates:
            self.affiliates |= {order.affiliate_id}
        if order.waybill_no is not None and (self.waybill is None or self.waybill.waybill_no != order.waybill_no):
            self.waybill = order
        if order.waybill_no is not None or order.parcels:
            sent = with_parcels(self.sent, order)
            if sent is not self.sent:
                self.sent, self.outbound, self.quiet = sent, None, None


def complaints_with_evidence(facts: Iterable[Any]) -> Iterator[tuple[ComplaintChanged, str]]:
    """The complaints among facts that hand in evidence; what a shop hands in against the buyer is not the buyer's."""
    complaints = [fact for fact in facts if isinstance(fact, ComplaintChanged)]
    if not complaints:
        return
    by_shops = {(fact.shop_id, fact.complaint_id) for fact in complaints if fact.complainant == "shop"}
    handed_in = (fact for fact in complaints if fact.evidence and (fact.shop_id, fact.complaint_id) not in by_shops)
    yield from ((fact, fact.complaint_id) for fact in handed_in)
