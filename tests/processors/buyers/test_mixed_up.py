"""Boxes that may have been mixed up are read together, in whatever order what is known of them came; no others are."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.growth.buyer import returned, returned_wrong
from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, OrderLine
from cloudtag.detection.crosswise import Doubtful
from cloudtag.processors.buyers import reading
from cloudtag.processors.buyers.mixed_up import MixedUp
from tests.effort import examples
from tests.histories.boxes import boxes
from tests.processors.buyers.acts import alerts, named, ordered, refunded
from tests.processors.recorded import Recorded, told_last, whole
from tests.processors.scene import HOUR, T0, Scene
from tests.processors.test_residency import feed_both, known
from tests.processors.test_row_laws import batches

SIZES = st.lists(st.integers(1, 6), max_size=30)
RED_LACKS, BLUE_LACKS = Doubtful(frozenset({"red"}), frozenset({"blue"})), Doubtful(frozenset({"blue"}), frozenset())


@given(boxes(), SIZES)
@settings(max_examples=examples(150), deadline=None)
def test_judging_what_is_touched_publishes_what_judging_everything_does(
    history: list[ev.Event], sizes: list[int]
) -> None:
    touched, everything = Recorded(), whole(0)
    for batch in batches(history, sizes):
        for topology in (touched, everything):
            topology.feed(batch)
        assert told_last(touched) == told_last(everything)


@given(boxes(), SIZES)
@settings(max_examples=examples(75), deadline=None)
def test_it_does_not_depend_on_what_stays_resident(history: list[ev.Event], sizes: list[int]) -> None:
    feed_both(history, sizes, range(1, 400, 40))


@given(boxes(), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_the_index_follows_from_the_facts_held_in_any_order(history: list[ev.Event], data: st.DataObject) -> None:
    one, other = Recorded(), Recorded()
    for event in history:
        one.feed([event])
    for event in data.draw(st.permutations(history)):
        other.feed([event])
    for state in one.tasks["buyers"].cache._files.values():
        assert known(state.index) == known(other.tasks["buyers"].cache.get(state.key).index)


def bought(n: int, *articles: str, at: int = T0) -> ev.OrderChanged:
    return ordered("shipped", at, n, lines=tuple(OrderLine(article, 1, 100) for article in articles))


def looked_into(n: int, *articles: str, number: str | None = None, at: int = T0 + 9 * HOUR) -> ev.ReturnInspected:
    received = tuple(Goods(article, 1) for article in articles)
    about = (f"r{n}", f"o{n}", "b1", "s1")
    return ev.ReturnInspected(f"i{n}-{at}", at, "taobao", *about, number, received)


def sent_back(n: int, number: str | None = None) -> ev.RefundChanged:
    return refunded("opened", T0 + HOUR, n, type="return_refund", reason="no_reason", waybill_no=number)


def stands(scene: Scene, *events: ev.Event) -> list[bool]:
    """After each event, whether there is an alert of switched goods, which is the same where everything is judged."""
    everything, found = whole(0), list[bool]()
    last: dict[str, Any] = {}
    for event in events:
        everything.feed([event])
        last |= {alert.alert_id: alert for alert in alerts(scene.come(event), "switched_goods")}
        assert {alert_id: alert.status for alert_id, alert in last.items()} == switched(everything)
        found.append(any(alert.status != "withdrawn" for alert in last.values()))
    return found


def switched(topology: Recorded) -> dict[str, str]:
    last = {alert.alert_id: alert for alert in alerts(topology.published, "switched_goods")}
    return {alert_id: alert.status for alert_id, alert in last.items()}


def test_what_an_order_holds_may_become_known_after_its_box_was_opened() -> None:
    """Nobody knows what the second order held, so the red article in its box may be the first one's; until it is."""
    late = bought(2, "red", at=T0 + 1)
    first = (bought(1, "red"), sent_back(1), looked_into(1, "blue"))
    assert stands(Scene("buyers", "b1"), *first, sent_back(2), looked_into(2, "red"), late) == [
        False, False, True, True, False, True,
    ]  # fmt: skip


