"""A detector's example as the engine takes it."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import standing
from cloudtag.detection.rule import Example
from cloudtag.replay.driver import judge
from cloudtag.wire.replay_form import decode_json


def decoded(example: Example) -> tuple[list[Any], int | None]:
    """The events in order of event time, each once, and the moment time is moved on to; none: the last event's."""
    events = list({(type(event), event.event_id): event for event in map(_event, example.events)}.values())
    events.sort(key=lambda e: (e.occurred_at, e.event_id))
    return events, until_ms(example)


def until_ms(example: Example) -> int | None:
    """The moment an example moves time on to, in milliseconds UTC."""
    if example.until is None:
        return None
    moment: int = _event({**example.events[0], "occurred_at": example.until}).occurred_at
    return moment


def alerts_of(detector: str, events: list[Any], until_ms: int | None) -> list[Alert]:
    """Every revision of a detector's alerts, in the order in which replay publishes them."""
    said = (record for _, record in judge(list(events), until_ms))
    return [record for record in said if isinstance(record, Alert) and record.detector == detector]


def standing_alerts(detector: str, events: list[Any], until_ms: int | None) -> list[Alert]:
    """The last revision of each of a detector's alerts that is not withdrawn."""
    return list(standing(alerts_of(detector, events, until_ms)).values())


def _event(told: dict[str, Any]) -> Any:
    return decode_json(told)[1]
