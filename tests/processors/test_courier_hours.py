"""A courier's hours are one courier's, whatever partitions its parcels lie in (F10)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from cloudtag.contract.couriers import CourierAsked, CourierBusy, CourierReported
from cloudtag.contract.events import ParcelScanned
from cloudtag.engine.task import Task
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.parcels.parcels import Parcels

T0 = 1_772_409_600_000
HOUR = 3_600_000
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
