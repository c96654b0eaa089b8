"""Event batches: moments judged in one go say in the end what they say one by one, and of one buyer every step."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.events import OrderChanged, ParcelScanned, TagSubmitted
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import TaggedOrder
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.event_batches import LONGEST_MS, EventBatches
from cloudtag.replay.topology import Topology
from tests.effort import examples
from tests.engine.standing import standing
from tests.histories.strategies import HOUR_MS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
T0 = START_MS


def order(n: int, buyer_id: str, at: int, waybill_no: str | None = None) -> OrderChanged:
    return OrderChanged(f"e{n}", T0 + at, "taobao", f"o{n}", buyer_id, "s1", "shipped", waybill_no=waybill_no)


def scan(n: int, waybill_no: str, at: int) -> ParcelScanned:
    return ParcelScanned(f"e{n}", T0 + at, "taobao", "sf", waybill_no, scan="arrived")


def cut(events: Sequence[ev.Event], timer_ms: int = 0) -> list[int]:
    batches, ends = EventBatches(), [0]
    while ends[-1] < len(events):
        ends.append(batches.end(events, ends[-1], timer_ms))
    return [end - start for start, end in pairwise(ends)]


def test_strangers_share_a_batch() -> None:
    assert cut([order(1, "b1", 0), order(2, "b2", 1), scan(3, "W", 2)]) == [3]


def test_nobody_is_in_a_batch_twice() -> None:
    assert cut([order(1, "b1", 0), order(2, "b2", 1), order(3, "b1", 2)]) == [2, 1]


def test_one_moment_is_never_cut() -> None:
    assert cut([order(1, "b1", 0), order(2, "b1", 0), order(3, "b2", 5), order(4, "b3", 5), order(5, "b2", 5)]) == [5]
    assert cut([order(1, "b1", 0), order(2, "b2", 5), order(3, "b1", 5)]) == [1, 2]


def test_a_parcel_is_in_the_state_of_everybody_who_named_it() -> None:
    named = [order(1, "b1", 0, "W"), order(2, "b2", 1, "W")]
    assert cut(named) == [1, 1]
    assert cut([*named, order(3, "b1", 2), scan(4, "W", 3)]) == [1, 1, 1, 1]
    assert cut([*named, order(3, "b3", 2), scan(4, "X", 3)]) == [1, 3]
    assert cut([scan(1, "W", 0), order(2, "b1", 1, "W")]) == [1, 1]


def test_what_a_shop_says_stands_alone() -> None:
    tagged = TagSubmitted("t", T0 + 1, "taobao", "sub", "s1", "a", ("worn_return",), (TaggedOrder("o1", "b1"),))
    assert cut([order(1, "b1", 0), tagged, order(2, "b2", 1), order(3, "b3", 2)]) == [1, 2, 1]


def test_a_batch_ends_at_the_next_timer_and_after_a_while() -> None:
    events = [order(1, "b1", 0), order(2, "b2", 10), order(3, "b3", 11)]
    assert cut(events, T0 + 10) == [2, 1]
    assert cut([order(1, "b1", 0), order(2, "b2", LONGEST_MS), order(3, "b3", LONGEST_MS + 1)]) == [2, 1]


def faster(history: list[ev.Event], times: int) -> list[ev.Event]:
    return [replace(e, occurred_at=T0 + (e.occurred_at - T0) // times) for e in history]


def by_moments(history: list[ev.Event]) -> list[Struct]:
    topology = Topology(shipped())
    outputs: list[Output] = []
    ordered = sorted(history, key=lambda e: (e.occurred_at, STREAM_OF[type(e)], e.event_id))
    for now_ms, batch in groupby(ordered, key=lambda e: e.occurred_at):
        outputs += [*topology.fire_before(now_ms), *topology.feed(batch)]
    return [output.record for output in (*outputs, *topology.pass_time(UNTIL_MS))]


def by_batches(history: list[ev.Event]) -> list[Struct]:
    return [record for _, record in judge(list(history), UNTIL_MS, shipped())]


@given(histories(), st.sampled_from((1, 1000)))
@settings(max_examples=examples(150), deadline=None)
def test_in_the_end_batches_say_what_single_moments_say(history: list[ev.Event], times: int) -> None:
    """At full speed events are hours apart and hardly any share a run, at a thousand times that most could."""
    history = faster(history, times)
    assert standing(by_batches(history)) == standing(by_moments(history))


@given(histories(), st.sampled_from((1, 1000)))
@settings(max_examples=examples(100), deadline=None)
def test_of_one_buyer_batches_tell_every_step_that_single_moments_tell(history: list[ev.Event], times: int) -> None:
    history = [e for e in faster(history, times) if getattr(e, "buyer_id", "b1") == "b1"]
    assert by_batches(history) == by_moments(history)
