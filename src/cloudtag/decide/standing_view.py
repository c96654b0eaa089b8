"""A view of what stands: the latest revisions of what is published, by buyer, order and parcel. Pure, no clock.

It is what `replay --final` would print without what was taken back, expired or ended, however often records come and in
whatever order their revisions do. Memory grows with what stands, never with what was said of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Consequence, ReportStatus, TagConfirmation, TagStatus
from cloudtag.contract.scope import Networks
from cloudtag.contract.standing import RecordKey, is_taken_back, record_key
from cloudtag.contract.streams import OUTPUTS
from cloudtag.decisions.decide import DecisionQuestion, WhatStands
from cloudtag.gc_tuning import UncollectedDict

VIEWED = ("alerts", "tag-statuses", "tag-confirmations", "consequences", "report-statuses", "labels")
"""The streams a view is made of."""
REMEMBERED_GONE = 1 << 17
"""So many records that no longer stand are remembered with their revisions: an earlier one may come once more."""
ENTRY_BYTES = 900
"""What a record takes beside its own bytes: keys, places in the indexes."""
NO_SHOP = ""
"""Of an order whose record says no shop: its id is taken as it is."""
_OVER = {"ended", "expired", "rejected"}
"""Statuses in which a record is not taken back, and nothing stands of it."""

_T = TypeVar("_T", bound=Struct)
_VIEWED = frozenset(OUTPUTS[name].struct for name in VIEWED)
ViewPlace = tuple[str, ...]
"""What a record is found by: a buyer in a network, an order in a shop, or a parcel's number."""


class ViewEntry(Struct, frozen=True, eq=False, gc=False):
    """A record that stands: its key, its revision, its type, its bytes, and where it is found.

    Neither it nor a dict of such is looked through by the collector of garbage, which would stop answers for long.
    """

    key: RecordKey
    revision: int
    type: type[Struct]
    packed: bytes
    places: tuple[ViewPlace, ...]


