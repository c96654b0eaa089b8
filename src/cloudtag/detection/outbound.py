"""Where the parcels of an order are, by their journeys (F6), and what that says of a claim about the order (F7, F8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from cloudtag.contract.journeys import JourneySeen, Place, ScanSeen
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.types import Goods
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import sent_under, together
from cloudtag.detection.sent import Sent
from cloudtag.parcels.clock import DAY_MS, LOCAL_TIME_MS, StampedTime
from cloudtag.parcels.courier import canonical_courier, is_known
from cloudtag.parcels.place import OrderSide
from cloudtag.parcels.seen import contradiction
from cloudtag.parcels.told import scans_told
from cloudtag.parcels.uses import journey_of_use

_EARLY_MS = 3 * DAY_MS
"""How much earlier than it is named a parcel may have been scanned: shops book late."""


class Outbound(Struct, frozen=True):
    """A parcel of an order: how it was named, its journey as far as it is told, the scan that says it is not the
    order's. `is_older`: its number was scanned last before the order was placed, for somebody else."""

    sent: Sent
    journey: JourneySeen | None = None
    contradicted_by: ScanSeen | None = None
    is_older: bool = False

    @property
    def place(self) -> Place:
        """Where it is; one of which nothing is told is not handed in, as far as anybody knows.

        One that was signed for where it had set out from, after it had been elsewhere, went home: that it was refused
        was not scanned, or that scan was lost.
        """
        if self.journey is None or self.is_older:
            return "not_handed_in"
        if self.contradicted_by is not None:
            return "elsewhere"
        return "coming_home" if self.journey.came_round else self.journey.place

    @property
    def courier(self) -> str | None:
        """The code of its courier, by its scans or else by the shop."""
        told = None if self.journey is None else self.journey.courier
        return told or canonical_courier(self.sent.carrier)

    @property
    def is_on_its_way(self) -> bool:
        """Whether it may be taken to travel: mostly nothing is reported of a parcel until it is somewhere."""
        return self.place == "on_the_way" or self.journey is None

    @property
    def is_unseen(self) -> bool:
        """Whether nothing shows that it was handed in: it was not scanned, and its courier is not known."""
        return self.journey is None and not is_known(self.courier)


def outbound_of(
    order: OrderView,
    orders: Sequence[OrderView],
    parcel: Callable[[str], ParcelReported | None],
    numbers: Iterable[str] | None = None,
) -> list[Outbound]:
    """The parcels an order was sent in, all or those of some numbers.

    `orders`: the buyer's that name one of those numbers, this one among them.
    """
    asked, known = order.sent if numbers is None else numbers, orders if len(orders) < 2 else together(orders)
    return [_outbound(order, known, order.sent[number], parcel(number)) for number in asked]


def holding_claimed(order: OrderView, parcels: Iterable[Outbound], goods: Sequence[Goods]) -> list[Outbound]:
    """The order's parcels that may hold the goods of a claim; all of them where it names none (F7)."""
    return [parcel for parcel in parcels if parcel.sent.holds_any(goods, order.lines)]


def moment(scan: ScanSeen, journey: JourneySeen) -> StampedTime:
    """When a scan of a journey was made, as far as its clock can be trusted (F4)."""
    is_uncertain = scan.is_time_local or journey.is_time_uncertain
    return StampedTime(scan.occurred_at, LOCAL_TIME_MS if is_uncertain else 0)


def side_of(order: OrderView, orders: Iterable[OrderView], number: str) -> OrderSide:
    """What the buyer's orders at the shop that name a number say of its parcel: several may be sent in one."""
    return _side([order, *sent_under(orders, order.shop_id, number)])


def _side(sharing: list[OrderView]) -> OrderSide:
    return OrderSide(
        order_ids=frozenset(o.order_id for o in sharing),
        address_hashes=frozenset().union(*(o.address_hashes for o in sharing)),
    )


def _outbound(order: OrderView, orders: Sequence[OrderView], sent: Sent, report: ParcelReported | None) -> Outbound:
    """Where a parcel is; found out once, if no other order shares its number, until an event of the order itself comes
    or its report changes: refunds say nothing of it."""
    if report is None or not report.journeys:
        return Outbound(sent)
    # Mostly no other order names any of its numbers.
    is_alone = len(orders) == 1 and orders[0] is order
    sharing = [order] if is_alone else sent_under(orders, order.shop_id, sent.waybill_no)
    if not is_alone and not all(other is order for other in sharing):
        return _reported(order, sharing, sent, report)
    key = (_outbound, sent.waybill_no)
    held = order.of_changes.get(key)
    if held is not None and held[0] is report:
        known: Outbound = held[1]
        return known
    found = _reported(order, sharing, sent, report)
    order.keep_of_changes(key, (report, found))
    return found


def _reported(order: OrderView, sharing: list[OrderView], sent: Sent, report: ParcelReported) -> Outbound:
    journey = journey_of_use(report.journeys, sent.named.occurred_at, canonical_courier(sent.carrier))
    if journey is None:
        return Outbound(sent)
    placed = order.first_at.get("placed")
    begun_ms = placed.occurred_at if placed is not None else sent.named.occurred_at - _EARLY_MS
    last_ms = max(journey.start_ms, *(scan.occurred_at for scan in scans_told(journey)), journey.end_ms or 0)
    if last_ms < begun_ms:
        return Outbound(sent, journey, is_older=True)
    return Outbound(sent, journey, contradiction(journey, _side([order, *sharing])))
