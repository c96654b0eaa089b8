"""The laws: shuffling, repeating, splitting, or stopping and resuming anywhere leaves what finally stands unchanged."""

from collections.abc import Iterable
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.standing import RecordKey, is_taken_back, record_key
from cloudtag.contract.streams import READS, STREAM_OF
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.wire import encode_json
from tests.effort import examples
from tests.engine.cluster import Cluster
from tests.engine.standing import Final, Published, latest, standing
from tests.histories.strategies import HOUR_MS, SPAN_HOURS, START_MS, histories

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
LATENESS_MS = SPAN_HOURS * HOUR_MS


def oracle(history: list[ev.Event]) -> Final:
    return standing(record for _, record in judge(list(history), UNTIL_MS, shipped()))


def run(topology: Topology, batches: Iterable[list[ev.Event]]) -> list[Output]:
    outputs = [output for batch in batches for output in topology.feed(batch)]
    return outputs + list(topology.pass_time(UNTIL_MS))


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=examples(150), deadline=None)
def test_order_of_arrival_does_not_matter(history: list[ev.Event], random: Random) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    outputs = run(Topology(shipped(), LATENESS_MS), [[event] for event in shuffled])
    assert standing(o.record for o in outputs) == oracle(history)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=examples(100), deadline=None)
def test_repeats_do_not_matter(history: list[ev.Event], random: Random) -> None:
    repeated = history + random.choices(history, k=len(history))
    random.shuffle(repeated)
    outputs = run(Topology(shipped(), LATENESS_MS), [repeated[:7], repeated[7:]])
    assert standing(o.record for o in outputs) == oracle(history)


@given(histories(), st.lists(st.integers(1, 10), min_size=1))
@settings(max_examples=examples(100), deadline=None)
def test_the_cut_of_batches_does_not_matter(history: list[ev.Event], sizes: list[int]) -> None:
    batches: list[list[ev.Event]] = []
    rest = list(history)
    while rest:
        size = sizes[len(batches) % len(sizes)]
        batches.append(rest[:size])
        rest = rest[size:]
    outputs = run(Topology(shipped(), LATENESS_MS), batches)
    assert standing(o.record for o in outputs) == oracle(history)


@given(histories(), st.lists(st.integers(1, 10), min_size=1))
@settings(max_examples=examples(100), deadline=None)
def test_tasks_that_store_nothing_publish_the_same_records(history: list[ev.Event], sizes: list[int]) -> None:
    batches: list[list[ev.Event]] = []
    rest = list(history)
    while rest:
        size = sizes[len(batches) % len(sizes)]
        batches.append(rest[:size])
        rest = rest[size:]
    stored = Topology(shipped(), LATENESS_MS, memory_rows())
    assert run(Topology(shipped(), LATENESS_MS), batches) == run(stored, batches)


@given(histories())
@settings(max_examples=examples(100), deadline=None)
def test_every_order_of_lines_replays_to_the_same_records(history: list[ev.Event]) -> None:
    forward = [record for _, record in judge(list(history), UNTIL_MS, shipped())]
    backward = [record for _, record in judge(list(reversed(history)), UNTIL_MS, shipped())]
    assert forward == backward


TURNS = st.lists(
    st.tuples(st.sampled_from(sorted(READS)), st.integers(1, 15), st.one_of(st.none(), st.integers(0, 30))),
    max_size=25,
)


@given(histories(), TURNS)
@settings(max_examples=examples(300), deadline=None)
def test_stopping_anywhere_and_resuming_does_not_matter(
    history: list[ev.Event], turns: list[tuple[str, int, int | None]]
) -> None:
    """Dies between any two rows, any two records, before any commit; whatever was sent twice was sent the same."""
    cluster = Cluster(shipped(), LATENESS_MS)
    for event in history:
        cluster.append(event)
    for name, count, budget in turns:
        cluster.turn(name, count, budget)
    cluster.drain()
    for name in READS:
        cluster.logs[name].append(WatermarkRecord(UNTIL_MS))
    cluster.drain()
    assert standing(cluster.published) == oracle(history)


@given(histories())
@settings(max_examples=examples(100), deadline=None)
def test_revisions_count_from_zero_without_gaps(history: list[ev.Event]) -> None:
    seen: dict[RecordKey, int] = {}
    for _, record in judge(list(history), UNTIL_MS, shipped()):
        if isinstance(record, DeadLetter):
            continue
        assert isinstance(record, Published)
        key = record_key(record)
        assert record.revision == seen.get(key, -1) + 1
        seen[key] = record.revision


@given(histories())
@settings(max_examples=examples(50), deadline=None)
def test_time_passing_never_withdraws_an_alert(history: list[ev.Event]) -> None:
    topology = Topology(shipped(), 0)
    before = latest(o.record for o in topology.feed(sorted(history, key=lambda e: e.occurred_at)))
    after = latest(o.record for o in topology.pass_time(UNTIL_MS + 170 * 24 * HOUR_MS))
    for key, record in after.items():
        assert not is_taken_back(record) or before.get(key) is None


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=examples(100), deadline=None)
def test_as_delivered_in_any_order_says_what_stands(history: list[ev.Event], random: Random) -> None:
    delivered = history + random.choices(history, k=3)
    random.shuffle(delivered)
    lines = [msgspec.json.encode(encode_json(STREAM_OF[type(event)], event)) for event in delivered]
    records = replay_as_delivered(lines, LATENESS_MS, UNTIL_MS, shipped())
    assert standing(record for _, record in records) == oracle(history)
