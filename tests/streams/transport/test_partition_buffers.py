"""The feed loses nothing, keeps each partition's order, and lets no topic run ahead."""

import tracemalloc
from typing import NamedTuple

import pytest
from aiokafka.structs import ConsumerRecord
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cloudtag.contract.streams import STREAM_OF
from cloudtag.simulate import Profile, simulate
from cloudtag.wire import Codec
from streams.kafka.weights import RECORD_BYTES, weight_of
from streams.transport.decoded import DecodedRecord
from streams.transport.in_flight import Batch
from streams.transport.partition_buffers import PartitionBuffers

A, B = TP("a", 0), TP("b", 0)
LONG = b"x" * 1000
GROUPS = {"a": "g", "b": "g"}


class Rec(NamedTuple):
    offset: int
    at_ms: int
    value: bytes | None = None
    key: bytes | None = None


class Fact(Struct):
    topic: str
    at_ms: int


def read(topic: str, record: Rec) -> DecodedRecord:
    return DecodedRecord(record.at_ms, Fact(topic, record.at_ms))


def pairs(batch: Batch) -> list[tuple[str, int]]:
    return [(fact.topic, fact.at_ms) for fact in batch.content.facts if isinstance(fact, Fact)]


def feed_of(times: dict[TP, list[int]], batch_records: int = 100, most_bytes: int = 1 << 30) -> PartitionBuffers:
    buffers = PartitionBuffers(GROUPS, {"g": read}, batch_records, most_bytes)
    for tp, values in times.items():
        buffers.add(tp, [Rec(offset, at) for offset, at in enumerate(values)])
    return buffers


def cut_all(buffers: PartitionBuffers) -> list[Batch]:
    batches = []
    while buffers.clocks():
        batches.append(buffers.next_batch(next(iter(buffers.clocks()))))
    return batches


@given(a=st.lists(st.integers(1, 50)), b=st.lists(st.integers(1, 50)), size=st.integers(1, 7))
def test_every_record_comes_once_and_in_its_partitions_order(a: list[int], b: list[int], size: int) -> None:
    batches = cut_all(feed_of({A: a, B: b}, size))
    facts = [fact for batch in batches for fact in pairs(batch)]
    assert [at for topic, at in facts if topic == "a"] == a
    assert [at for topic, at in facts if topic == "b"] == b
    assert all(batch.count <= size for batch in batches)
    for batch in batches:
        assert sum(chunk.count for chunk in batch.chunks) == len(batch.content.facts) == len(batch.content.sources)
    for tp, values in ((A, a), (B, b)):
        ends = [chunk.last_offset for batch in batches for chunk in batch.chunks if chunk.tp == tp]
        assert ends == sorted(ends)
        assert not values or ends[-1] == len(values) - 1


@given(a=st.lists(st.integers(1, 50)), b=st.lists(st.integers(1, 50)))
def test_a_batch_never_runs_past_a_topic_that_is_not_exhausted(a: list[int], b: list[int]) -> None:
    for batch in cut_all(feed_of({A: sorted(a), B: sorted(b)}, 5)):
        times = [at for _, at in pairs(batch)]
        assert times == sorted(times)


def test_a_late_record_holds_nobody_up() -> None:
    # a: 10 ── 1(late) ── 20        b: 11 ── 21
    batch = feed_of({A: [10, 1, 20], B: [11, 21]}).next_batch(("g", 0))
    assert [at for _, at in pairs(batch)] == [10, 1, 11, 20]


@pytest.mark.parametrize(("dry", "times"), [({}, [10, 20]), ({A}, [10, 20]), ({B}, [10, 20, 30, 40])])
def test_a_batch_ends_with_a_topic_of_which_more_is_to_come(dry: set[TP], times: list[int]) -> None:
    buffers = feed_of({A: [10, 30, 40], B: [20]})
    assert [at for _, at in pairs(buffers.next_batch(("g", 0), dry.__contains__))] == times


def test_a_small_topic_waits_for_a_large_one() -> None:
    buffers = feed_of({A: list(range(1, 101)), B: [5, 50, 500]}, 20)
    first = buffers.next_batch(("g", 0))
    assert [at for topic, at in pairs(first) if topic == "b"] == [5]
    assert buffers.buffered(B) == 2
    left = {tp: buffers.buffered(tp) for tp in (A, B)}
    assert dict(buffers.counts()) == left
    cut_all(buffers)
    assert dict(buffers.counts()) == {}


def test_below_low_water_are_partitions_with_less_than_a_batch() -> None:
    buffers = feed_of({A: [1, 2, 3], B: [1]}, 3)
    assert buffers.below_low_water({A, B}) == {B}
    buffers.clear()
    assert buffers.below_low_water({A, B}) == {A, B}


def test_where_there_is_no_more_room_only_empty_partitions_are_fetched() -> None:
    """A task waits for a topic of which nothing is here: without it, what is here could never leave."""
    record, room = RECORD_BYTES + len(LONG), 10 * (RECORD_BYTES + len(LONG))
    buffers = feed_of({}, most_bytes=room)
    buffers.add(A, [Rec(offset, 1, LONG) for offset in range(10)])
    assert buffers.held_bytes == 9 * record  # the next one was read ahead
    assert buffers.below_low_water({A, B}) == {A, B}
    buffers.add(A, [Rec(10, 1, LONG)])
    assert buffers.held_bytes == room
    assert buffers.below_low_water({A, B}) == {B}
    buffers.add(B, [Rec(0, 1)])
    assert buffers.below_low_water({A, B}) == set()
    batch = buffers.next_batch(("g", 0))
    assert batch.weight_bytes > 11 * len(LONG)
    assert buffers.held_bytes == 0
    assert buffers.below_low_water({A, B}) == {A, B}


def fetched(stream: str, at: int, key: bytes, value: bytes) -> ConsumerRecord:
    return ConsumerRecord(stream, 1, at, at << 20, 1, key, value, None, len(key), len(value), ())


def test_records_weigh_what_they_take() -> None:
    """Between as much and twice as much as the interpreter has handed out for the same records."""
    codec = Codec()
    made = [(STREAM_OF[type(event)], event) for event in simulate(Profile(events=5_000, seed=3)).events()]
    values = [(stream, codec.encode(stream, event)) for stream, event in made]
    del made
    sizes = [f"buyer-{number}".encode() for number in range(len(values))]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        held = [
            (fetched(stream, at, key, value), codec.decode(stream, value))
            for at, (key, (stream, value)) in enumerate(zip(sizes, values, strict=True))
        ]
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    told = weight_of(len(held), sum(len(key) + len(value) for key, (_, value) in zip(sizes, values, strict=True)))
    # The keys and the values were there before.
    assert taken + sum(len(value) for _, value in values) < told < 2 * taken


@pytest.mark.parametrize(
    ("a", "b", "is_ready"), [(0, 0, False), (12, 0, False), (13, 0, True), (6, 6, False), (6, 7, True)]
)
def test_a_second_batch_is_made_ready_from_an_eighth_of_a_full_one_on(a: int, b: int, is_ready: bool) -> None:
    buffers = feed_of({A: [1] * a, B: [1] * b}, batch_records=100)
    assert buffers.has_ready(("g", 0)) is is_ready
