"""What is known of a keyed state at a glance is what the declarations of its rows say one by one."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from cloudtag.contract import events as ev
from cloudtag.contract.events import Event
from cloudtag.contract.links import Claim
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.task import Task
from cloudtag.processors.buyers.calm import is_calm
from tests.histories.strategies import histories
from tests.processors.buyers.acts import linked, on_stage, ordered, refunded
from tests.processors.buyers.tagged import tagged
from tests.processors.recorded import Recorded
from tests.processors.scene import T0
from tests.processors.test_row_laws import SIZES, batches, corpus

IDS = ("o1", "b1", "s1")
CLAIM = Claim("r9", "o9", "s1", "wrong_item", T0, "e9", ("watch",), ("toy",), True, T0, "e9", "inspections")
ANSWER = ev.AlertAnswered("v1", T0, "taobao", "a1", "b1", "s1", "main", "normal")
AFTER: dict[str, tuple[Any, bool]] = {
    "an order goes on": (ordered("paid", T0 + 1), True),
    "three stars": (ev.ReviewPosted("v1", T0 + 1, "taobao", "v1", *IDS, 3), True),
    "two stars, which others may have to be told of": (ev.ReviewPosted("v1", T0 + 1, "taobao", "v1", *IDS, 2), False),
    "insurance is bound": (ev.InsuranceChanged("n1", T0, "taobao", "n1", *IDS, "bound"), True),
    "insurance has paid": (ev.InsuranceChanged("n1", T0, "taobao", "n1", *IDS, "paid"), False),
    "money is asked back": (refunded(), False),
    "somebody else is on the device": (linked("device:d1", "b2"), True),
    "somebody else who claims other goods": (linked("device:d1", "b2", claims=(CLAIM,)), False),
    "an agent of another shop": (linked("device:d1", "", shop_id="s2"), False),
    "a shop answers an alert": (ANSWER, False),
    "a shop tags the order": (tagged(1), False),
}


@pytest.mark.parametrize("name", AFTER)
def test_a_buyer_is_calm_as_long_as_nothing_but_orders_is_known(name: str) -> None:
    fact, is_still_calm = AFTER[name]
    assert is_calm(on_stage(ordered(device_hash="d1")).state)
    assert is_calm(on_stage(ordered(device_hash="d1"), fact).state) is is_still_calm


def calm_changes(task: Task) -> Iterator[tuple[KeyedState, set[str]]]:
    """The changes of which a task takes it that they concern no other rows: of each row alone, and of all of them."""
    kinds = task._processor.kinds
    for state in task.cache._files.values():
        if not kinds.followed.isdisjoint(state.published_on):
            continue
        # Of a kind of which there is one row there may come a fact, whether or not the row is there.
        single = {kind.letter for kind in kinds.kinds if kind.is_single}
        rows = [row_id for row_id in {*state.rows, *single} if kinds.is_calm(state, {row_id})]
        yield from ((state, {row_id}) for row_id in rows)
        if rows:
            assert kinds.is_calm(state, {*rows})
            yield state, {*rows}


def check(task: Task) -> int:
    """How many changes were looked at."""
    processor, count = task._processor, 0
    for state, ids in calm_changes(task):
        assert processor.kinds.touched(state, ids) == ids
        assert not processor.kinds.is_followed(state, ids, ())
        assert not [layer for layer in processor.kinds.layers if processor.kinds.is_asked(layer, state, ids, ())]
        assert not list(processor.unsettled(state))
        count += 1
    return count


@given(histories(max_size=25), SIZES)
@settings(max_examples=60, deadline=None)
def test_a_change_of_a_calm_keyed_state_touches_no_other_row(history: list[Event], sizes: list[int]) -> None:
    topology = Recorded()
    for batch in batches(history, sizes):
        topology.feed(batch)
        for task in topology.tasks.values():
            check(task)


def test_the_same_of_everything_that_is_told_of_detectors_and_in_scenarios() -> None:
    looked_at = dict.fromkeys(Recorded().tasks, 0)
    for events in corpus():
        topology = Recorded()
        for event in sorted(events, key=lambda event: event.occurred_at):
            topology.feed([event])
        for name, task in topology.tasks.items():
            looked_at[name] += check(task)
    assert all(looked_at[name] for name in ("buyers", "parcels", "links")), looked_at
