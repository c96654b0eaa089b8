"""Schedules in words, what a seed draws, how a failing one is made smaller, and what the comparison finds."""

from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from cloudtag.contract.records import DeadLetter
from tests.engine.standing import standing
from tests.faults.counts import Tally, of_inserts, of_topics
from tests.faults.schedule import OVER, POINTS, ROUNDS, Fault, Schedule, draw
from tests.faults.shrink import shrink
from tests.faults.test_schedules import OFTEN, SEEDS
from tests.warehouse.samples import alert

DRAWN = [draw(seed) for seed in range(SEEDS)]


@pytest.mark.parametrize("schedule", DRAWN, ids=lambda schedule: str(schedule.seed))
def test_a_schedule_is_read_as_it_is_told(schedule: Schedule) -> None:
    assert Schedule.read(str(schedule)) == schedule == draw(schedule.seed)


@pytest.mark.parametrize(
    "text", ["1 worker kill", "1 worker kill before insert 1", "1 broker freeze 2 before changelog 1", "1 sink"]
)
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Fault.read(text)


def test_the_seeds_draw_every_fault_on_every_broker_with_every_store() -> None:
    drawn = {(one.broker, fault.victim, fault.kind) for one in DRAWN for fault in one.faults}
    of_both = {"kill", "stop", "freeze", "refuse", "cut", "clock"}
    wanted = {(broker, victim, kind) for broker in ("tansu", "kafka") for victim in POINTS for kind in of_both}
    wanted |= {("kafka", "broker", "restart"), ("kafka", "worker", "full"), ("tansu", "worker", "full")}
    wanted |= {(broker, "warehouse", kind) for broker in ("tansu", "kafka") for kind in ("freeze", "restart")}
    assert drawn >= wanted
    assert ("tansu", "broker", "restart") not in drawn
    both = {(broker, store) for broker in ("tansu", "kafka") for store in ("memory", "rocksdb")}
    assert {(one.broker, one.store) for one in DRAWN} == both
    assert {draw(seed).store for seed in OFTEN} == {"memory", "rocksdb"}


def test_every_round_strikes_a_worker_and_nothing_strikes_who_is_over() -> None:
    for one in DRAWN:
        for number in range(1, ROUNDS + 1):
            assert one.of(number, "worker")
            for victim in POINTS:
                assert not [fault for fault in one.of(number, victim)[:-1] if fault.kind in OVER]


async def test_a_failing_schedule_is_made_as_small_as_it_can_be() -> None:
    whole = draw(0)
    guilty = {whole.faults[1], whole.faults[-2]}
    tried: list[Schedule] = []

    async def fails(less: Schedule) -> bool:
        tried.append(less)
        return guilty <= set(less.faults)

    assert set((await shrink(whole, fails)).faults) == guilty
    assert len(tried) == len(whole.faults)
    assert set((await shrink(whole, fails, tries=1)).faults) == {*whole.faults[:-1]}


def test_one_that_fails_only_as_a_whole_stays_whole() -> None:
    import asyncio

    async def never(_: Schedule) -> bool:
        return False

    assert asyncio.run(shrink(draw(0), never)) == draw(0)


def found(records: list[Any], said: list[Any], refused: Counter[str] | None = None) -> dict[str, int]:
    tally, _ = of_topics(records, standing(said), refused or Counter())
    return {name: len(one) for name, one in msgspec.structs.asdict(tally).items() if one}


def test_the_comparison_of_topics() -> None:
    one, two = alert(1), alert(2)
    other = msgspec.structs.replace(one, buyer_id="somebody-else")
    assert found([one, two], [one, two]) == {}
    assert found([one, one, two], [one, two]) == {}, "told twice is told once"
    assert found([one], [one, two]) == {"lost": 1}
    assert found([one, two], [one]) == {"extra": 1}
    assert found([other], [one]) == {"wrong": 1}
    assert found([one, other], [one]) == {"conflicts": 1}


def test_dead_letters_are_counted_once_each_by_reason() -> None:
    letter = DeadLetter(topic="t", partition=0, offset=1, reason="not_avro", error="", seen_at=0)
    later = msgspec.structs.replace(letter, offset=2)
    assert found([letter, letter], [], Counter(not_avro=1)) == {}
    assert found([letter, later], [], Counter(not_avro=1)) == {"extra": 1}
    assert found([], [], Counter(not_avro=1)) == {"lost": 1}


def test_inserts_are_counted_one_by_one() -> None:
    for rows, wanted in ((3, (0, 0)), (2, (1, 0)), (4, (0, 1))):
        tally = Tally()
        of_inserts(tally, lambda _, rows=rows: [(rows,)], Counter(alerts=3), ["alerts"])  # type: ignore[misc]
        assert (len(tally.lost), len(tally.extra)) == wanted
        more = Tally()
        of_inserts(more, lambda _, rows=rows: [(rows,)], Counter(alerts=3), ["alerts"], is_exact=False)  # type: ignore[misc]
        assert (len(more.lost), len(more.extra)) == (wanted[0], 0)
    assert replace(draw(0), faults=()).of(1, "worker") == ()
