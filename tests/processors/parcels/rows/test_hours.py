"""The hours in which a courier showed a scan: all tasks' together, whatever partitions its parcels lie in (F10)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.couriers import CourierAsked, CourierBusy, CourierReported
from cloudtag.contract.events import ParcelScanned
from cloudtag.engine.rows import Row
from cloudtag.engine.task import Task
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.parcels.bounds import KNOWN_HOURS, MAX_FACTS, MAX_HOURS
from cloudtag.processors.parcels.parcels import Parcels
from cloudtag.processors.parcels.rows.hours import let_go_hours
from cloudtag.processors.parcels.rows.waiting import known_hours
from tests.processors.scene import HOUR, T0, Scene

UNTIL = T0 + 60 * HOUR
COURIERS = ("sf", "yto")


def scans(random: Random, count: int) -> list[Any]:
    """Parcels of two couriers, one of which is silent for a day and a half."""
    found: list[Any] = []
    for n in range(count):
        carrier = random.choice(("SF", "顺丰", "yto"))
        at = T0 + random.randrange(60 * HOUR)
        if carrier != "yto" or not 10 * HOUR <= at - T0 < 46 * HOUR:
            found.append(ParcelScanned(f"e{n}", at, "taobao", carrier, f"W{n % 40}", scan="arrived"))
    return sorted(found, key=lambda event: event.occurred_at)


class Split:
    """As many tasks as partitions; what they tell each other goes to where its key belongs."""

    def __init__(self, partitions: int) -> None:
        self.tasks = [Task(build("parcels", shipped(), 0), None) for _ in range(partitions)]
        self.answers: dict[str, CourierReported] = {}

    def take(self, facts: Iterable[Any], reached_ms: int = 0) -> None:
        """Judge facts, and what follows from them, until nothing more does; each task has its own time."""
        waiting: dict[int, list[Any]] = {n: [] for n in range(len(self.tasks))} if reached_ms else {}
        for fact in facts:
            waiting.setdefault(self._place(fact), []).append(fact)
        while waiting:
            place, batch = waiting.popitem()
            for output in self.tasks[place].advance(batch, reached_ms).outputs:
                record = output.record
                if type(record) is CourierReported:
                    self.answers[record.internal_id] = record
                elif type(record) is CourierBusy:
                    waiting.setdefault(self._place(record), []).append(record)

    def _place(self, fact: Any) -> int:
        return zlib.crc32(Parcels.id_of(fact).encode()) % len(self.tasks)


def told(partitions: int, batch: int) -> dict[str, tuple[tuple[tuple[int, int], ...], int]]:
    """What those who wait are told in the end."""
    split, events = Split(partitions), scans(Random(4), 300)
    split.take(CourierAsked(0, True, courier, "b1", f"R-{courier}", T0 + HOUR // 2) for courier in COURIERS)
    for start in range(0, len(events), batch):
        split.take(events[start : start + batch])
    for hour in range(1, 61):
        split.take((), T0 + hour * HOUR)
    split.take((), UNTIL)
    return {answer.courier: (answer.silences, answer.silent_since) for answer in split.answers.values()}


@pytest.mark.parametrize("partitions", [2, 7])
@pytest.mark.parametrize("batch", [1, 25])
def test_they_are_the_same_in_however_many_partitions(partitions: int, batch: int) -> None:
    assert told(partitions, batch) == told(1, 1)


def test_what_is_told_is_the_silence_that_was() -> None:
    silences, silent_since = told(1, 25)["yto"]
    assert any(start <= T0 + 10 * HOUR and end >= T0 + 46 * HOUR for start, end in silences)
    assert silent_since == 0 or silent_since > T0 + 46 * HOUR
    assert sum(end - start for start, end in told(1, 25)["sf"][0]) < 12 * HOUR


def busy(hour: int, courier: str = "sf") -> CourierBusy:
    return CourierBusy(0, True, courier, T0 // HOUR + hour, T0 + hour * HOUR)


def on_stage(*facts: CourierBusy) -> Scene:
    scene = Scene("parcels", "sf")
    scene.come(*facts)
    return scene


def test_hours_are_held_under_their_courier_each_once() -> None:
    scene = on_stage(busy(0), busy(0), busy(3), busy(4, "yto"))
    assert scene.names("hours") == [""]
    assert scene.ids("hours") == sorted([busy(0).internal_id, busy(3).internal_id])


def test_nothing_is_told_of_them_alone_and_an_hour_of_another_courier_asks_for_nothing() -> None:
    scene = on_stage(busy(0))
    assert scene.published == []
    assert scene.judged("hours") == {""}
    scene.come(busy(1, "yto"))
    assert scene.judged("hours") == set()


def test_an_hour_taken_back_is_kept_as_such() -> None:
    scene = on_stage(busy(0))
    scene.come(replace(busy(0), revision=1, is_held=False))
    scene.come(busy(0))
    row = scene.row("hours")
    assert row is not None
    assert [(fact.revision, fact.is_held) for fact in row.facts.values()] == [(1, False)]
    assert scene.probe() == set()


def test_of_too_many_the_oldest_are_let_go() -> None:
    scene = on_stage(*(busy(hour) for hour in range(MAX_HOURS)))
    assert busy(0).internal_id in scene.ids("hours")
    scene.come(busy(MAX_HOURS))
    assert len(scene.ids("hours")) == MAX_HOURS
    assert busy(0).internal_id not in scene.ids("hours")
    assert {busy(1).internal_id, busy(MAX_HOURS).internal_id} <= set(scene.ids("hours"))


def test_of_a_courier_that_is_seldom_seen_those_are_let_go_that_nobody_is_told_of_any_more() -> None:
    newest = 5 * MAX_FACTS
    oldest = newest - KNOWN_HOURS
    scene = on_stage(busy(oldest - 1), busy(oldest), *(busy(newest - hour) for hour in range(MAX_FACTS - 2)))
    assert {busy(oldest - 1).internal_id, busy(oldest).internal_id} <= set(scene.ids("hours"))
    # What is taken back does not say how far time has come.
    scene.come(replace(busy(newest + 1), revision=1, is_held=False))
    assert busy(oldest - 1).internal_id not in scene.ids("hours")
    assert busy(oldest).internal_id in scene.ids("hours")
    assert len(scene.ids("hours")) == MAX_FACTS


def test_they_are_let_go_to_the_millisecond_after_the_last() -> None:
    assert on_stage(busy(0), busy(7)).goes_after(T0 + 7 * HOUR + Parcels.retention_ms, "hours")


def test_what_is_made_of_the_hours_goes_with_any_of_them_and_with_none_stays() -> None:
    first = T0 // HOUR
    row, newest = Row("h"), first + KNOWN_HOURS
    for hour in (newest, first):
        row.facts[str(hour)] = CourierBusy(0, True, "sf", hour, hour * HOUR)
    made = known_hours(row)
    let_go_hours(row)
    assert row.view is made
    row.facts["next"] = CourierBusy(0, True, "sf", newest + 1, (newest + 1) * HOUR)
    made.add(row.facts["next"])
    let_go_hours(row)
    assert known_hours(row).known == [newest, newest + 1]
