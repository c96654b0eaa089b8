"""A buyer who is to be forgotten: the state is emptied, nothing stands about them, nothing brings them back."""

from itertools import permutations

import pytest

from cloudtag.contract import events as ev
from cloudtag.contract.records import TagStatus
from cloudtag.contract.scope import scoped
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.rows.erasure import ERASURE
from cloudtag.replay.topology import Topology, memory_rows
from tests.decisions.consequences.scene import DAY, HOUR, T0, abused, agreed, contacts, exams, insured, ordered
from tests.engine.standing import latest
from tests.processors.scene import Scene

PLATFORM = "taobao"


def erased(at: int, buyer: str = "b1", name: str = "era-1") -> ev.ErasureRequested:
    return ev.ErasureRequested(name, at, PLATFORM, buyer)


def history() -> list[ev.Event]:
    orders = [(f"o{n}", f"s{n}") for n in (1, 2, 3)]
    return [
        *exams(platform=PLATFORM),
        *(ordered("paid", T0 - DAY, order, shop, PLATFORM) for order, shop in orders),
        *(event for order, shop in orders for event in contacts(order, T0 - HOUR, shop)),
        *(insured("claimed", T0 - HOUR, order, shop, PLATFORM, f"n-{order}") for order, shop in orders),
        *agreed(scenario="freight_insurance", platform=PLATFORM),
    ]


def test_what_was_published_is_taken_back() -> None:
    topology = Topology(shipped())
    before = latest(o.record for o in topology.feed(history()))
    assert any(isinstance(r, TagStatus) and r.status == "confirmed" for r in before.values())
    after = latest(o.record for o in topology.feed([erased(T0 + DAY)]))
    told = {**before, **after}.values()
    assert [
        r for r in told if getattr(r, "buyer_id", "") == "b1" and r.status in ("confirmed", "pending", "open")
    ] == []
    assert {r.status for r in told if getattr(r, "kind", "") in ("sanction", "insurance_decision")} == {"reversed"}


def test_the_state_holds_no_fact_of_the_buyer_any_more() -> None:
    rows = memory_rows()
    topology = Topology(shipped(), rows=rows)
    topology.feed(history())
    topology.feed([erased(T0 + DAY)])
    state = topology.tasks["buyers"].cache.resident(scoped("taobao", "b1"))
    assert state is not None
    assert {row.id: len(row.facts) for row in state.rows.values() if row.facts} == {ERASURE.letter: 1}


def test_later_events_are_refused_and_nothing_brings_the_buyer_back() -> None:
    topology = Topology(shipped())
    topology.feed([*history(), erased(T0 + DAY)])
    assert topology.refused == []
    late = [ordered("paid", T0 + 2 * DAY, "o9", "s1", PLATFORM), erased(T0 + 3 * DAY, name="era-2")]
    outputs = topology.feed(late)
    assert topology.refused == late[:1]
    assert [o for o in outputs if getattr(o.record, "buyer_id", "") == "b1"] == []


def test_a_namesake_with_one_letter_more_is_not_forgotten() -> None:
    topology = Topology(shipped())
    topology.feed([*history(), erased(T0 + DAY, buyer="b11")])
    assert topology.refused == []
    state = topology.tasks["buyers"].cache.resident(scoped("taobao", "b1"))
    assert state is not None
    assert state.is_closed is False


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_nothing_stands_whenever_the_request_comes(order: tuple[int, ...]) -> None:
    parts: list[list[ev.Event]] = [
        history(),
        [erased(T0 + DAY)],
        [ordered("cancelled", T0 + HOUR, "o1", "s1", PLATFORM)],
    ]
    topology = Topology(shipped())
    told = [o.record for index in order for o in topology.feed(parts[index])]
    assert [r for r in latest(told).values() if getattr(r, "buyer_id", "") == "b1" and r.status == "confirmed"] == []


def test_a_task_that_opens_again_remembers_whom_it_forgot() -> None:
    rows = memory_rows()
    first = Topology(shipped(), rows=rows)
    first.feed(history())
    first.feed([erased(T0 + DAY)])
    second = Topology(shipped(), rows=rows)
    second.open()
    late = ordered("paid", T0 + 2 * DAY, "o9", "s1", PLATFORM)
    second.feed([late, abused("s1", T0 + 2 * DAY, platform=PLATFORM)])
    assert second.refused == [late]


def test_nobody_is_remembered_for_ever_but_by_the_request_itself() -> None:
    topology = Topology(shipped(), rows=memory_rows())
    topology.feed([*history(), erased(T0 + DAY)])
    list(topology.pass_time(T0 + 900 * DAY))
    state = topology.tasks["buyers"].cache.get(scoped("taobao", "b1"))
    assert set(state.rows) == {ERASURE.letter}


def test_the_request_is_held_in_a_row_of_its_own_and_the_first_of_two_under_one_id_stays() -> None:
    scene = Scene("buyers", "b1")
    scene.come(erased(T0), erased(T0, buyer="b2", name="era-2"), erased(T0), erased(T0 + DAY, name="era-3"))
    assert (scene.names("erasure"), scene.ids("erasure")) == ([""], ["era-1", "era-3"])


def test_nothing_that_any_row_has_told_stands_any_more() -> None:
    scene = Scene("buyers", "b1")
    scene.come(*history())
    told = [(row.id, each.id) for row in scene.state.rows.values() for each in row.published.values() if each.stands]
    assert len({row_id for row_id, _ in told}) > 1
    assert len(scene.come(erased(T0 + DAY))) >= len(told)
    assert [each for row in scene.state.rows.values() for each in row.published.values() if each.stands] == []


def test_judging_twice_is_judging_once() -> None:
    scene = Scene("buyers", "b1")
    scene.come(*history())
    assert scene.probe() != set()
    scene.come(erased(T0 + DAY))
    assert scene.probe() == set()
    assert scene.come(erased(T0 + DAY)) == []


def test_a_request_is_never_too_late_and_never_let_go() -> None:
    scene = Scene("buyers", "b1")
    scene.come(ordered("paid", T0 + 5000 * DAY, "o9", "s9", PLATFORM))
    scene.come(erased(T0))
    assert (scene.too_late, scene.names("order")) == ([], [])
    scene.wait(T0 + 9999 * DAY)
    assert scene.ids("erasure") == ["era-1"]
