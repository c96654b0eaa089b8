"""A law: what is concluded never depends on whether a keyed state stayed in memory or was read back from its rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import ComplaintChanged, Event, OrderChanged
from cloudtag.contract.records import Alert
from cloudtag.contract.replay_form import sorted_form
from cloudtag.contract.scope import scoped
from cloudtag.contract.streams import READS
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import RowCodec
from cloudtag.engine.state_cache import StateCache
from cloudtag.engine.task import Task
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.prefilter import Prefilter
from cloudtag.processors.links.rows.uses import UsesIndex
from cloudtag.processors.parcels.rows.parcel import ParcelIndex
from cloudtag.replay.topology import Topology, memory_rows
from tests.effort import examples
from tests.engine.standing import records_of, standing
from tests.histories import habits, joins
from tests.histories.signals import fell_short, insured, numbered, signals
from tests.histories.strategies import HOUR_MS, START_MS, histories

DAY_MS = 24 * HOUR_MS
SIZES = st.lists(st.integers(1, 10), max_size=40)
CHANGING = (habits.BUYING, joins.CLAIMING, joins.HOARDING, joins.RIVALRY, joins.JOINED)
"""What is known of the buyer comes and goes: links, claims, unpaid orders."""
HISTORIES = histories(max_size=25) | histories(max_size=25, kinds=CHANGING)


def conclusions(task: Task, state: KeyedState) -> dict[str, Any]:
    """What each row amounts to now, and what asks for rows that others read."""
    kinds, policies, now_ms = task._processor.kinds, task._processor.policies, task.watermark_ms
    found: dict[str, Any] = {}
    for row in sorted(state.rows.values(), key=lambda row: row.id):
        judgement = kinds.judge(state, row, policies, now_ms)
        asked = {layer for layer in kinds.layers if kinds.is_asked(layer, state, {row.id}, ())}
        found[row.id] = judgement.conclusions, judgement.timer_ms, set(kinds.touched(state, {row.id})), asked
    return found


UNSEEN = ("shown", "shown_at", "by_order_id")
"""What of a buyer's index depends on the order of arrival, or on what was asked, and only spares work."""


def known(index: Any) -> Any:
    """What an index says, without what depends on the order of arrival and only spares work."""
    if isinstance(index, BuyerIndex):
        said = {name: getattr(index, name) for name in index.__struct_fields__ if name not in UNSEEN}
        return {name: unordered(value) for name, value in said.items()}
    assert index is None or isinstance(index, ParcelIndex | UsesIndex)
    return None


def unordered(value: Any) -> Any:
    """What was collected by name, in whatever order."""
    if isinstance(value, Prefilter):
        return value.seen
    if isinstance(value, Mapping):
        return {name: unordered(each) for name, each in value.items()}
    return sorted(value, key=repr) if isinstance(value, list | tuple) else value


def compare_rows(state: KeyedState, stored: KeyedState) -> None:
    """A row is as young, and looked at next when it would be, had it not been read back."""
    for row in state.rows.values():
        again = stored.rows[row.id]
        assert (row.newest_ms, row.timer_ms) == (again.newest_ms, again.timer_ms)


def compare(topology: Topology) -> None:
    """Every resident state with the one its stored rows give."""
    assert topology.rows is not None
    for name, task in topology.tasks.items():
        processor = task._processor
        codec = RowCodec(processor.kinds.fact_type, processor.kinds.identity)
        again = StateCache(processor, topology.rows[name], codec, CacheBudget())
        for key, state in list(task.cache._files.items()):
            stored = again.get(key)
            assert known(state.index) == known(stored.index)
            compare_rows(state, stored)
            assert state.published_on == stored.published_on
            assert state.is_closed == stored.is_closed
            assert conclusions(task, state) == conclusions(task, stored)


@given(HISTORIES, SIZES, st.lists(st.integers(1, 200), max_size=4))
@settings(max_examples=examples(25), deadline=None)
def test_a_state_read_back_says_what_the_resident_one_does(
    history: list[Event], sizes: list[int], days: list[int]
) -> None:
    """Over days in which facts leave one after another, too."""
    topology = Topology(shipped(), 0, memory_rows())
    topology.open()
    rest, now_ms = list(history), START_MS
    while rest:
        size = sizes.pop(0) if sizes else len(rest)
        topology.feed(rest[:size])
        rest = rest[size:]
        compare(topology)
    for passed in days:
        now_ms += passed * DAY_MS
        list(topology.pass_time(now_ms))
        compare(topology)


def one_and_other() -> tuple[Topology, Topology]:
    """A topology whose states all stay resident, and one whose states are read back for every batch."""
    resident, read_back = Topology(shipped(), 0, memory_rows()), Topology(shipped(), 0, memory_rows())
    for task in read_back.tasks.values():
        task.cache._budget.limit_bytes = 0
    return resident, read_back


def feed_both(history: list[Event], sizes: list[int], days: Iterable[int]) -> None:
    """Batch after batch, then day after day: both publish the same, to the last revision."""
    resident, read_back = one_and_other()
    rest = list(history)
    while rest:
        size = sizes.pop(0) if sizes else len(rest)
        assert resident.feed(rest[:size]) == read_back.feed(rest[:size])
        rest = rest[size:]
    start_ms = max((event.occurred_at for event in history), default=START_MS)
    for day in days:
        told, again = (list(topology.pass_time(start_ms + day * DAY_MS)) for topology in (resident, read_back))
        assert told == again


UNTIL_GONE = range(1, 801, 9)
"""By then the last row has left retention, at whatever moment."""


