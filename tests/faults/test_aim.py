"""Schedules that aim: at what was struck least while work was in flight, the same ones for the same results."""

from collections import Counter
from itertools import chain
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import streams
from tests.faults.aim import FIRST_SEED, IN_A_ROUND, MOST_TRIES, WANTED, aim, counted, hits, left, place_of, places
from tests.faults.orders import AT
from tests.faults.schedule import AWAITS, ROUNDS, Fault, Schedule

PLACES = list(places())
FIRST = PLACES[0]
AIMED = [aim(seed, PLACES[seed - FIRST_SEED :]) for seed in range(FIRST_SEED, FIRST_SEED + 8)]


def result(place: Any, under_way: int | None, times: int = 1) -> dict[str, Any]:
    return {"struck": [str(Fault(1, place.victim, place.kind, 0, place.moment, place.point, 1))] * times} | (
        {} if under_way is None else {"under_way": [under_way] * times}
    )


def test_nothing_is_refused_at_an_await_and_every_place_is_struck_in_every_other_way() -> None:
    ways = Counter((place.victim, place.moment, place.point) for place in PLACES)
    assert {count for (_, moment, _), count in ways.items() if moment == AT} == {3}
    assert {count for (_, moment, _), count in ways.items() if moment != AT} == {4}
    assert len(set(PLACES)) == len(PLACES)


@pytest.mark.parametrize("schedule", AIMED, ids=lambda schedule: str(schedule.seed))
def test_one_that_aims_is_read_as_it_is_told_and_drawn_the_same(schedule: Schedule) -> None:
    assert Schedule.read(str(schedule)) == schedule == aim(schedule.seed, PLACES[schedule.seed - FIRST_SEED :])
    for victim, count in IN_A_ROUND.items():
        struck = [fault for fault in schedule.faults if fault.victim == victim]
        first = [place for place in PLACES[schedule.seed - FIRST_SEED :] if place.victim == victim][: count * ROUNDS]
        assert Counter(map(place_of, struck)) == Counter(first)
        assert all(len(schedule.of(number, victim)) <= count for number in range(1, ROUNDS + 1))


def test_a_hit_is_one_with_work_in_flight() -> None:
    assert hits({"a": result(FIRST, 5), "b": result(FIRST, 1, 2)}) == {FIRST: 3}
    assert hits({"a": result(FIRST, 0), "b": result(FIRST, None)})[FIRST] == 0
    server = {"struck": ["1 warehouse restart", *result(FIRST, 2)["struck"]], "under_way": [None, 2]}
    assert hits({"a": server})[FIRST] == 1


def test_who_was_struck_often_enough_is_left_alone_and_so_is_who_never_will_be() -> None:
    words = [f"{FIRST_SEED + n} tansu memory: {result(FIRST, 1)['struck'][0]}" for n in range(MOST_TRIES)]
    assert set(left({})) == set(PLACES)
    assert FIRST in left({text: result(FIRST, 1) for text in words[: WANTED - 1]})
    assert FIRST not in left({text: result(FIRST, 1) for text in words[:WANTED]})
    assert FIRST in left({text: result(FIRST, 0) for text in words[:-1]})
    assert FIRST not in left(idle := {text: result(FIRST, 0) for text in words})
    assert counted(idle)[" ".join(FIRST)] == {"hits": 0, "tries": MOST_TRIES}


def test_who_was_struck_least_comes_first() -> None:
    once = {f"{FIRST_SEED} tansu memory: {result(FIRST, 1)['struck'][0]}": result(FIRST, 1)}
    assert left(once)[-1] == FIRST


def test_every_named_await_is_in_the_code() -> None:
    def names(code: CodeType) -> set[str]:
        inner = [each for each in code.co_consts if isinstance(each, CodeType)]
        return {code.co_qualname, *chain.from_iterable(map(names, inner))}

    files = [path for root in streams.__path__ for path in Path(root).rglob("*.py")]
    known = set(chain.from_iterable(names(compile(path.read_text(), str(path), "exec")) for path in files))
    for point in chain.from_iterable(AWAITS.values()):
        assert point.partition(">")[0] in known, point