class StandingView:
    """What stands, of all that was taken in so far."""

    def __init__(self, networks: Networks) -> None:
        """`networks`: which platforms share ids."""
        self._networks = networks
        self._entries: dict[RecordKey, ViewEntry] = UncollectedDict()
        self._places: dict[ViewPlace, dict[ViewEntry, None]] = UncollectedDict()
        self._gone: OrderedDict[RecordKey, int] = OrderedDict()
        self.bytes = 0
        """What it takes of memory, about."""
        self.changes = 0
        """How often anything stood differently."""

    def __len__(self) -> int:
        return len(self._entries)

    def apply(self, record: Any) -> tuple[ViewPlace, ...]:
        """Take a record in; the places of what stands differently now, none where that is known already."""
        key, revision = record_key(record, self._networks), record.revision
        held = self._entries.get(key)
        known = self._gone.get(key, -1) if held is None else held.revision
        if revision <= known:
            return ()
        self.changes += 1
        before = held.places if held is not None else ()
        self._forget(key)
        if is_taken_back(record) or record.status in _OVER:
            self._remember_gone(key, revision)
            return before
        places = tuple(dict.fromkeys(self._found_by(record)))
        entry = ViewEntry(key, revision, type(record), msgspec.msgpack.encode(record), places)
        self._entries[key] = entry
        self.bytes += len(entry.packed) + ENTRY_BYTES
        for place in places:
            self._places.setdefault(place, {})[entry] = None
        return tuple(dict.fromkeys((*before, *places)))

    def asked_about(self, network: str, buyer_id: str, question: DecisionQuestion) -> WhatStands:
        """What stands about the buyer, the order and the return's parcels."""
        found = dict.fromkeys(self._at(buyer_place(network, buyer_id)))
        for shop in (question.shop_id, NO_SHOP):
            found |= dict.fromkeys(self._at(order_place(network, shop, question.order_id)))
        records = [*map(_record, found)]
        parcels = (entry for number in question.waybill_nos for entry in self._at(parcel_place(number)))
        more = dict.fromkeys(entry for entry in parcels if entry not in found)
        return _what_stands([*records, *(_from(network, _record(entry), self._networks) for entry in more)])

    def supposing(self, places: Iterable[ViewPlace], records: Iterable[Struct]) -> StandingView:
        """What would stand at these places if these records were published; this view stays as it is."""
        supposed = StandingView(self._networks)
        for entry in dict.fromkeys(entry for place in places for entry in self._at(place)):
            supposed.apply(_record(entry))
        for record in records:
            if type(record) in _VIEWED:
                supposed.apply(record)
        return supposed

    def has_seen(self, key: RecordKey, revision: int) -> bool:
        """Whether that revision of a record, or a later one, was taken in; of what is long gone that is not known."""
        held = self._entries.get(key)
        return revision <= (self._gone.get(key, -1) if held is None else held.revision)

    def places_of(self, network: str, buyer_id: str, question: DecisionQuestion) -> tuple[ViewPlace, ...]:
        """Everything by which what a question is decided by may be found."""
        return (
            buyer_place(network, buyer_id),
            *(order_place(network, shop, question.order_id) for shop in (question.shop_id, NO_SHOP)),
            *(parcel_place(number) for number in question.waybill_nos),
        )

    def of_buyer(self, network: str, buyer_id: str) -> list[Struct]:
        """What stands about a buyer."""
        return [*map(_record, self._at(buyer_place(network, buyer_id)))]

    def of_order(self, network: str, shop_id: str, order_id: str) -> list[Struct]:
        """What stands about an order of a shop."""
        return [*map(_record, self._at(order_place(network, shop_id, order_id)))]

    def alert(self, alert_id: str) -> Alert | None:
        """The alert of that id, if it stands."""
        entry = self._entries.get(("alerts", "", "", alert_id))
        return None if entry is None else _record(entry)

    def entries(self) -> list[ViewEntry]:
        """All that stands, as it is kept; later changes do not touch it."""
        return list(self._entries.values())

    def records(self) -> Iterator[Struct]:
        """All that stands."""
        return map(_record, self._entries.values())

    def _at(self, place: ViewPlace) -> Iterable[ViewEntry]:
        return self._places.get(place, ())

    def _forget(self, key: RecordKey) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= len(entry.packed) + ENTRY_BYTES
        for place in entry.places:
            entries = self._places[place]
            del entries[entry]
            if not entries:
                del self._places[place]

    def _remember_gone(self, key: RecordKey, revision: int) -> None:
        self._gone[key] = revision
        self._gone.move_to_end(key)
        if len(self._gone) > REMEMBERED_GONE:
            self._gone.popitem(last=False)

    def _found_by(self, record: Any) -> Iterator[ViewPlace]:
        network = self._networks[record.platform]
        if isinstance(record, Consequence):
            yield from _of_consequence(network, record)
            return
        yield buyer_place(network, record.buyer_id)
        if isinstance(record, Alert):
            yield from (order_place(network, order.shop_id, order.order_id) for order in record.orders)
            if not record.orders:
                yield from (order_place(network, record.shop_id or NO_SHOP, order) for order in record.order_ids)
            yield from map(parcel_place, record.waybill_nos)
        elif isinstance(record, TagStatus | ReportStatus) and record.order_id:
            yield order_place(network, record.shop_id, record.order_id)


def buyer_place(network: str, buyer_id: str) -> ViewPlace:
    """Where what is about a buyer is found."""
    return ("buyer", network, buyer_id)


def order_place(network: str, shop_id: str, order_id: str) -> ViewPlace:
    """Where what is about an order is found."""
    return ("order", network, shop_id, order_id)


def parcel_place(waybill_no: str) -> ViewPlace:
    """Where what is about a parcel is found: numbers are the couriers', in every network the same."""
    return ("parcel", waybill_no)


def _record(entry: ViewEntry) -> Any:
    return msgspec.msgpack.decode(entry.packed, type=entry.type)


def _of_consequence(network: str, record: Consequence) -> Iterator[ViewPlace]:
    match record.subject_kind:
        case "buyer":
            yield buyer_place(network, record.subject_id)
        case "order":
            yield order_place(network, record.shop_id or NO_SHOP, record.subject_id)
        case "shop" | "account":
            yield ("shop", network, record.shop_id or record.subject_id)


def _from(network: str, alert: Alert, networks: Networks) -> Alert:
    """An alert about a parcel; one of another network names no order and no refund of this one."""
    if networks[alert.platform] == network:
        return alert
    return replace(alert, shop_id=None, orders=(), order_ids=(), refund_ids=())


def _what_stands(records: list[Any]) -> WhatStands:
    return WhatStands(
        alerts=_only(records, Alert),
        tags=_only(records, TagStatus),
        confirmations=_only(records, TagConfirmation),
        consequences=_only(records, Consequence),
    )


def _only(records: Iterable[Any], kind: type[_T]) -> list[_T]:
    return [record for record in records if type(record) is kind]
