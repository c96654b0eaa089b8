"""Asking what would follow keeps nothing: rows and later records are as without it. What is said is what follows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import READS, STREAM_OF
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.task import Task
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from tests.effort import examples
from tests.engine.cluster import READER, Cluster
from tests.engine.test_laws import LATENESS_MS
from tests.histories.strategies import histories


def rows_of(cluster: Cluster) -> dict[str, list[tuple[bytes, bytes]]]:
    return {name: sorted(cluster.rows[name].all_rows()) for name in READS}


@given(histories(), st.integers(0, 30), st.sampled_from((0, LATENESS_MS)))
@settings(max_examples=examples(100), deadline=None)
def test_what_is_said_is_what_follows_and_nothing_is_kept(history: list[ev.Event], cut: int, lateness_ms: int) -> None:
    asked, plain = (Cluster(shipped(), lateness_ms) for _ in range(2))
    for number, event in enumerate(history):
        name, fact = READER[STREAM_OF[type(event)]], with_canonical_numbers(event)
        for cluster in (asked, plain):
            # What time alone decides about others is no part of the question: it is decided before.
            cluster.logs[name].append(WatermarkRecord(fact.occurred_at - lateness_ms))
            cluster.drain()
        if number >= cut:
            before = rows_of(asked)
            said = asked.tasks[name].what_if([fact])
            assert rows_of(asked) == before
            assert asked.tasks[name].what_if([fact]) == said
            real = plain.tasks[name].advance([fact])
            assert (said.outputs, said.rows) == (real.outputs, real.rows)
            assert (said.too_late, said.refused, said.conflicting) == (real.too_late, real.refused, real.conflicting)
            plain.settle(name, real)
            assert asked.tasks[name].advance([fact]) == real
            asked.settle(name, real)
        else:
            for cluster in (asked, plain):
                cluster.append(fact)
    for cluster in (asked, plain):
        cluster.drain()
    assert asked.published == plain.published
    assert rows_of(asked) == rows_of(plain)
    assert [asked.tasks[name].next_timer_ms for name in READS] == [plain.tasks[name].next_timer_ms for name in READS]


def test_a_task_that_stores_nothing_is_not_asked() -> None:
    with pytest.raises(ValueError, match="without stored rows"):
        Task(build("buyers", shipped()), None, CacheBudget(1)).what_if([])
