"""The second job's words: what follows a shipment first decides; within the bound order of arrival does not matter."""

import io
import random
from collections import defaultdict
from typing import Any

import fastavro
import pytest

from benchmarks.peers import generic
from benchmarks.peers.catalogue import BY_NAME, PATTERN_PEERS
from benchmarks.peers.job import HEAD, digest
from benchmarks.peers.kinds import PATTERN
from benchmarks.peers.measure import Asked, measure
from benchmarks.peers.pattern import (
    BOUND_MS,
    DELIVERED,
    MOVE,
    REFUND,
    SHIPPED,
    TIME,
    WINDOW_MS,
    WITHDRAWN,
    AlertRow,
    Move,
    Partition,
    Reordering,
    read_in_order,
    standing,
)
from benchmarks.peers.pattern_records import make
from benchmarks.peers.records import Input, Shape
from cloudtag.local.kafka import missing_programs
from streams.kafka.partitioner import partition_of

SMALL = Shape(4_000)


@pytest.fixture(scope="module")
def given() -> Input:
    return make(SMALL)


def moves(*told: tuple[int, str, int]) -> list[Move]:
    return [(at_ms, event_id, "o", kind, 1) for at_ms, event_id, kind in told]


def ids(alerts: list[AlertRow]) -> list[str]:
    return [alert[0] for alert in alerts]


def arrived(given: Input) -> dict[int, list[Move]]:
    by_partition = defaultdict(list)
    for record in given.records:
        by_partition[record.partition].append(generic.move(record.value))
    return by_partition


def loop(by_partition: dict[int, list[Move]]) -> str:
    held: defaultdict[int, Partition] = defaultdict(Partition)
    return digest(alert for at, some in by_partition.items() for move in some for alert in held[at].add(move))


@pytest.mark.parametrize(("after_ms", "alerts"), [(1, 1), (WINDOW_MS - 1, 1), (WINDOW_MS, 0), (WINDOW_MS + 1, 0)])
def test_a_refund_within_the_window_is_an_alert_and_one_at_its_end_is_none(after_ms: int, alerts: int) -> None:
    assert len(read_in_order(moves((0, "s", SHIPPED), (after_ms, "r", REFUND)))) == alerts


@pytest.mark.parametrize(
    ("delivered", "alerts"),
    [((4, "d"), ["s:r"]), ((3, "d"), []), ((3, "z"), ["s:r"]), ((2, "d"), []), ((1, "a"), ["s:r"])],
)
def test_a_delivery_in_between_is_none_by_moment_and_then_by_id(delivered: tuple[int, str], alerts: list[str]) -> None:
    told = moves((1, "s", SHIPPED), (*delivered, DELIVERED), (3, "r", REFUND))
    assert ids(read_in_order(told)) == alerts


def test_what_follows_first_decides_for_every_shipment_before_it() -> None:
    twice = moves((0, "s1", SHIPPED), (1, "s2", SHIPPED), (2, "r1", REFUND), (3, "r2", REFUND))
    assert ids(read_in_order(twice)) == ["s1:r1", "s2:r1"]
    sent_again = moves((0, "s1", SHIPPED), (1, "d", DELIVERED), (2, "s2", SHIPPED), (3, "r", REFUND))
    assert ids(read_in_order(sent_again)) == ["s2:r"]
    assert read_in_order(moves((0, "r", REFUND), (1, "s", SHIPPED))) == []
    one_is_too_old = moves((0, "s1", SHIPPED), (1, "s2", SHIPPED), (WINDOW_MS, "r", REFUND))
    assert ids(read_in_order(one_is_too_old)) == ["s2:r"]


def test_an_order_says_nothing_of_another() -> None:
    shipped, refund = (0, "s", "one", SHIPPED, 1), (1, "r", "other", REFUND, 1)
    assert read_in_order([shipped, refund]) == []


def test_equal_shapes_give_equal_bytes_and_another_seed_others(given: Input) -> None:
    assert make(SMALL) == given
    assert make(Shape(4_000, seed=8)).digest != given.digest


def test_records_are_what_the_schema_says_and_lie_where_they_are_judged(given: Input) -> None:
    schema = fastavro.parse_schema(MOVE)
    for record in given.records:
        assert record.value.startswith(HEAD)
        stream = io.BytesIO(record.value[len(HEAD) :])
        fields: Any = fastavro.schemaless_reader(stream, schema, None)
        assert not stream.read()
        assert fields["order_id"].encode() == record.key
        if fields["kind"] != "unknown":
            assert record.partition == partition_of(fields["order_id"], 8)


