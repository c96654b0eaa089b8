"""A detector's examples, run by the engine: what is said when, and what keeps the quiet ones quiet."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector
from cloudtag.explain.recompute import Recomputed, recompute
from cloudtag.policy.load import shipped
from cloudtag.replay.example import alerts_of, decoded, standing_alerts

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
    events, until_ms = decoded(example)
    alerts = standing_alerts(detector.name, events, until_ms)
    if not alerts:
        raise ValueError(f"{detector.name}: {example.name!r} does not fire")
    first = min(alerts, key=lambda alert: (alert.decided_at, alert.alert_id))
    return DetectorProof(example, events, recompute(events, first.alert_id, shipped(), until_ms))


def reason_of(detector: Detector, example: Example) -> QuietReason | None:
    """The last event of a quiet example without which it would fire, if there is a single one."""
    events, until_ms = decoded(example)
    said = alerts_of(detector.name, events, until_ms)
    if len(events) > _MOST_REMOVED:
        return None
    for number in range(len(events) - 1, -1, -1):
        rest = events[:number] + events[number + 1 :]
        if rest and standing_alerts(detector.name, rest, until_ms):
            return QuietReason(events[number], bool(said))
    return None
