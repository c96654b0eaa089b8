"""A number that waits for a scan: when its courier was silent, told as silences begin and end (F10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.couriers import CourierAsked, CourierBusy, CourierReported
from cloudtag.contract.scope import scoped
from cloudtag.engine.rows import Row
from cloudtag.processors.parcels.bounds import KNOWN_HOURS, MAX_HOURS
from cloudtag.processors.parcels.parcels import Parcels
from cloudtag.processors.parcels.rows.waiting import known_hours, silent_spans
from tests.engine.standing import records_of
from tests.processors.scene import DAY, HOUR, T0, Scene

FIRST = T0 // HOUR


def asked(number: str = "R1", courier: str = "sf", at: int = T0) -> CourierAsked:
    return CourierAsked(0, True, courier, "b1", number, at, "taobao")


def named(number: str) -> str:
    """The name of the row of a number of that buyer."""
    return scoped("taobao", scoped("b1", number))


def busy(hour: int, courier: str = "sf") -> CourierBusy:
    return CourierBusy(0, True, courier, FIRST + hour, (FIRST + hour) * HOUR)


def on_stage(*facts: CourierAsked | CourierBusy) -> Scene:
    scene = Scene("parcels", "sf")
    scene.come(*facts)
    return scene


def told(scene: Scene) -> list[tuple[list[tuple[int, int]], int | None]]:
    """The silences of each answer, and since when one goes on; in hours since the wait began."""
    return [
        (
            [((start - T0) // HOUR, (end - T0) // HOUR) for start, end in answer.silences],
            (answer.silent_since - T0) // HOUR if answer.silent_since else None,
        )
        for answer in records_of(scene.published, CourierReported)
    ]


def test_a_question_is_held_under_its_buyer_and_number() -> None:
    scene = on_stage(asked(), asked("R2"), asked(courier="yto"))
    assert scene.names("waiting") == [named("R1"), named("R2")]
    assert scene.ids("waiting", named("R1")) == [asked().internal_id]


def test_whoever_asks_is_answered_under_its_name() -> None:
    (output,) = on_stage(asked()).published
    answer = CourierReported(0, True, "sf", "b1", "R1", T0, network="taobao")
    assert (output.stream, output.key, output.record) == ("courier-answers", "b1", answer)


def test_hours_of_the_courier_ask_for_all_who_wait_and_those_of_another_for_nobody() -> None:
    scene = on_stage(asked(), asked("R2"))
    scene.come(busy(0))
    assert scene.judged("waiting") == {named("R1"), named("R2")}
    scene.come(busy(0, "yto"))
    assert scene.judged("waiting") == set()
    scene.come(asked("R3"))
    assert scene.judged("waiting") == {named("R3")}


def test_a_silence_is_told_once_its_first_hour_is_over_and_again_when_it_ends() -> None:
    scene = on_stage(busy(0), asked())
    scene.wait(T0 + 2 * HOUR - 1)
    assert told(scene) == []
    scene.wait(T0 + 2 * HOUR)
    assert told(scene) == [([], 1)]
    scene.wait(T0 + 9 * HOUR)
    assert told(scene) == []
    scene.come(busy(9))
    assert told(scene) == [([(1, 9)], None)]


def test_as_long_as_the_courier_carries_on_nothing_is_told_anew() -> None:
    scene = on_stage(asked())
    for hour in range(20):
        scene.come(busy(hour))
        scene.wait(T0 + (hour + 1) * HOUR)
        assert told(scene) == []


def test_an_hour_taken_back_was_silent() -> None:
    scene = on_stage(asked(), *(busy(hour) for hour in range(4)))
    scene.come(replace(busy(2), revision=1, is_held=False))
    assert told(scene) == [([(2, 3)], None)]


def test_the_answer_is_taken_back_with_the_question() -> None:
    scene = on_stage(asked())
    (gone,) = scene.come(replace(asked(), revision=1, is_held=False))
    assert (gone.record.revision, gone.record.is_held, gone.record.waybill_no) == (1, False, "R1")
    scene.come(busy(5))
    assert told(scene) == []


def test_how_far_time_has_come_where_it_is_asked_counts_here_too() -> None:
    scene = on_stage(replace(asked(), reached_ms=T0 + HOUR))
    assert told(scene) == [([], 0)]
    assert told(on_stage(replace(asked(), reached_ms=T0 + HOUR - 1))) == [([], None)]


def test_of_an_overfull_courier_the_hours_that_were_let_go_count_as_busy() -> None:
    many = [busy(hour) for hour in range(MAX_HOURS - 1)]
    ((silences, _),) = told(on_stage(busy(-4), *many, asked(at=T0 - 6 * HOUR)))
    assert silences == [(-3, 0)]
    # One more lets the oldest go, and what lies before the next is not known any more.
    ((silences, _),) = told(on_stage(busy(-4), *many, busy(MAX_HOURS), asked(at=T0 - 6 * HOUR)))
    assert silences == []


def test_hours_so_long_before_the_newest_that_they_may_have_been_let_go_count_as_busy() -> None:
    first, next_one = busy(2), busy(5)
    assert told(on_stage(first, next_one, busy(KNOWN_HOURS + 1), asked())) == [([(1, 2), (3, 5)], None)]
    assert told(on_stage(first, next_one, busy(KNOWN_HOURS + 2), asked())) == [([(3, 5)], None)]
    # Whether or not the row still holds what lies before.
    for held in ([], [first]):
        assert told(on_stage(*held, next_one, busy(KNOWN_HOURS + 3), asked())) == [([(3, 5)], None)]


def test_judging_twice_is_judging_once() -> None:
    assert len(on_stage(asked(), asked("R2"), busy(0), busy(2)).probe()) == 2


def test_a_question_is_let_go_to_the_millisecond() -> None:
    assert on_stage(asked()).goes_after(T0 + Parcels.retention_ms, "waiting", named("R1"))


def test_a_wait_is_told_of_for_six_weeks_and_three_days() -> None:
    scene = on_stage(asked(), *(busy(hour) for hour in range(45 * 24)))
    scene.wait(T0 + 60 * DAY)
    assert told(scene) == []
    short = on_stage(asked(), *(busy(hour) for hour in range(45 * 24 - 1)))
    short.wait(T0 + 45 * DAY)
    assert told(short) == [([], 45 * 24 - 1)]


@pytest.mark.parametrize(
    ("busy", "current", "spans", "since"),
    [
        ([10, 11, 12], 13, [], None),
        ([10, 12], 13, [(11, 12)], None),
        ([12], 13, [(10, 12)], None),
        ([10], 12, [], 11),
        ([10], 11, [], None),
        ([], 11, [], 10),
        ([], 10, [], None),
        ([10, 13], 12, [(11, 13)], None),
        ([9, 10], 11, [], None),
    ],
)
def test_silences_are_told_by_their_hours(
    busy: list[int], current: int, spans: list[tuple[int, int]], since: int | None
) -> None:
    assert silent_spans(10, busy, current) == (spans, since)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=30), st.integers(0, 30))
def test_hours_that_come_one_by_one_are_known_like_all_at_once(hours: list[tuple[int, bool]], first: int) -> None:
    facts = {str(n): CourierBusy(0, is_held, "sf", hour, hour * HOUR) for n, (hour, is_held) in enumerate(hours)}
    row = Row("h", dict([*facts.items()][:first]))
    view = known_hours(row)
    for fact_id, fact in [*facts.items()][first:]:
        assert view.add(fact)
        row.facts[fact_id] = fact
    row.view = None
    assert view.known == known_hours(row).known
