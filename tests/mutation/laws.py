"""Whether a mutant can be told from the original at all: both judge the same random histories and must say the same.

Half of the histories are examples, shaken: events left out, moved to the edge of each other's time, said twice, or
given what another event says. The others mix everything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import Struct
from msgspec.structs import fields, replace

from cloudtag.contract.ids import digest_id
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import all_detectors
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from cloudtag.wire.replay_form import encode_json
from tests.histories.strategies import histories
from tests.mutation.concerns import DETECTORS, is_detector

HISTORIES = 400
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
STEPS_MS = (0, 1, -1, 60_000, -60_000, HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS, 30 * DAY_MS, -30 * DAY_MS)
AFTER_MS = 40 * DAY_MS
"""So far time moves on after a history, so that what waits comes about."""
AS_THEY_ARE = frozenset(("event_id", "platform"))
History = list[Any]


def drawn(module: str, count: int = HISTORIES) -> list[History]:
    """The histories for a module: first those of examples, the same in every run; then the mixed ones, nearly so."""
    mixed: list[History] = []

    @settings(
        max_examples=count // 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def take(events: History) -> None:
        mixed.append(events)

    take()
    chance = random.Random(module)
    examples = _examples(module)
    pool = [event for example in examples for event in decoded(example)[0]]
    return [_shaken(chance, decoded(chance.choice(examples))[0], pool) for _ in range(count - count // 2)] + mixed


def said_of(history: History) -> str:
    """What is published of a history, as a digest."""
    told = sha256()
    for stream, record in judge(list(history), max(event.occurred_at for event in history) + AFTER_MS):
        told.update(stream.encode() + msgspec.json.encode(record))
    return told.hexdigest()


def first_difference(said: Sequence[str], histories: Sequence[History]) -> int | None:
    """The first history of which something else is published than was; none where all is as it was."""
    return next((n for n, history in enumerate(histories) if said_of(history) != said[n]), None)


def _examples(module: str) -> list[Example]:
    if is_detector(module):
        return list(all_detectors()[module.removeprefix(DETECTORS)].examples)
    return [example for detector in all_detectors().values() for example in detector.examples]


def _shaken(chance: random.Random, events: History, pool: History) -> History:
    shaken = list(events)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(shaken))
        event = shaken[place]
        what = chance.random()
        if what < 0.15 and len(shaken) > 1:
            del shaken[place]
        elif what < 0.3:
            shaken.append(chance.choice(pool))
        elif what < 0.6:
            other = chance.choice(shaken).occurred_at if chance.random() < 0.5 else event.occurred_at
            shaken[place] = replace(event, occurred_at=other + chance.choice(STEPS_MS))
        elif what < 0.75:
            shaken.append(replace(event, occurred_at=event.occurred_at + chance.choice(STEPS_MS)))
        else:
            shaken[place] = _told_otherwise(chance, event, pool)
    return [replace(event, event_id=digest_id("shaken", str(n))) for n, event in enumerate(shaken)]


def _told_otherwise(chance: random.Random, event: Any, pool: History) -> Any:
    """The event with one word of another of its kind."""
    others = [other for other in pool if type(other) is type(event)]
    name = chance.choice([field.name for field in _free(event)])
    return replace(event, **{name: getattr(chance.choice(others), name)}) if others else event


def _free(event: Struct) -> list[msgspec.structs.FieldInfo]:
    return [field for field in fields(event) if field.name not in AS_THEY_ARE]


def reduced(history: History, differs: Callable[[History], bool]) -> History:
    """The history without the events that the difference does not need."""
    for event in list(history):
        shorter = [other for other in history if other is not event]
        if shorter and differs(shorter):
            history = shorter
    return history


def written(history: History) -> list[str]:
    """A history as lines in the replay form, in order of event time; what is not said is left out."""
    lines = []
    for event in sorted(history, key=lambda event: event.occurred_at):
        said = {"stream", *(f.name for f in fields(event) if f.required or getattr(event, f.name) != _default(f))}
        told = encode_json(STREAM_OF[type(event)], event)
        lines.append(json.dumps({name: value for name, value in told.items() if name in said}, ensure_ascii=False))
    return lines


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
