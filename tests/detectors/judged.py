"""Events in the replay form, judged: what became of one detector's alerts."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import msgspec

from cloudtag.contract.events import Event
from cloudtag.contract.records import Alert
from cloudtag.detection.example import ordered
from cloudtag.detection.rule import Example
from cloudtag.replay.driver import replay
from cloudtag.wire.replay_form import decode_json

Raw = dict[str, Any]
"""An event in the replay form."""


def event_of(raw: Raw) -> Event:
    """The event it says."""
    event = decode_json(raw)[1]
    assert isinstance(event, Event), event
    return event


def events_of(raws: Iterable[Raw]) -> list[Event]:
    """The events they say."""
    return [event_of(raw) for raw in raws]


def time_of(at: str) -> int:
    """A time as events write it, in milliseconds since the epoch."""
    return event_of(ordered("placed", at)).occurred_at


def end_of(example: Example) -> int | None:
    """Until when time moves on after an example's events, in milliseconds since the epoch; none: no further."""
    return time_of(example.until) if example.until else None


def alerts(raws: Iterable[Raw], detector: str, until_ms: int | None = None) -> list[Alert]:
    """Every revision of the detector's alerts, in the order published."""
    published = replay([msgspec.json.encode(raw) for raw in raws], until_ms)
    return [record for _, record in published if isinstance(record, Alert) and record.detector == detector]


def statuses(raws: Iterable[Raw], detector: str) -> list[str]:
    """The statuses that its alerts went through, one after the other."""
    return [status for status, _ in groupby(alert.status for alert in alerts(raws, detector))]
