"""What is known of a keyed state at a glance is what the declarations of its rows say one by one."""

from collections.abc import Iterator

from hypothesis import given, settings

from cloudtag.contract.events import Event
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.task import Task
from tests.histories.strategies import histories
from tests.processors.recorded import Recorded
from tests.processors.test_row_laws import SIZES, batches, corpus


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
