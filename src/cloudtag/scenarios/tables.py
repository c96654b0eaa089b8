"""The tables `[[event]]` and `[[expect]]` of a story's file, made into events and expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.contract.times import rfc3339
from cloudtag.scenarios.clock_times import NotATimeError, milliseconds, span
from cloudtag.scenarios.scenario import Expectation, Planned, ScenarioError
from cloudtag.wire.replay_form import decode_json
from cloudtag.wire.shape import Shape, shape_of
from cloudtag.wire.undecodable import Undecodable

EventTable = dict[str, Any]
"""One table of a scenario's TOML file: a key and its value for every entry."""
_OWN = ("stream", "at", "arrives", "says", "times", "every", "answers")
"""What an event's table says besides the event's own fields."""
_NOT_YET = "the alert's id is filled in when the story is played"


def planned(name: str, tables: list[EventTable], default: EventTable, begins_ms: int) -> tuple[Planned, ...]:
    """Every event, repetitions written out. Raises ScenarioError."""
    _check_default(default)
    events: list[Planned] = []
    for told, table in enumerate(tables, start=1):
        try:
            for fields, late_ms in _repeated(table, begins_ms):
                event_id = f"{name}/{len(events) + 1}"
                events.append(_event({"event_id": event_id, **fields}, default, table, told, begins_ms, late_ms))
        except (NotATimeError, Undecodable, ScenarioError) as error:
            raise ScenarioError(f"event {told}: {error}") from None
    _check_use(default, events)
    return tuple(events)


def expected(tables: list[EventTable], begins_ms: int) -> tuple[Expectation, ...]:
    """Every expectation. Raises ScenarioError."""
    found = []
    for number, table in enumerate(tables, start=1):
        try:
            found.append(_expectation(dict(table), begins_ms))
        except (NotATimeError, ScenarioError) as error:
            raise ScenarioError(f"expectation {number}: {error}") from None
    return tuple(found)


def _repeated(table: EventTable, begins_ms: int) -> Iterator[tuple[EventTable, int]]:
    """The fields of each repetition with its moment, `{n}` filled in, and by how much it arrives late."""
    times = table.get("times", 1)
    if type(times) is not int or times < 1:
        raise ScenarioError(f"times = {times!r} is not a number of repetitions")
    at_ms = milliseconds(table.get("at"), begins_ms)
    late_ms = milliseconds(table["arrives"], begins_ms) - at_ms if "arrives" in table else 0
    every_ms = span(table["every"]) if "every" in table else 0
    if late_ms < 0:
        raise ScenarioError("it arrives before it happens")
    for n in range(1, times + 1):
        fields = {key: _filled(value, n) for key, value in table.items() if key not in _OWN}
        yield {**fields, "occurred_at": rfc3339(at_ms + (n - 1) * every_ms)}, late_ms


def _filled(value: Any, n: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(n))
    if isinstance(value, list):
        return [_filled(item, n) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, n) for key, item in value.items()}
    return value


def _event(
    fields: EventTable, default: EventTable, table: EventTable, told: int, begins_ms: int, late_ms: int
) -> Planned:
    stream = str(table.get("stream"))
    if stream not in INPUTS:
        raise ScenarioError(f"stream = {stream!r} is none of {', '.join(INPUTS)}")
    shape, answers = shape_of(INPUTS[stream].struct), table.get("answers")
    if answers is not None:
        fields = {**fields, "alert_id": _NOT_YET}
    common = {key: value for key, value in default.items() if key in shape.names}
    fields = _in_time({**common, **default.get(stream, {}), **fields}, shape, begins_ms)
    _check_names(fields, shape)
    event: Any = decode_json({"stream": stream, **fields})[1]
    return Planned(event, event.occurred_at + late_ms, str(table.get("says", "")), told, answers)


def _expectation(table: EventTable, begins_ms: int) -> Expectation:
    stream, count, after = table.pop("stream", None), table.pop("count", 1), table.pop("after", None)
    if stream not in OUTPUTS or stream == "dead-letters":
        raise ScenarioError(f"stream = {stream!r} is none of {', '.join(o for o in OUTPUTS if o != 'dead-letters')}")
    if type(count) is not int or count < 0:
        raise ScenarioError(f"count = {count!r} is not a number of records")
    if count and "status" not in table:
        raise ScenarioError("it does not say which status it expects")
    shape = shape_of(OUTPUTS[stream].struct)
    _check_names(table, shape)
    times = {name: milliseconds(table[name], begins_ms) for name in shape.times & table.keys()}
    return Expectation(stream, {**table, **times}, count, None if after is None else milliseconds(after, begins_ms))


def _in_time(fields: EventTable, shape: Shape, begins_ms: int) -> EventTable:
    times = {name: rfc3339(milliseconds(fields[name], begins_ms)) for name in shape.times & fields.keys()}
    return {**fields, **times}


def _check_names(fields: Mapping[str, Any], shape: Shape) -> None:
    """A field the stream does not have would be passed over in silence."""
    if unknown := sorted(fields.keys() - set(shape.names)):
        raise ScenarioError(f"no field {unknown[0]!r}; there are {', '.join(shape.names)}")


def _check_default(default: EventTable) -> None:
    for key, value in default.items():
        if key in INPUTS and not isinstance(value, dict):
            raise ScenarioError(f"default.{key} is not a table")


def _check_use(default: EventTable, events: list[Planned]) -> None:
    used = {planned.stream for planned in events}
    names = {name for stream in used for name in shape_of(INPUTS[stream].struct).names}
    if unused := [key for key in default if key not in names | used]:
        raise ScenarioError(f"default.{unused[0]} is a field of no event here")
