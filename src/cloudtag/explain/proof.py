"""A detector's examples, run by the engine: what is said when, and what keeps the quiet ones quiet."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import standing
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector
from cloudtag.explain.recompute import Recomputed, recompute
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.wire.replay_form import decode_json

_MOST_REMOVED = 40
"""Longer examples are not searched for the one event that keeps them quiet."""


class DetectorProof(NamedTuple):
    """An example that fires: its events in order of event time, its first alert revision by revision."""

    example: Example
    events: list[Any]
    revisions: list[Recomputed]


class QuietReason(NamedTuple):
    """Why an example stays quiet: `event` alone keeps it so; `is_withdrawn`: an alert had been opened before it."""

    event: Any
    is_withdrawn: bool


def proof_of(detector: Detector, example: Example) -> DetectorProof:
    """Run a firing example. Raises ValueError when it does not fire."""
    events, until_ms = _decoded(example)
    alerts = _standing(detector, events, until_ms)
    if not alerts:
        raise ValueError(f"{detector.name}: {example.name!r} does not fire")
    first = min(alerts, key=lambda alert: (alert.decided_at, alert.alert_id))
    return DetectorProof(example, events, recompute(events, first.alert_id, shipped(), until_ms))


def reason_of(detector: Detector, example: Example) -> QuietReason | None:
    """The last event of a quiet example without which it would fire, if there is a single one."""
    events, until_ms = _decoded(example)
    said = [r for _, r in judge(list(events), until_ms) if isinstance(r, Alert) and r.detector == detector.name]
    if len(events) > _MOST_REMOVED:
        return None
    for number in range(len(events) - 1, -1, -1):
        rest = events[:number] + events[number + 1 :]
        if rest and _standing(detector, rest, until_ms):
            return QuietReason(events[number], bool(said))
    return None


def _standing(detector: Detector, events: list[Any], until_ms: int | None) -> list[Alert]:
    alerts = (record for _, record in judge(list(events), until_ms) if isinstance(record, Alert))
    return list(standing(alert for alert in alerts if alert.detector == detector.name).values())


def _decoded(example: Example) -> tuple[list[Any], int | None]:
    """The events in order of event time, each once, and the moment time is moved on to."""
    decoded: list[Any] = [decode_json(event)[1] for event in example.events]
    events = list({(type(event), event.event_id): event for event in decoded}.values())
    events.sort(key=lambda e: (e.occurred_at, e.event_id))
    if example.until is None:
        return events, None
    moment: Any = decode_json({**example.events[0], "occurred_at": example.until})[1]
    return events, moment.occurred_at
