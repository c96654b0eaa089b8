"""The client that only passes on: it writes a row for each record, and what is marked comes out after its hops."""

from collections import Counter
from typing import Any, NamedTuple

import pytest
from aiokafka import TopicPartition

from benchmarks.load import Load
from benchmarks.pipeline.least import HOPS, ONE_IN, RELAYS, causes_of, least, marks_of
from benchmarks.pipeline.measure import simulated
from benchmarks.pipeline.relay import Mark, Relay, RelayOrder, read_by_workers
from benchmarks.rungs.order import Order
from streams.kafka.producer import OutRecord

ORDER = Order(
    rung="worker, memory", broker="nobody:1", data_dir="nowhere", partitions=3, batch_records=1, counts={}, until_ms=0
)
CONFIG = ORDER.config()
TP = TopicPartition(CONFIG.topic("orders"), 2)


class Read(NamedTuple):
    offset: int
    key: bytes
    value: bytes


def relay(marks: dict[int, Mark]) -> Relay:
    return Relay(RelayOrder(ORDER, {TP.topic: {TP.partition: marks}}))


def read_again(onward: dict[Any, list[OutRecord]]) -> dict[TopicPartition, list[Read]]:
    """What was passed on, as it is read."""
    return {
        TopicPartition(*where): [Read(number, b"", record.value or b"") for number, record in enumerate(records)]
        for where, records in onward.items()
    }


def test_each_record_becomes_a_row_of_its_partition_and_only_what_is_marked_goes_on() -> None:
    rows, onward = relay({1: ("one", 0)}).answer({TP: [Read(n, b"k", bytes([n])) for n in range(3)]})
    assert rows == {(CONFIG.changelog("buyers"), 2): [OutRecord(b"k", bytes([n])) for n in range(3)]}
    assert onward == {(CONFIG.topic("alerts"), 2): [OutRecord(b"", b"one")]}


@pytest.mark.parametrize("hops", [0, 1, 2, 4])
def test_it_comes_out_after_its_hops_each_in_another_partition(hops: int) -> None:
    passing, rounds = relay({0: ("one", hops)}), 0
    _, onward = passing.answer({TP: [Read(0, b"k", b"v")]})
    while (CONFIG.topic("alerts"), (2 + rounds) % 3) not in onward:
        ((topic, partition),) = onward
        assert (topic, partition) == (CONFIG.topic("attribute-uses"), (2 + rounds + 1) % 3)
        rows, onward = passing.answer(read_again(onward))
        rounds += 1
        assert sum(map(len, rows.values())) == 1
    assert rounds == hops
    assert [record.value for records in onward.values() for record in records] == [b"one"]


def test_a_part_of_the_events_is_passed_on_over_each_number_of_hops() -> None:
    causes = causes_of(2 * ONE_IN + 1)
    assert [(cause.place, cause.hops) for cause in causes.values()] == [
        *((place, HOPS[place]) for place in range(3)),
        *((ONE_IN + place, HOPS[place]) for place in range(3)),
        (2 * ONE_IN, HOPS[0]),
    ]
    assert list(causes) == [str(cause.place) for cause in causes.values()]


def test_marks_name_the_places_that_records_will_have() -> None:
    wheres = [("orders", 1), ("refunds", 1), *[("orders", 1)] * (ONE_IN - 2), ("orders", 1)]
    load = Load([], [(where, OutRecord(b"", b"")) for where in wheres], 0)
    assert marks_of(CONFIG, load, causes_of(len(wheres))) == {
        CONFIG.topic("orders"): {1: {0: ("0", 0), 1: ("2", 4), ONE_IN - 1: (str(ONE_IN), 0)}},
        CONFIG.topic("refunds"): {1: {0: ("1", 2)}},
    }


def test_it_reads_what_a_worker_reads_each_partition_once() -> None:
    partitions = read_by_workers(CONFIG)
    assert len(partitions) == len(set(partitions))
    assert set(Counter(tp.topic for tp in partitions).values()) == {3}
    assert {tp.topic for tp in partitions} >= {CONFIG.topic(name) for name in ("orders", "attribute-uses", "tags")}


@pytest.mark.kafka
@pytest.mark.long
@pytest.mark.parametrize("name", RELAYS)
def test_all_that_is_marked_comes_out(name: str) -> None:
    rate, seconds = 60.0, 5.0
    found = least(simulated(rate * seconds * 1.02, lambda _: None), rate, seconds, name)
    assert found.events == 300
    # Of the first events nothing is timed.
    assert {hops: times.total for hops, times in found.by_hops.items()} == {0: 12, 2: 12, 4: 12}