@given(HISTORIES, SIZES, st.integers(1, 20))
@settings(max_examples=examples(20), deadline=None)
def test_what_is_published_does_not_depend_on_what_stays_resident(
    history: list[Event], sizes: list[int], stretch: int
) -> None:
    """While facts are held, over months in which they come, and while they leave."""
    spread = [replace(e, occurred_at=START_MS + (e.occurred_at - START_MS) * stretch) for e in history]
    feed_both(spread, sizes, UNTIL_GONE)


@given(st.lists(signals(), min_size=3, max_size=4))
@settings(max_examples=examples(25), deadline=None)
def test_the_risk_of_a_buyer_does_not_depend_on_it_either(told: list[list[Event]]) -> None:
    """Signals of half a year, in any order: what is at stake goes with one order after another."""
    history = numbered(told)
    feed_both([event for signal in history for event in signal], [*map(len, history)], UNTIL_GONE)


def test_a_risk_that_proves_older_than_it_seemed_is_told_at_the_same_moments() -> None:
    """It rests on less as orders leave; what is told of that, and when, follows from what is held."""
    told = numbered([fell_short(93), insured(180), insured(71)])
    resident, read_back = one_and_other()
    for signal in told:
        assert resident.feed(signal) == read_back.feed(signal)
    risks = []
    for day in range(200, 450):
        found = list(resident.pass_time(START_MS + day * DAY_MS))
        assert found == list(read_back.pass_time(START_MS + day * DAY_MS))
        risks += [alert for alert in records_of(found, Alert) if alert.detector == "buyer_risk"]
    assert risks, "the risk is told anew while its orders leave"


@given(HISTORIES, st.data())
@settings(max_examples=examples(40), deadline=None)
def test_an_index_follows_from_the_facts_held_in_any_order(history: list[Event], data: st.DataObject) -> None:
    """Nothing in it remembers a fact that is not held, or the order in which those that are came."""
    topology = Topology(shipped(), 0)
    topology.feed(history)
    task = topology.tasks["buyers"]
    for state in task.cache._files.values():
        held = [(row, fact) for row in state.rows.values() for fact in row.facts.values()]
        again = task._processor.new_state(state.key)
        for row, fact in data.draw(st.permutations(held)):
            task._processor.index(again, row, fact)
        assert known(again.index) == known(state.index)


@pytest.mark.parametrize("pieces", [3, 2])
def test_what_was_found_by_a_signal_ends_with_it(pieces: int) -> None:
    """Orders that are paid are not left unpaid, however many of them there were when they were asked about."""
    topology = Topology(shipped(), 0, memory_rows())
    placed = [
        OrderChanged(f"e{n}", START_MS + n, "taobao", f"o{n}", "b1", "s1", "placed", stock_zeroed=True)
        for n in range(pieces)
    ]
    topology.feed(placed)
    list(topology.pass_time(START_MS + DAY_MS))
    paid = [OrderChanged(f"p{n}", START_MS + 60_000 + n, "taobao", f"o{n}", "b1", "s1", "paid") for n in range(pieces)]
    told = topology.feed(paid)
    compare(topology)
    assert all(alert.status == "withdrawn" for alert in records_of(told, Alert))


def known_of(*events: Event) -> Any:
    """What the index of the one buyer says after these events, which came one by one."""
    topology = Topology(shipped(), 0, memory_rows())
    for event in events:
        topology.feed([event])
        compare(topology)
    state: Any = topology.tasks["buyers"].cache.resident(scoped("taobao", "b1"))
    return known(state.index)


def test_of_two_events_under_one_id_the_index_knows_the_one_that_counts() -> None:
    """The one that sorts first, whichever comes first."""
    other = ComplaintChanged("e1", START_MS, "taobao", "c1", "b1", "s1", complainant="shop")
    counts = ComplaintChanged("e1", START_MS, "tmall", "c1", "b1", "s1", complainant="buyer")
    assert known_of(other, counts) == known_of(counts, other) == known_of(counts)
    assert known_of(counts) != known_of(other)


def counting(history: list[Event]) -> list[Event]:
    """Of several events of a stream under one id those that sort first: the others are as if they had never come.

    Of a stream, not of a row (F3: "two different records of one stream under one `event_id`"; F1: inside the network).
    An event id names an event, wherever it is put: two records under it that name two orders, or two submissions, still
    are one event told in two ways, and were both to count because they lie in two rows, a slip in a number would
    count twice. Only what another key keeps is not compared, as F3 says ("within one key").
    """
    readers = {fact: reader for name in READS for reader in [build(name, shipped())] for fact in reader.identities}
    best: dict[Any, Any] = {}
    for event in history:
        reader: Any = readers[type(event)]
        held = (reader.name, reader.keys[type(event)](event), reader.identities[type(event)](event))
        if held not in best or sorted_form(event) < sorted_form(best[held]):
            best[held] = event
    return list(best.values())


@given(HISTORIES, st.integers(1, 4))
@settings(max_examples=examples(25), deadline=None)
def test_events_that_contradict_each_other_leave_nothing_behind(history: list[Event], ids: int) -> None:
    faulty = [replace(event, event_id=f"e{n % ids}") for n, event in enumerate(history)]
    topology, expected = Topology(shipped(), 100 * DAY_MS), Topology(shipped(), 100 * DAY_MS)
    told = [output.record for event in faulty for output in topology.feed([event])]
    told += [output.record for output in topology.pass_time(START_MS + 60 * DAY_MS)]
    held = [output.record for output in expected.feed(counting(faulty))]
    held += [output.record for output in expected.pass_time(START_MS + 60 * DAY_MS)]
    assert standing(told) == standing(held)
