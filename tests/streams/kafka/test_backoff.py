"""Waiting grows with each failure, is random, and ends with a success."""

from streams.kafka.backoff import EVERYTHING, Backoffs


def test_a_gate_opens_after_its_time_or_a_success() -> None:
    now = [100.0]
    gates = Backoffs(1.0, 60.0, lambda: now[0])
    seconds = gates.shut("orders")
    assert 0 <= seconds <= 1
    assert gates.is_open("alerts")
    now[0] += 1
    assert gates.is_open("orders")
    gates.shut("orders")
    gates.open("orders")
    assert gates.is_open("orders")
    assert not gates.is_any_shut


def test_the_common_gate_stops_everything() -> None:
    gates = Backoffs(10.0, 60.0, lambda: 0.0)
    while gates.shut(EVERYTHING) == 0:
        pass
    assert not gates.is_open("orders")
    assert gates.is_any_shut


def test_waiting_doubles_up_to_a_limit() -> None:
    gates = Backoffs(1.0, 8.0, lambda: 0.0)
    waits = [[gates.shut(f"s{stream}") for _ in range(8)] for stream in range(200)]
    longest = [max(column) for column in zip(*waits, strict=True)]
    assert all(longest[n] <= limit for n, limit in enumerate((1, 2, 4, 8, 8, 8, 8, 8)))
    assert longest[7] > 4
    assert min(row[7] for row in waits) < 1
