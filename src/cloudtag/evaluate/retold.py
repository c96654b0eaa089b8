"""The part of a stream that an alert rests on: its buyers' events, and the scans of every parcel they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from cloudtag.contract.events import Event, OrderChanged, ParcelScanned, RefundChanged, ShopDescribed
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.parcels.numbers import canonical_number
from cloudtag.wire import encode_json


def retold(events: Iterable[Event], alerts: Iterable[Alert]) -> dict[str, tuple[bytes, ...]]:
    """For each alert, by its id, the events that concern it, one line each in the replay form."""
    by_buyer, by_number, by_shop = _indexed(events)
    return {alert.alert_id: _story(alert, by_buyer, by_number, by_shop) for alert in alerts}


Index = dict[str, list[Event]]


def _indexed(events: Iterable[Event]) -> tuple[Index, Index, Index]:
    by_buyer: Index = defaultdict(list)
    by_number: Index = defaultdict(list)
    by_shop: Index = defaultdict(list)
    for event in events:
        if isinstance(event, ParcelScanned):
            by_number[canonical_number(event.waybill_no)].append(event)
        elif isinstance(event, ShopDescribed):
            by_shop[event.shop_id].append(event)
        elif (buyer_id := getattr(event, "buyer_id", None)) is not None:
            by_buyer[buyer_id].append(event)
    return by_buyer, by_number, by_shop


def _story(alert: Alert, by_buyer: Index, by_number: Index, by_shop: Index) -> tuple[bytes, ...]:
    told = [event for who in (alert.buyer_id, *alert.linked_buyer_ids) for event in by_buyer.get(who, ())]
    named = [event for event in told if isinstance(event, OrderChanged | RefundChanged)]
    numbers = dict.fromkeys(canonical_number(event.waybill_no) for event in named if event.waybill_no)
    shops = dict.fromkeys(event.shop_id for event in named)
    around = [event for index, keys in ((by_number, numbers), (by_shop, shops)) for key in keys for event in index[key]]
    return tuple(_line(event) for event in sorted((*around, *told), key=lambda event: event.occurred_at))


def _line(event: Event) -> bytes:
    return msgspec.json.encode(encode_json(STREAM_OF[type(event)], event))
