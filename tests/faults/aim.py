"""Every place × every way to strike there, how often that was done with work in flight, and schedules that aim at what
is left.

A schedule that aims strikes one process after the other: what has not struck one is for its heir. It is drawn by its
seed from the places that are left, so that the same results lead to the same schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from tests.faults.orders import AT
from tests.faults.schedule import AWAITS, OVER, POINTS, ROUNDS, Fault, Schedule

WANTED = 3
"""So often each is to be hit with work in flight."""
MOST_TRIES = 12
"""A place that was aimed at so often is given up, and the page says so."""
FIRST_SEED = 40
"""Those below draw without an aim."""
IN_A_ROUND = {"worker": 4, "sink": 4}
REFUSE = "refuse"
LATER = ("publish>gather", "_write_from>AIOKafkaProducer.send_batch", "_write_from>gather", "Contact._call>to_thread")
"""Awaits that one batch comes to often: any of the first few is struck."""


class Place(NamedTuple):
    """A place and a way to strike there."""

    victim: str
    kind: str
    moment: str
    point: str


def places() -> Iterator[Place]:
    """All there are: nothing is refused at an await."""
    for victim, points in POINTS.items():
        for moment in ("before", "after"):
            yield from (Place(victim, kind, moment, point) for point in points for kind in (*OVER, REFUSE))
        yield from (Place(victim, kind, AT, point) for point in AWAITS[victim] for kind in OVER)


def place_of(fault: Fault) -> Place:
    """Where a fault strikes."""
    return Place(fault.victim, fault.kind, fault.moment, fault.point)


def hits(schedules: Mapping[str, Any]) -> Counter[Place]:
    """How often each place was hit with work in flight, by kept results."""
    found = Counter[Place]()
    for one in schedules.values():
        for text, under_way in zip(one["struck"], one.get("under_way", ()), strict=False):
            found[place_of(Fault.read(text))] += bool(under_way)
    return found


def tries(schedules: Iterable[str]) -> Counter[Place]:
    """How often each place is struck by the words of schedules, if they come to it."""
    return Counter(place_of(fault) for text in schedules for fault in Schedule.read(text).faults)


def counted(schedules: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Hits and tries of every place, by its words."""
    hit, tried = hits(schedules), tries(schedules)
    return {" ".join(place): {"hits": hit[place], "tries": tried[place]} for place in places()}


def left(schedules: Mapping[str, Any]) -> list[Place]:
    """The places that are to be aimed at, those that were hit least first."""
    hit, tried = hits(schedules), tries(schedules)
    wanted = [place for place in places() if hit[place] < WANTED and tried[place] < MOST_TRIES]
    return sorted(wanted, key=lambda place: (hit[place], tried[place]))


def aim(seed: int, wanted: Iterable[Place]) -> Schedule:
    """A schedule that aims at some of the places, the first of them before all others."""
    dice = Random(seed)
    broker, store = ("tansu", "kafka")[seed % 2], ("memory", "rocksdb")[seed // 2 % 2]
    faults: list[Fault] = []
    for victim, count in IN_A_ROUND.items():
        mine = [place for place in wanted if place.victim == victim][: count * ROUNDS]
        dice.shuffle(mine)
        for number in range(ROUNDS):
            faults += [_fault(dice, number + 1, place) for place in sorted(mine[number::ROUNDS], key=_turn)]
    return Schedule(seed, broker, store, tuple(sorted(faults, key=lambda fault: fault.round)))


def _turn(place: Place) -> int:
    """What leaves most to do for the next strike comes first: who is asked to stop finishes what it has begun."""
    return (REFUSE, "freeze", "kill", "stop").index(place.kind)


def _fault(dice: Random, number: int, place: Place) -> Fault:
    many = 6 if place.point in LATER else 1 if place.moment == AT else 2
    return Fault(number, place.victim, place.kind, 0, place.moment, place.point, dice.randint(1, many))