def test_a_box_may_lack_what_another_order_was_to_put_into_it() -> None:
    """Looked into for one of two returns under one number: it lacks what the other was to bring, found elsewhere."""
    joint = (bought(1, "red"), bought(2, "blue", "pan", "green"), sent_back(1, "R1"), sent_back(2, "R1"))
    opened = looked_into(1, "red", "blue", "pan", "stone", number="R1")
    beside = (bought(3, "pot"), sent_back(3), looked_into(3, "pot", "green"))
    assert stands(Scene("buyers", "b1"), *joint, opened, *beside)[4:] == [True, True, True, False]
    assert stands(Scene("buyers", "b1"), *beside, *joint, opened)[-1:] == [False]


def test_what_is_no_longer_doubtful_leaves_nothing_behind() -> None:
    found = MixedUp()
    found.put(named("o1"), RED_LACKS)
    found.put(named("o2"), BLUE_LACKS)
    assert found.with_all([named("o1")], frozenset()) == {named("o1"), named("o2")}
    for name in ("o1", "o2"):
        found.put(named(name), Doubtful(frozenset(), frozenset()))
    assert found == MixedUp()


def test_over_several_others_and_only_in_one_shop() -> None:
    found = MixedUp()
    found.put(named("o1"), RED_LACKS)
    found.put(named("o2"), BLUE_LACKS)
    found.put(named("o3"), Doubtful(frozenset(), frozenset({"red"})))
    found.put("2:s2/o4", Doubtful(frozenset(), frozenset({"red"})))
    found.put(named("o5"), Doubtful(frozenset({"green"}), frozenset({"stone"})))
    assert found.with_all([named("o3")], frozenset()) == {named("o1"), named("o2"), named("o3")}
    assert found.with_all([named("o5")], frozenset()) == {named("o5")}


def test_what_shares_a_number_may_lack_anything() -> None:
    found = MixedUp()
    found.put(named("o1"), Doubtful(frozenset(), frozenset({"stone"})))
    found.put(named("o2"), Doubtful(frozenset(), frozenset({"red"})))
    assert found.with_all([named("o1")], {named("o1")}) == {named("o1"), named("o2")}
    assert found.with_all([named("o2")], {named("o1")}) == {named("o1"), named("o2")}
    assert found.with_all([named("o2")], frozenset()) == {named("o2")}


def short_of_one(n: int) -> list[ev.Event]:
    """Empty boxes, one after the other: what each lacks nobody has found."""
    return returned(n, ())


def full_of_the_same(n: int) -> list[ev.Event]:
    """Each time the same stone: nobody lacks it."""
    return returned(n, (Goods("stone", 1),))


@pytest.mark.parametrize("course", [returned, returned_wrong, short_of_one, full_of_the_same])
def test_one_return_more_is_judged_alone_however_many_there_are(
    course: Callable[[int], list[ev.Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of orders and returns that are judged, and orders read for that: as many after forty as after five."""
    assert work_of(course, 40, monkeypatch) == work_of(course, 5, monkeypatch)


def work_of(
    course: Callable[[int], list[Any]], before: int, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, int, int]]:
    """For each event of one thing more: rows of orders judged, rows of returns, orders read beside others."""
    scene = Scene("buyers", "b1")
    scene.come(*sorted((event for n in range(before) for event in course(n)), key=lambda event: event.occurred_at))
    read = list[str]()
    given = reading.orders_mixed

    def noted(state: Any, names: Any) -> set[str]:
        found = given(state, names)
        read.extend(found)
        return found

    monkeypatch.setattr(reading, "orders_mixed", noted)
    counted = []
    for event in course(before):
        read.clear()
        scene.come(event)
        counted.append((len(scene.judged("order")), len(scene.judged("parcel")), len(read)))
    monkeypatch.undo()
    assert any(count for count in counted)
    return counted
