"""Digests of everything published, and of every row stored, for the examples, the stories and a simulated week."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec
from msgspec import Struct

from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge, replay
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.simulate import Profile, simulate
from cloudtag.wire import encode_json
from cloudtag.wire.replay_form import decode_json

WEEK = Profile(events=30_000, seed=11, catalogue="full", fraud_share=0.05)
BATCH = 500
"""Events judged in one go where rows are stored: as a worker would, in order of arrival."""


def digests() -> Iterator[tuple[str, str]]:
    """Name and digest of each input's outcome, in a fixed order."""
    for detector in all_detectors().values():
        yield f"examples/{detector.name}", _digest(line for e in detector.examples for line in _example(e))
    for name, story in shipped_scenarios().items():
        events = [planned.event for planned in story.events]
        yield f"stories/{name}", _digest(_line(*record) for record in judge(events, story.until_ms))
    events = list(simulate(WEEK).events())
    yield "week/input", _digest(msgspec.msgpack.encode(event) for event in events)
    yield from _rows(events)
    yield "week/replay", _digest(_line(*record) for record in judge(events))


def _example(example: object) -> Iterator[bytes]:
    events = example.events  # type: ignore[attr-defined]
    until = example.until  # type: ignore[attr-defined]
    until_ms = None if until is None else decode_json({**events[0], "occurred_at": until})[1].occurred_at  # type: ignore[attr-defined]
    for record in replay([msgspec.json.encode(event) for event in events], until_ms):
        yield _line(*record)
    yield b"."


def _rows(events: list[Struct]) -> Iterator[tuple[str, str]]:
    """What batches in order of arrival publish, and the rows each processor has stored in the end."""
    rows = memory_rows()
    topology = Topology(shipped(), lateness_ms=3_600_000, rows=rows)
    told = (o for start in range(0, len(events), BATCH) for o in topology.feed(events[start : start + BATCH]))
    yield "week/batches", _digest(_line(output.stream, output.record) for output in told)
    for name in sorted(rows):
        stored = sorted(rows[name].all_rows())
        yield f"week/rows/{name}", _digest(part for row in stored for part in row)


def _line(stream: str, record: Struct) -> bytes:
    return msgspec.json.encode(encode_json(stream, record))


def _digest(parts: Iterable[bytes]) -> str:
    found = sha256()
    count = 0
    for part in parts:
        found.update(len(part).to_bytes(4) + part)
        count += 1
    return f"{count}:{found.hexdigest()[:32]}"
