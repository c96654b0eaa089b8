"""The laws, held to a detector's examples: the order and number of arrivals, cuts, stops and repeats change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any

from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import READS
from cloudtag.detection.rule import Example
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.testing.cluster import Cluster
from cloudtag.testing.standing import Final, standing

LATENESS_MS = 400 * 86_400_000
"""No event of an example is ever too late."""
QUIET_MS = 30 * 86_400_000
"""So much event time passes after the last event of an example: longer than detectors wait."""
_DEATHS = 12
"""So often a worker dies while it judges an example."""

Law = Callable[[Sequence[Any], int, Random], Iterable[Any]]
"""Publishes about events, time moved on to a moment, in some way of its own."""


def check_law(law: Law, example: Example, seed: int = 0) -> None:
    """Publish about an example by a law: what finally stands must be what replay says. Raises AssertionError."""
    events, until_ms = decoded(example)
    until_ms = until_ms or events[-1].occurred_at + QUIET_MS
    expected = standing(record for _, record in judge(list(events), until_ms))
    found = standing(law(events, until_ms, Random(seed)))
    assert found == expected, _told(law, example, seed, found, expected)


def shuffled_and_repeated(events: Sequence[Any], until_ms: int, random: Random) -> Iterator[Any]:
    """Every event twice, one by one, in any order."""
    facts = [*events, *events]
    random.shuffle(facts)
    yield from _run([[fact] for fact in facts], until_ms)


def split(events: Sequence[Any], until_ms: int, random: Random) -> Iterator[Any]:
    """Batches of any size."""
    batches, rest = [], list(events)
    while rest:
        size = random.randint(1, len(rest))
        batches.append(rest[:size])
        rest = rest[size:]
    yield from _run(batches, until_ms)


def stopped_and_resumed(events: Sequence[Any], until_ms: int, random: Random) -> list[Any]:
    """Dies between any two rows, any two records, before any commit, and comes back."""
    cluster = Cluster(shipped(), LATENESS_MS)
    for event in events:
        cluster.append(event)
    for _ in range(_DEATHS):
        cluster.turn(random.choice(sorted(READS)), random.randint(1, 1 + len(events)), random.randint(0, 30))
    cluster.drain()
    for name in READS:
        cluster.logs[name].append(WatermarkRecord(until_ms))
    cluster.drain()
    return cluster.published


def judged_twice(events: Sequence[Any], until_ms: int, random: Random) -> Iterator[Any]:
    """The same batch once more after it was judged: nothing more may be said. Raises AssertionError."""
    del random
    topology = Topology(shipped(), LATENESS_MS, memory_rows())
    yield from (output.record for output in topology.feed(events))
    again = topology.feed(events)
    assert not again, f"judged once more, it says {again[0].record}"
    yield from (output.record for output in topology.pass_time(until_ms))


LAWS: tuple[Law, ...] = (shuffled_and_repeated, split, stopped_and_resumed, judged_twice)


def _run(batches: Iterable[Sequence[Any]], until_ms: int) -> Iterator[Any]:
    topology = Topology(shipped(), LATENESS_MS)
    for batch in batches:
        yield from (output.record for output in topology.feed(batch))
    yield from (output.record for output in topology.pass_time(until_ms))


def _told(law: Law, example: Example, seed: int, found: Final, expected: Final) -> str:
    missing = [record for key, record in expected.items() if found.get(key) != record]
    more = [record for key, record in found.items() if expected.get(key) != record]
    name = getattr(law, "__name__", repr(law))
    return f"{example.name!r} {name} (seed {seed}): replay says {missing}, this way it says {more}"
