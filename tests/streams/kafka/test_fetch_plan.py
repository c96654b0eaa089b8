"""What is to be fetched follows from where the partitions stand, whatever has changed since it was last asked."""

import asyncio
from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition
from aiokafka.cluster import ClusterMetadata
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.protocol.metadata import MetadataResponse_v0
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.fetch_plan import FetchPlan, Wanted
from tests.effort import examples

TPS = [TopicPartition(topic, number) for topic in "ab" for number in range(3)]
NODES = (1, 2)
LEADER_NOT_AVAILABLE = 5

SOME = st.lists(st.sampled_from(TPS), max_size=3)
MOVES = st.tuples(st.just("move"), st.sampled_from(TPS), st.integers(0, 9))
LEADERS = st.tuples(st.just("lead"), st.sampled_from(TPS), st.sampled_from((*NODES, *NODES, -1)))
PAUSES = st.tuples(st.sampled_from(("pause", "resume", "resume", "reset")), st.sampled_from(TPS), st.none())
ASKED = st.tuples(st.just("ask"), SOME, st.frozensets(st.sampled_from(NODES), max_size=1))


def lead(cluster: ClusterMetadata, leaders: dict[TopicPartition, int]) -> None:
    """Tell it as a broker does."""
    topics = [
        (0, topic, [(0 if node >= 0 else LEADER_NOT_AVAILABLE, tp.partition, node, [1, 2], [1, 2])
                    for tp, node in leaders.items() if tp.topic == topic])
        for topic in "ab"
    ]  # fmt: skip
    cluster.update_metadata(MetadataResponse_v0([(node, "there", 9092) for node in NODES], topics))


def expected(
    assignment: Assignment,
    leaders: dict[TopicPartition, int],
    not_now: Collection[int],
    brought: Collection[TopicPartition],
) -> Wanted | None:
    """The same, looked up one by one."""
    states = {tp: assignment.state_value(tp) for tp in TPS}
    if any(state.paused or not state.has_valid_position for state in states.values()) or -1 in leaders.values():
        return None
    found: Wanted = {}
    for tp, state in states.items():
        if leaders[tp] not in not_now and tp not in brought:
            found.setdefault(leaders[tp], {})[tp] = state.position
    return found


async def _run(steps: list[tuple[str, Any, Any]]) -> None:
    assignment, cluster = Assignment(TPS), ClusterMetadata()
    leaders = {tp: NODES[tp.partition % 2] for tp in TPS}
    lead(cluster, leaders)
    plan = FetchPlan(assignment, cluster)
    assert plan.wanted((), ()) is None, "nothing has a position yet"
    for tp in TPS:
        assignment.state_value(tp).seek(0)
    for what, of, to in [*steps, ("ask", (), ())]:
        match what:
            case "move":
                assignment.state_value(of).seek(to)
            case "lead":
                leaders[of] = to
                lead(cluster, leaders)
            case "pause":
                assignment.state_value(of).pause()
            case "resume":
                assignment.state_value(of).resume()
            case "reset":
                assignment.state_value(of).await_reset(-2)
            case "ask":
                found = plan.wanted(to, of)
                assert found == expected(assignment, leaders, to, of)
                for offsets in (found or {}).values():
                    offsets.clear()  # what is asked for is the asker's own


@settings(max_examples=examples(200))
@given(st.lists(st.one_of(MOVES, MOVES, ASKED, ASKED, LEADERS, PAUSES), max_size=14))
def test_it_says_what_looking_at_each_partition_says(steps: list[tuple[str, Any, Any]]) -> None:
    asyncio.run(_run(steps))


async def test_of_nothing_nothing_is_wanted() -> None:
    assert FetchPlan(Assignment([]), ClusterMetadata()).wanted((), ()) == {}


async def test_a_partition_nobody_leads_is_somebody_elses_matter() -> None:
    assignment, cluster = Assignment(TPS[:1]), ClusterMetadata()
    assignment.state_value(TPS[0]).seek(3)
    assert FetchPlan(assignment, cluster).wanted((), ()) is None
