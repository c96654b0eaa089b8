"""A process with time asks at once, a busy one later, none for long."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.fetch_pace import LONGEST_SECONDS, LOOK_SECONDS, FetchPace

SHARES = st.floats(0.0, 3.0, allow_nan=False)
SECONDS = st.floats(0.0, 1.0, allow_nan=False)


@dataclass
class Process:
    """Its clocks, moved by hand."""

    now: float = 100.0
    used: float = 7.0
    own: float = 3.0

    def pace(self) -> FetchPace:
        return FetchPace(lambda: self.now, lambda: self.used, lambda: self.own)

    def rounds(self, pace: FetchPace, count: int, load: float, cost: float, apart: float = 2 * LOOK_SECONDS) -> None:
        """So many rounds, each of this cost, in a process that is busy to this share."""
        for _ in range(count):
            self.now += apart
            self.used += apart * load
            self.own += cost
            pace.begin()


def test_an_idle_process_never_waits() -> None:
    process = Process()
    pace = process.pace()
    assert pace.wait == 0
    process.rounds(pace, 20, load=0.0, cost=0.002)
    assert pace.wait == 0


@pytest.mark.parametrize(("load", "rounds"), [(0.25, 1 / 3), (0.5, 1.0), (0.75, 3.0), (0.8, 4.0)])
def test_what_is_waited_grows_with_the_load_in_rounds(load: float, rounds: float) -> None:
    process = Process()
    pace = process.pace()
    process.rounds(pace, 40, load, cost=0.002)
    assert pace.wait == pytest.approx(0.002 * rounds)


@pytest.mark.parametrize("load", [0.99, 1.0, 2.5])
def test_nobody_waits_for_longer_than_the_longest(load: float) -> None:
    process = Process()
    pace = process.pace()
    process.rounds(pace, 40, load, cost=0.01)
    assert pace.wait == pytest.approx(LONGEST_SECONDS)


def test_the_time_that_has_passed_counts() -> None:
    process = Process()
    pace = process.pace()
    process.rounds(pace, 40, load=0.5, cost=0.002)
    process.now += 0.0015
    assert pace.wait == pytest.approx(0.0005)
    process.now += 0.0006
    assert pace.wait == 0


def test_rounds_that_follow_each_other_fast_are_looked_at_together() -> None:
    process = Process()
    pace = process.pace()
    process.rounds(pace, 4, load=1.0, cost=0.002, apart=LOOK_SECONDS / 5)
    assert pace.load == 0
    process.rounds(pace, 1, load=1.0, cost=0.002, apart=LOOK_SECONDS / 5)
    assert pace.load == pytest.approx(0.99 / 2)


def test_a_process_that_has_time_again_soon_asks_at_once() -> None:
    process = Process()
    pace = process.pace()
    process.rounds(pace, 40, load=1.0, cost=0.002)
    process.rounds(pace, 8, load=0.0, cost=0.002)
    assert pace.wait < 0.00001


@given(st.lists(st.tuples(SECONDS, SHARES, SECONDS), max_size=30))
def test_the_wait_is_bounded_whatever_the_clocks_say(history: list[tuple[float, float, float]]) -> None:
    process = Process()
    pace = process.pace()
    for apart, load, cost in history:
        process.rounds(pace, 1, load, cost, apart)
        assert 0 <= pace.wait <= LONGEST_SECONDS * (1 + 1e-9) + 1e-9
