"""The parcels an order was sent in, as its events name them: numbers accumulate, a later one replaces none (F5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.types import Goods, OrderLine, SentParcel


class Sent(Struct, frozen=True):
    """A parcel of an order: the event that first named its number, its courier as written, what is in it.

    No goods: nobody said what is in it.
    """

    waybill_no: str
    named: OrderChanged
    carrier: str | None = None
    lines: tuple[Goods, ...] = ()

    def holds_any(self, goods: Iterable[Goods], lines: Iterable[OrderLine] = ()) -> bool:
        """Whether any of these goods may be in it; where nobody said what is claimed, or what is in it, they may.

        `lines` are the order's: what it sold as a set is in every parcel that holds a part of it.
        """
        claimed = {one.sku_id for one in goods if one.quantity}
        if not claimed or not self.lines:
            return True
        parts = {line.sku_id: {part.sku_id for part in line.components} for line in lines if line.components}
        with_parts = claimed.union(*(parts.get(sku_id, ()) for sku_id in claimed))
        return any(one.sku_id in with_parts or not claimed.isdisjoint(parts.get(one.sku_id, ())) for one in self.lines)


def with_parcels(sent: Mapping[str, Sent], order: OrderChanged) -> Mapping[str, Sent]:
    """What an order's later event adds to the parcels known so far; the same ones where it adds nothing."""
    if not order.parcels and order.waybill_no is not None:
        known = sent.get(order.waybill_no)
        # Mostly the number is named again as it was.
        if known is not None and (not order.carrier or order.carrier == known.carrier):
            return sent
    found = sent
    for parcel in _named(order):
        before = found.get(parcel.waybill_no)
        if before is None:
            now = Sent(parcel.waybill_no, order, parcel.carrier, parcel.lines)
        else:
            carrier, lines = parcel.carrier or before.carrier, parcel.lines or before.lines
            if carrier == before.carrier and lines == before.lines:
                continue
            now = replace(before, carrier=carrier, lines=lines)
        found = {**found, parcel.waybill_no: now}
    return found


def _named(order: OrderChanged) -> Iterator[SentParcel]:
    if order.waybill_no is not None:
        yield SentParcel(order.waybill_no, order.carrier)
    yield from order.parcels
