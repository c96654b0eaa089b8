"""Whether the engine says of a detector's examples what they expect, and what refutes an alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.records import DeadLetter
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector
from cloudtag.replay.driver import replay
from cloudtag.replay.example import alerts_of, decoded, standing_alerts, until_ms

LEAST_NEAR_MISSES = 2
"""So many quiet examples a detector needs at least, one on either side of its condition."""

Events = Sequence[dict[str, Any]]
"""Events in the replay form, as `cloudtag.detection.example` writes them."""


class Withdrawal(Struct, frozen=True, kw_only=True):
    """What refutes an alert: `by` takes it back, and `restored_by`, if anything can, brings it back.

    The alert is that of one of the detector's examples, given by its name, or of other events. `buyer_id` is whose.
    """

    name: str
    example: str = ""
    events: tuple[dict[str, Any], ...] = ()
    by: tuple[dict[str, Any], ...]
    restored_by: tuple[dict[str, Any], ...] = ()
    until: str | None = None
    buyer_id: str = "b1"


def check_example(detector: Detector, example: Example) -> None:
    """What must fire fires with what is expected of it, what must stay quiet stays quiet. Raises AssertionError."""
    lines = [msgspec.json.encode(event) for event in example.events]
    for _, record in replay(lines, until_ms(example)):
        assert not isinstance(record, DeadLetter), f"{example.name!r}: an event that cannot be read: {record.error}"
    alerts = [msgspec.to_builtins(alert) for alert in standing_alerts(detector.name, *decoded(example))]
    assert len(alerts) == len(example.fires), f"{example.name!r}: {len(example.fires)} expected, found {alerts}"
    for expected in example.fires:
        assert any(_matches(alert, expected) for alert in alerts), f"{example.name!r}: {expected} not among {alerts}"


def check_near_misses(detector: Detector) -> None:
    """A detector has an example that fires, and enough that do not quite. Raises AssertionError."""
    firing = sum(bool(example.fires) for example in detector.examples)
    assert firing, f"{detector.name} has no example that fires"
    quiet = len(detector.examples) - firing
    assert quiet >= LEAST_NEAR_MISSES, f"{detector.name} has {quiet} near misses, {LEAST_NEAR_MISSES} are needed"
    names = [example.name for example in detector.examples]
    assert len(set(names)) == len(names), f"{detector.name} has two examples of one name"


def check_withdrawal(detector: Detector, withdrawal: Withdrawal) -> None:
    """An alert that stands is taken back by what refutes it, and comes back with its correction.

    Raises AssertionError, and LookupError for an example there is none of.
    """
    events, until = _events(detector, withdrawal)
    before = _statuses(detector, withdrawal, events, until)
    assert before[-1:] == ["open"], f"{withdrawal.name!r}: there is no alert to refute: {before}"
    refuted = [*events, *withdrawal.by]
    found = _statuses(detector, withdrawal, refuted, until)
    assert found == [*before, "withdrawn"], f"{withdrawal.name!r}: not withdrawn: {found}"
    if withdrawal.restored_by:
        found = _statuses(detector, withdrawal, [*refuted, *withdrawal.restored_by], until)
        assert found == [*before, "withdrawn", "open"], f"{withdrawal.name!r}: does not come back: {found}"


def _events(detector: Detector, withdrawal: Withdrawal) -> tuple[Events, str | None]:
    if not withdrawal.example:
        return withdrawal.events, withdrawal.until
    found = next((example for example in detector.examples if example.name == withdrawal.example), None)
    if found is None:
        raise LookupError(f"{detector.name} has no example {withdrawal.example!r}")
    return found.events, withdrawal.until or found.until


def _statuses(detector: Detector, withdrawal: Withdrawal, events: Events, until: str | None) -> list[str]:
    facts, moment = decoded(Example(name=withdrawal.name, events=tuple(events), until=until))
    alerts = alerts_of(detector.name, facts, moment)
    return [status for status, _ in groupby(a.status for a in alerts if a.buyer_id == withdrawal.buyer_id)]


def _matches(alert: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether an alert has every expected field, of facts every expected one."""
    for name, value in expected.items():
        held = alert[name]
        if isinstance(value, dict):
            if any(held.get(key) != each for key, each in value.items()):
                return False
        elif (list(held) if isinstance(value, list) else held) != value:
            return False
    return True
