"""Poison without end: its partition is read no faster than its dead letters may grow, and all others go on."""

from pathlib import Path

import pytest

from cloudtag.contract.records import DeadLetter
from cloudtag.local.probe import free_port
from streams.kafka.producer import OutRecord
from streams.worker.dead_letter_budget import LETTER_BYTES, DeadLetterBudget, TooManyDeadLettersError
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig
from tests.streams.worker.test_pauses import SICK, WELL, metric, send, target

HERE, THERE = ("orders", 0), ("orders", 1)
HOUR_BYTES = 36_000
FLOOD = (503, "too many dead letters: partitions are not read on\n")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def spent(clock: Clock) -> DeadLetterBudget:
    """All of an hour's bytes went into one letter, and no more."""
    budget = DeadLetterBudget(HOUR_BYTES, clock)
    budget.charge(HERE, HOUR_BYTES - LETTER_BYTES)
    return budget


def test_what_was_allowed_is_read_and_not_a_byte_more() -> None:
    budget = spent(Clock())
    budget.check(HERE)
    assert budget.held == set()
    budget.charge(HERE, 0)
    with pytest.raises(TooManyDeadLettersError, match=r"36000 bytes an hour, the next is taken in 102 s"):
        budget.check(HERE)
    assert budget.held == {HERE}
    budget.check(THERE)


def test_it_refills_with_time_and_never_beyond_an_hour() -> None:
    clock = Clock()
    budget = spent(clock)
    budget.charge(HERE, 10 - LETTER_BYTES)
    clock.now += 0.999
    with pytest.raises(TooManyDeadLettersError):
        budget.check(HERE)
    clock.now += 0.002
    budget.check(HERE)
    assert budget.held == set()
    clock.now += 1e9
    budget.charge(HERE, HOUR_BYTES - LETTER_BYTES + 1)
    with pytest.raises(TooManyDeadLettersError):
        budget.check(HERE)


def test_a_partition_that_went_to_another_worker_is_not_held() -> None:
    budget = spent(Clock())
    budget.charge(HERE, 0)
    with pytest.raises(TooManyDeadLettersError):
        budget.check(HERE)
    budget.forget({THERE})
    assert budget.held == {HERE}
    budget.forget({HERE})
    assert budget.held == set()
    budget.check(HERE)


async def test_a_flood_of_poison_is_held_back_alone_until_there_is_room_for_it(broker: str, tmp_path: Path) -> None:
    port, poison = free_port(), 200
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        await send(rig, SICK, "before")
        await rig.produce_raw([(target(rig, SICK), OutRecord(SICK.encode(), b"x" * 1000))] * poison)
        await send(rig, SICK, "after")
        worker = rig.start_worker(metrics_port=str(port), dead_letter_bytes_per_hour="20000")
        await rig.until(lambda: asked(port, "/readyz") == FLOOD, "it says so")
        await send(rig, WELL, "w0", "w1")
        await rig.until(lambda: outputs.counts == {SICK: 1, WELL: 2}, "the others go on, and what came before counts")
        line = 'cloudtag_dead_letter_flood{{partition="{}",stream="abuses"}}'
        await rig.until(lambda: metric(port, line.format(target(rig, SICK)[1])) == 1, "the partition is named")
        assert metric(port, line.format(target(rig, WELL)[1])) == 0
        assert "20000 bytes an hour" in rig.log(worker)
        # About ten fit into the budget; what little refills meanwhile is far from all.
        assert 5 <= len(letters.records) <= 40
        assert await rig.stop(worker) == 0
        rig.start_worker(metrics_port=str(port), dead_letter_bytes_per_hour="20000000")
        await rig.until(lambda: outputs.counts == {SICK: 2, WELL: 2}, "all of it is read")
        await rig.until(lambda: asked(port, "/readyz") == READY, "it is well again")
        places = {one.offset for one in letters.records if isinstance(one, DeadLetter)}
        assert places == set(range(1, poison + 1))
