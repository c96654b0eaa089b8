"""The job all peers do: its records, its window, its hash, what is made of runs, and a true run of two peers."""

import io

import fastavro
import pytest

from benchmarks.peers import generic
from benchmarks.peers.catalogue import BY_NAME, PEERS
from benchmarks.peers.job import DEALING, HEAD, ORDER, REFUND, WINDOW_MS, OpenedRow, Task, Window, digest
from benchmarks.peers.measure import Asked, measure, summarize
from benchmarks.peers.records import Shape, make
from benchmarks.peers.run import PeerResult
from cloudtag.local.kafka import missing_programs
from streams.kafka.partitioner import partition_of

SMALL = Shape(4_000, 100)


def refunds(window: Window, count: int, at_ms: int = 0) -> list[bool]:
    return [window.add(f"r{at_ms}-{n}", at_ms, REFUND, 10) for n in range(count)]


def test_equal_shapes_give_equal_bytes_and_another_seed_others() -> None:
    assert make(SMALL) == make(SMALL)
    assert make(SMALL).digest != make(Shape(4_000, 100, seed=8)).digest


def test_records_are_what_the_schema_says_and_lie_where_they_are_judged() -> None:
    moments = []
    for record in make(SMALL).records:
        assert record.value.startswith(HEAD)
        stream = io.BytesIO(record.value[len(HEAD) :])
        fields = fastavro.schemaless_reader(stream, fastavro.parse_schema(DEALING), None)
        assert not stream.read()
        assert isinstance(fields, dict)
        assert fields["buyer_id"].encode() == record.key
        assert record.partition == partition_of(fields["buyer_id"], 8)
        moments.append(fields["occurred_at"])
    assert moments == sorted(moments)


def test_some_dealings_come_twice_and_a_hot_buyer_has_his_share() -> None:
    records = make(SMALL).records
    assert 0 < len(records) - len({record.value for record in records}) < 100
    hot = make(Shape(4_000, 100, hot_share=0.5)).records
    assert 0.45 < sum(record.key == b"b0000000" for record in hot) / len(hot) < 0.55


def test_the_fifth_refund_opens_and_what_stays_open_opens_once() -> None:
    assert refunds(Window(), 6) == [False, False, False, False, True, False]


@pytest.mark.parametrize(("orders", "opens"), [(8, True), (9, False)])
def test_six_refunds_for_ten_orders_are_enough_and_fewer_are_not(orders: int, opens: bool) -> None:
    window = Window()
    for number in range(orders):
        window.add(f"o{number}", 0, ORDER, 1)
    assert any(refunds(window, 5)) is opens


@pytest.mark.parametrize(("later_ms", "opens"), [(WINDOW_MS - 1, True), (WINDOW_MS, False)])
def test_a_week_later_a_refund_does_not_count_any_more(later_ms: int, opens: bool) -> None:
    window = Window()
    refunds(window, 4)
    assert window.add("last", later_ms, REFUND, 10) is opens


def test_a_repeat_changes_nothing_and_what_was_stored_goes_on() -> None:
    window = Window()
    refunds(window, 4)
    assert not window.add("r0-0", 1, REFUND, 10)
    again = Window.of(window.stored())
    assert again.add("last", 1, REFUND, 10)
    assert again.opened("b", "last", 1) == ("b:last", "b", 1, 5, 0, 50)


def test_the_hash_is_of_a_set() -> None:
    one: OpenedRow = ("b:e", "b", 1, 5, 0, 50)
    other: OpenedRow = ("c:e", "c", 1, 5, 0, 50)
    assert digest([one, other, one]) == digest([other, one])
    assert digest([one]) != digest([one, other])
    assert digest([one]) != digest([(*one[:5], 51)])


def test_alerts_and_tasks_come_back_as_they_went() -> None:
    alert: OpenedRow = ("b:e", "b", 1, 5, 8, 50)
    assert generic.opened_row(generic.opened(alert)) == alert
    task = Task("h:1", "in", "out", "log", "group", 7, "/tmp", 3, "x")
    assert Task.read(task.environment()) == task


def test_a_peer_that_was_wrong_once_has_no_line() -> None:
    base, other = PEERS[0], PEERS[1]

    def result(name: str, seconds: float, alerts: str = "1:a") -> PeerResult:
        return PeerResult(
            peer=name, records=100, seconds=seconds, cpu_seconds=seconds, broker_cpu_seconds=0, start_seconds=1,
            peak_rss_mb=1, changelog_bytes=200, alerts=alerts, expected="1:a",
        )  # fmt: skip

    right = [[result(base.name, 1), result(other.name, 2)], [result(base.name, 2), result(other.name, 4)]]
    lines = summarize(right, [base, other])
    assert [line.rate_ratio.median for line in lines] == [1.0, 0.5]
    assert lines[1].changelog_bytes == 2
    wrong = [right[0], [result(base.name, 1), result(other.name, 1, "1:b")]]
    assert [line.peer for line in summarize(wrong, [base, other])] == [base.name]


@pytest.mark.kafka
@pytest.mark.skipif(bool(missing_programs()), reason="Apache Kafka needs Java and Maven")
def test_two_peers_tell_the_same_alerts() -> None:
    peers = (BY_NAME["plain aiokafka loop"], BY_NAME["cloudtag, engine"])
    found = measure(Asked(SMALL, peers, 1), lambda _: None)
    assert not found.left_out
    assert [line.peer for line in found.summary] == [peer.name for peer in peers]
    assert int(found.expected.partition(":")[0]) > 5
