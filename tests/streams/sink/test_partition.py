"""A partition hands out batches in order, and the end of a resting log once its time is over."""

import pytest

from cloudtag.warehouse.blocks import LogRow
from streams.sink.batch_boundaries import BatchBoundaries
from streams.sink.partition_batches import GRACE_MS, IntakeRecord, PartitionBatches
from tests.warehouse.samples import alert

BUCKET_MS = 1000
BORN_MS = 50_000


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now_ms = BORN_MS

    def __call__(self) -> int:
        return self.now_ms


def _partition(clock: Clock) -> PartitionBatches:
    return PartitionBatches("alerts", "x-alerts", 3, BatchBoundaries(size=4, bucket_ms=BUCKET_MS), clock)


def _read(offset: int, at_ms: int = BORN_MS) -> IntakeRecord:
    return IntakeRecord(offset, at_ms, 10, LogRow(offset, at_ms, alert(offset), None, b"x"))


def _offsets(partition: PartitionBatches) -> list[list[int]]:
    return [[row.offset for row in span.rows] for span in partition.ended]


def test_batches_end_at_cuts() -> None:
    partition = _partition(Clock())
    for offset in range(2, 10):
        partition.take(_read(offset))
    assert _offsets(partition) == [[2, 3], [4, 5, 6, 7]]
    assert [span.next_offset for span in partition.ended] == [4, 8]
    assert partition.held_rows == 8
    assert partition.stored_offset == 2


def test_the_tail_waits_for_its_bucket_to_be_over() -> None:
    clock = Clock()
    partition = _partition(clock)
    partition.take(_read(0))
    clock.now_ms = BORN_MS + BUCKET_MS + GRACE_MS - 1
    partition.end_tail(1)
    assert _offsets(partition) == []
    clock.now_ms += 1
    partition.end_tail(2)
    assert _offsets(partition) == [], "the log does not end here"
    partition.end_tail(1)
    assert _offsets(partition) == [[0]]


@pytest.mark.parametrize("late_ms", [0, 300, 7 * BUCKET_MS, 86_400_000], ids=lambda ms: f"read {ms} ms later")
@pytest.mark.parametrize("clock_ms", [BORN_MS, 0, BORN_MS * 1000], ids=["the same clock", "behind", "ahead"])
def test_the_tail_is_never_stored_while_its_bucket_may_grow(late_ms: int, clock_ms: int) -> None:
    """Whatever the two clocks show, and however late the record is read: by the broker's clock it is over."""
    clock = Clock()
    clock.now_ms, broker_ms = clock_ms, BORN_MS + 200 + late_ms
    partition = _partition(clock)
    partition.take(_read(0, BORN_MS + 200))
    waited = 0
    while not _offsets(partition):
        waited += 100
        clock.now_ms += 100
        partition.end_tail(1)
    assert broker_ms + waited >= BORN_MS + BUCKET_MS + GRACE_MS
    assert waited == BUCKET_MS + GRACE_MS - 200, "and it waits no longer than one bucket"


def test_the_newest_record_tells_the_time() -> None:
    clock = Clock()
    partition = _partition(clock)
    partition.take(_read(0))
    partition.take(_read(1, BORN_MS + 900))
    partition.take(_read(2, BORN_MS - 5 * BUCKET_MS))
    clock.now_ms += 99 + GRACE_MS
    partition.end_tail(3)
    assert _offsets(partition) == []
    clock.now_ms += 1
    partition.end_tail(3)
    assert _offsets(partition) == [[0, 1, 2]]


def test_the_tail_is_the_batch_the_next_record_would_have_ended() -> None:
    clock = Clock()
    at_rest, busy = _partition(clock), _partition(clock)
    for partition in (at_rest, busy):
        partition.take(_read(0))
        partition.take(_read(1))
    clock.now_ms += BUCKET_MS + GRACE_MS
    at_rest.end_tail(2)
    assert (_offsets(at_rest), _offsets(busy)) == ([[0, 1]], [])
    for partition in (at_rest, busy):
        partition.take(_read(2, clock.now_ms))
        partition.take(_read(4, clock.now_ms))
    tokens = [[partition.batch_of(span).token for span in partition.ended] for partition in (at_rest, busy)]
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) == 2


def test_a_tail_of_records_from_the_future_is_not_held_for_ever() -> None:
    clock = Clock()
    partition = _partition(clock)
    partition.take(_read(0, BORN_MS * 1000))
    partition.end_tail(1)
    assert _offsets(partition) == []
    clock.now_ms += BUCKET_MS + GRACE_MS
    partition.end_tail(1)
    assert _offsets(partition) == [[0]]


def test_a_record_that_was_taken_is_not_taken_again() -> None:
    partition = _partition(Clock())
    for offset in (0, 1, 0, 1, 2):
        partition.take(_read(offset))
    assert partition.held_rows == 3


def test_a_topic_made_anew_has_other_tokens() -> None:
    tokens = set()
    for born in (BORN_MS, BORN_MS + 1):
        partition = _partition(Clock())
        for offset in range(5):
            partition.take(_read(offset, born))
        tokens.add(partition.batch_of(partition.ended[0]).token)
    assert len(tokens) == 2