def test_records_are_out_of_order_within_the_bound_and_end_with_time(given: Input) -> None:
    behind, repeats = 0, len(given.records) - len({record.value for record in given.records})
    for some in arrived(given).values():
        newest = 0
        for move in some[:-1]:
            assert newest - move[0] < BOUND_MS
            behind += move[0] < newest
            newest = max(newest, move[0])
        assert some[-1][3] == TIME
        assert some[-1][0] - newest > BOUND_MS
    assert behind > 100
    assert 0 < repeats < 100


def test_all_stories_are_told(given: Input) -> None:
    told = [move for some in arrived(given).values() for move in some]
    assert int(given.expected.partition(":")[0]) > 100
    assert {TIME, SHIPPED, DELIVERED, REFUND} == {move[3] for move in told}
    by_order = defaultdict(set)
    for move in told:
        by_order[move[2]].add(move)
    ties = [some for some in by_order.values() if len({move[0] for move in some}) < len(some)]
    assert len({len(read_in_order(some)) for some in ties}) == 2, "ties are decided one way and the other"


def test_a_loop_finds_what_a_reading_in_order_finds(given: Input) -> None:
    assert loop(arrived(given)) == given.expected


@pytest.mark.parametrize("seed", range(5))
def test_within_the_bound_order_does_not_matter(given: Input, seed: int) -> None:
    rng, shuffled = random.Random(seed), {}
    for at, some in arrived(given).items():
        late = [(move[0] + (0 if move[3] == TIME else rng.randrange(BOUND_MS)), rng.random(), move) for move in some]
        shuffled[at] = [move for _, _, move in sorted(late)]
    assert loop(shuffled) == given.expected


@pytest.mark.parametrize(("late_ms", "counts"), [(BOUND_MS, True), (BOUND_MS + 1, False)])
def test_what_is_later_than_the_bound_is_let_go(late_ms: int, counts: bool) -> None:
    waiting = Reordering()
    assert waiting.add((WINDOW_MS, "a", "o", SHIPPED, 1))
    assert waiting.add((WINDOW_MS - late_ms, "b", "o", SHIPPED, 1)) is counts


def test_nothing_is_handed_on_before_it_is_certain() -> None:
    waiting = Reordering()
    waiting.add((0, "a", "o", SHIPPED, 1))
    waiting.add((BOUND_MS, "b", "o", SHIPPED, 1))
    assert list(waiting.ready()) == []
    waiting.add((BOUND_MS + 1, "c", "o", SHIPPED, 1))
    assert [move[1] for move in waiting.ready()] == ["a"]


def test_of_an_order_is_stored_what_waits_and_what_nothing_has_followed() -> None:
    held = Partition()
    shipped = (0, "s", "o", SHIPPED, 1)
    held.add(shipped)
    assert held.stored("o") == ({}, [shipped])
    held.add((BOUND_MS + 1, "t", "~", TIME, 0))
    assert held.stored("o") == ({"s": 0}, [])
    held.add((WINDOW_MS + BOUND_MS, "t2", "~", TIME, 0))
    assert held.stored("o") == ({"s": 0}, []), "a refund might still come in time"
    held.add((WINDOW_MS + BOUND_MS + 1, "t3", "~", TIME, 0))
    held.add((WINDOW_MS + 2 * BOUND_MS + 2, "t4", "~", TIME, 0))
    assert held.stored("o") is None
    assert {"o", "~"} == held.dirty


def test_what_was_taken_back_does_not_stand_and_what_was_told_again_does() -> None:
    first: AlertRow = ("s:r", "o", 0, 1, 5, 0, "open")
    back: AlertRow = (*first[:5], 1, WITHDRAWN)
    again: AlertRow = (*first[:5], 2, "open")
    assert standing([first, first]) == [first]
    assert standing([first, back]) == []
    assert standing([first, back, again]) == [first]
    assert PATTERN.compared([generic.undelivered(row) for row in (first, back, again)]) == digest([first])


@pytest.mark.kafka
@pytest.mark.skipif(bool(missing_programs()), reason="Apache Kafka needs Java and Maven")
def test_two_peers_tell_the_alerts_that_follow() -> None:
    peers = (BY_NAME["plain aiokafka loop, pattern"], BY_NAME["cloudtag, engine, pattern"])
    assert {peer.job for peer in PATTERN_PEERS} == {PATTERN.name}
    found = measure(Asked(Shape(3_000), peers, 1, PATTERN), lambda _: None)
    assert not found.left_out
    assert [line.peer for line in found.summary] == [peer.name for peer in peers]
