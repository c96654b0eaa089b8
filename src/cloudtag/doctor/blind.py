"""Which detectors cannot see without a stream, or without a field of one.

Asked of the detectors themselves: each carries examples that fire. Those are judged again with the stream, or the
field, taken out; a detector that fires in none of them any more is blind, one that fires in some is weaker.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import standing
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.replay.driver import replay
from cloudtag.replay.example import until_ms

JsonEvent = dict[str, Any]
"""An event in the replay form: its fields by name."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The detectors that find nothing any more, and those that find less."""

    blind: tuple[str, ...] = ()
    weaker: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.blind or self.weaker)


@cache
def without_stream(stream: str) -> Loss:
    """What is lost where an input stream never comes."""
    return _lost(stream, None)


@cache
def without_field(stream: str, path: str) -> Loss:
    """What is lost where a field of a stream is never filled; `evidence.phash` is a field of the items of a list."""
    return _lost(stream, path)


def _lost(stream: str, path: str | None) -> Loss:
    blind: list[str] = []
    weaker: list[str] = []
    for name, detector in all_detectors().items():
        own = detector.rule.own_fields
        left, of = _fields_left(own, stream, path) if own is not None else firing_without(detector, stream, path)
        if left < of:
            (weaker if left else blind).append(name)
    return Loss(tuple(blind), tuple(weaker))


def _fields_left(own: tuple[str, ...], stream: str, path: str | None) -> tuple[int, int]:
    """How many are left of the fields a detector looks at itself, and how many there are."""
    gone = [field for field in own if field == f"{stream}.{path}" or (path is None and field.startswith(f"{stream}."))]
    return len(own) - len(gone), len(own)


def firing_without(detector: Detector, stream: str, path: str | None) -> tuple[int, int]:
    """In how many of the examples in which a detector fires it still does without that, and how many there are."""
    firing = [example for example in detector.examples if example.fires]
    return sum(_fires_without(detector, example, stream, path) for example in firing), len(firing)


def _fires_without(detector: Detector, example: Example, stream: str, path: str | None) -> bool:
    kept = list(_kept(example.events, stream, path))
    if kept == list(example.events):
        return True
    return bool(kept) and _fires(detector.name, kept, example)


def _kept(events: tuple[JsonEvent, ...], stream: str, path: str | None) -> Iterator[JsonEvent]:
    for event in events:
        if event["stream"] != stream:
            yield event
        elif path is not None:
            yield _emptied(event, path)


def _emptied(event: Mapping[str, Any], path: str) -> JsonEvent:
    name, _, rest = path.partition(".")
    left = {field: value for field, value in event.items() if rest or field != name}
    if rest and isinstance(items := event.get(name), list | tuple):
        left[name] = [{field: value for field, value in item.items() if field != rest} for item in items]
    return left


def _fires(detector: str, events: list[JsonEvent], example: Example) -> bool:
    """Whether any alert of a detector stands in the end."""
    records = (record for _, record in replay(map(msgspec.json.encode, events), until_ms(example)))
    return bool(standing(r for r in records if isinstance(r, Alert) and r.detector == detector))
