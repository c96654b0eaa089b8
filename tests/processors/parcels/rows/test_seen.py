"""The hours in which a task saw scans of a courier: each is published once, however many scans it had (F10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.couriers import CourierBusy, CourierSeen
from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import ScanKind
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row
from cloudtag.policy.load import shipped
from cloudtag.processors.parcels.parcels import Parcels
from cloudtag.processors.parcels.rows.seen import SEEN
from tests.engine.standing import records_of
from tests.processors.scene import DAY, HOUR, T0, Scene

FIRST = T0 // HOUR


def scan(
    at: int, carrier: str | None = "sf", kind: ScanKind = "accepted", *, time_is_local: bool = False
) -> ParcelScanned:
    number = f"W{carrier}{at}"
    return ParcelScanned(f"scan-{kind}-{number}", at, "taobao", carrier, number, scan=kind, time_is_local=time_is_local)


def on_stage(*scans: ParcelScanned) -> Scene:
    scene = Scene("parcels", "sf")
    scene.come(*scans)
    return scene


def hours(scene: Scene) -> list[int]:
    return [busy.hour - FIRST for busy in records_of(scene.published, CourierBusy)]


def test_hours_are_held_by_the_day_they_lie_in() -> None:
    scene = on_stage(scan(T0), scan(T0 + DAY - 1), scan(T0 + DAY))
    first = T0 // DAY
    assert scene.names("seen") == [str(first), str(first + 1)]
    assert [len(scene.ids("seen", name)) for name in scene.names("seen")] == [2, 1]


def test_an_hour_is_told_once_under_its_courier_however_the_name_is_spelt() -> None:
    scene = on_stage(scan(T0), scan(T0 + 5), scan(T0 + HOUR - 1, "顺丰"), scan(T0 + HOUR, "SF"))
    told = [output for output in scene.published if output.stream == "courier-hours"]
    assert [(output.key, output.record) for output in told] == [
        ("sf", CourierBusy(0, True, "sf", FIRST + n, T0 + n * HOUR)) for n in range(2)
    ]
    scene.come(scan(T0 + 7))
    assert hours(scene) == []


def test_another_day_or_another_courier_asks_for_nothing_of_this_day() -> None:
    scene = on_stage(scan(T0))
    scene.come(scan(T0 + DAY))
    assert scene.judged("seen") == {str(T0 // DAY + 1)}
    scene.come(scan(T0 + 1, "yto"))
    assert scene.judged("seen") == set()


@pytest.mark.parametrize(
    "said", [scan(T0, kind="label_created"), scan(T0, None), scan(T0, "nobody knows"), scan(T0, time_is_local=True)]
)
def test_a_label_an_unknown_courier_and_a_local_time_show_nothing(said: ParcelScanned) -> None:
    scene = on_stage(said)
    assert (hours(scene), scene.names("seen")) == ([], [])


def test_judging_twice_is_judging_once() -> None:
    assert len(on_stage(scan(T0), scan(T0 + HOUR), scan(T0 + DAY)).probe()) == 3


def test_a_day_is_let_go_as_long_after_its_last_hour_as_facts_are_held_and_what_it_told_stands() -> None:
    scene = on_stage(scan(T0), scan(T0 + 5 * HOUR + 1), scan(T0 + 2 * DAY))
    last = T0 + 5 * HOUR + Parcels.retention_ms
    assert scene.goes_after(last, "seen", str(T0 // DAY))
    assert hours(scene) == []
    assert scene.names("seen") == [str(T0 // DAY + 2)]


@given(st.lists(st.integers(0, 23), min_size=1, unique=True), st.integers(0, 24))
def test_an_hour_more_leads_to_what_all_hours_at_once_lead_to(hours: list[int], first: int) -> None:
    seen = {note.internal_id: note for note in (CourierSeen(0, True, "sf", FIRST + hour) for hour in hours)}
    state = KeyedState("sf", None, Parcels.kinds.letters, "", "sf")
    policies, row = shipped(), Row("s0", dict([*seen.items()][:first]))
    row.judged = SEEN.judge(state, row, policies, 0)
    row.facts.update(seen)
    judgement = SEEN.judge(state, row, policies, 0)
    row.judged = None
    assert judgement == SEEN.judge(state, row, policies, 0)
    assert [one.record.internal_id for one in judgement.conclusions.values()] == list(judgement.conclusions)
