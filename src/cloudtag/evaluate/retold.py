"""The part of a stream that an alert rests on, as a stream of its own that leads to the same alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from cloudtag.contract.events import Event, OrderChanged, ParcelScanned, RefundChanged, ShopDescribed
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.numbers import canonical_number
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.wire import encode_json

WAIT_HOURS = 4 * DAY_MS // HOUR_MS
"""So many hours after the last event and the alert couriers are still seen: more than a number is waited for."""


def retold(events: Iterable[Event], alerts: Iterable[Alert]) -> dict[str, tuple[bytes, ...]]:
    """For each alert, by its id, the events that concern it, one line each in the replay form.

    Those are its buyers' events, the scans of every parcel they name, what their shops say of themselves, and one scan
    an hour of each courier, so that couriers are silent when they were.
    """
    index = _Index()
    for event in events:
        index.add(event)
    return {alert.alert_id: tuple(map(_line, index.story(alert))) for alert in alerts}


@dataclass(slots=True)
class _Index:
    """The events of a stream by whom and what they are about."""

    buyers: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    shops: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    hours: dict[tuple[str | None, int], Event] = field(default_factory=dict)
    """The first scan of a courier in each hour."""

    def add(self, event: Event) -> None:
        if isinstance(event, ParcelScanned):
            self.numbers[canonical_number(event.waybill_no)].append(event)
            self.hours.setdefault((canonical_courier(event.carrier), event.occurred_at // HOUR_MS), event)
        elif isinstance(event, ShopDescribed):
            self.shops[event.shop_id].append(event)
        elif (buyer_id := getattr(event, "buyer_id", None)) is not None:
            self.buyers[buyer_id].append(event)

    def story(self, alert: Alert) -> list[Event]:
        told = [event for who in (alert.buyer_id, *alert.linked_buyer_ids) for event in self.buyers.get(who, ())]
        named = [event for event in told if isinstance(event, OrderChanged | RefundChanged)]
        for number in dict.fromkeys(canonical_number(event.waybill_no) for event in named if event.waybill_no):
            told += self.numbers.get(number, ())
        for shop_id in dict.fromkeys(event.shop_id for event in named):
            told += self.shops.get(shop_id, ())
        couriers = dict.fromkeys(canonical_courier(event.carrier) for event in named if event.carrier)
        told += self._at_work(couriers, [at // HOUR_MS for at in (*(e.occurred_at for e in named), alert.decided_at)])
        return sorted({id(event): event for event in told}.values(), key=lambda event: event.occurred_at)

    def _at_work(self, couriers: Iterable[str | None], hours: list[int]) -> Iterator[Event]:
        for courier in couriers:
            for hour in range(min(hours), max(hours) + WAIT_HOURS):
                if (scan := self.hours.get((courier, hour))) is not None:
                    yield scan


def _line(event: Event) -> bytes:
    return msgspec.json.encode(encode_json(STREAM_OF[type(event)], event))
