"""Decoded keyed states are bounded by bytes that are true, over all tasks of a process."""

import gc
import tracemalloc
from functools import cache
from itertools import islice
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.contract.streams import READS, STREAM_OF
from cloudtag.engine.cache_budget import CacheBudget, weight_of
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import key_prefix
from cloudtag.engine.task import Task
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.simulate import Profile, simulate

PLENTY = 1 << 40


@cache
def events_of(name: str, count: int = 3_000) -> list[Any]:
    events = map(with_canonical_numbers, simulate(Profile(events=count, seed=11)).events())
    return [event for event in events if STREAM_OF[type(event)] in READS[name]]


def run(task: Task, rows: MemoryRows, events: list[Any]) -> None:
    rows.apply(task.open().rows)
    for start in range(0, len(events), 100):
        rows.apply(task.advance(events[start : start + 100]).rows)


def stored_bytes(rows: MemoryRows, task: Task) -> int:
    """What the rows of the resident keyed states have where they are stored."""
    return sum(len(data) for key in task.cache._files for _, data in rows.rows_of(key_prefix(key)))


@pytest.mark.parametrize("name", ["buyers", "parcels"])
@pytest.mark.parametrize("limit_bytes", [PLENTY, 300_000])
def test_what_is_counted_is_what_is_stored_of_what_is_resident(name: str, limit_bytes: int) -> None:
    rows = MemoryRows()
    task = Task(build(name, shipped(), 0), rows, CacheBudget(limit_bytes))
    run(task, rows, events_of(name))
    assert task.cache.held_bytes == weight_of(len(task.cache), stored_bytes(rows, task))
    resident = stored_bytes(rows, task)
    for reached_ms in (1 << 45, 1 << 46):  # all of it leaves retention
        rows.apply(task.advance((), reached_ms).rows)
        assert task.cache.held_bytes == weight_of(len(task.cache), stored_bytes(rows, task))
    assert stored_bytes(rows, task) < resident / 10


@pytest.mark.parametrize("limit_bytes", [50_000, 400_000])
def test_between_batches_no_more_is_held_than_allowed(limit_bytes: int) -> None:
    rows, budget = MemoryRows(), CacheBudget(limit_bytes)
    task = Task(build("buyers", shipped(), 0), rows, budget)
    run(task, rows, events_of("buyers"))
    task.cache.trim()
    # The next one would have been put away as well: as much is held as there is room for.
    heaviest = max(sum(len(data) for data in map(len_of, states)) for states in grouped(rows))
    assert limit_bytes - weight_of(1, heaviest) <= task.cache.held_bytes <= limit_bytes


def grouped(rows: MemoryRows) -> list[list[bytes]]:
    return [list(state.values()) for state in rows._files.values()]


def len_of(data: bytes) -> bytes:
    return data


@cache
def played() -> Topology:
    """All processors, with what they tell each other."""
    topology = Topology(shipped(), 0, memory_rows())
    for task in topology.tasks.values():
        task.cache._budget.limit_bytes = PLENTY
    events = simulate(Profile(events=6_000, seed=11)).events()
    while batch := list(islice(events, 200)):
        topology.feed(batch)
    return topology


@pytest.mark.parametrize("name", ["buyers", "parcels", "links"])
def test_a_state_weighs_what_it_takes(name: str) -> None:
    """About as much as the interpreter has handed out for the same states, read back and judged."""
    policies, task, rows = shipped(), played().tasks[name], played().rows
    assert rows is not None
    again = Task(build(name, policies, 0), rows[name], CacheBudget(PLENTY))
    again.open()
    keys = list(task.cache._files)
    kinds, now_ms = build(name, policies, 0).kinds, task.watermark_ms
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for key in keys:
            state = again.cache.get(key)
            for row in list(state.rows.values()):
                kinds.judge(state, row, policies, now_ms)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.8 * taken < again.cache.held_bytes < 1.5 * taken


def test_what_was_not_used_for_longest_makes_room_whoever_has_it() -> None:
    """Also where its cache is far below its share: that of another task is in use."""
    budget, policies = CacheBudget(600_000), shipped()
    idle_rows, busy_rows = MemoryRows(), MemoryRows()
    idle = Task(build("buyers", policies, 0), idle_rows, budget)
    run(idle, idle_rows, events_of("buyers")[:50])
    busy = Task(build("buyers", policies, 0), busy_rows, budget)
    run(busy, busy_rows, events_of("buyers")[:200])
    kept = len(idle.cache)
    idle.cache.trim()
    assert len(idle.cache) == kept > 0  # there is room
    run(busy, busy_rows, events_of("buyers"))
    in_use = len(busy.cache)
    idle.cache.trim()
    assert len(idle.cache) < kept
    assert len(busy.cache) == in_use
    busy.cache.trim()
    assert budget.held_bytes <= budget.limit_bytes


def test_tasks_share_what_there_is_and_the_largest_makes_room() -> None:
    """One that is within its share keeps what it has, also when another one is far over it."""
    budget, policies = CacheBudget(600_000), shipped()
    large_rows, small_rows = MemoryRows(), MemoryRows()
    large = Task(build("buyers", policies, 0), large_rows, budget)
    run(large, large_rows, events_of("buyers"))
    small = Task(build("buyers", policies, 0), small_rows, budget)
    first: list[Struct] = events_of("buyers")[:50]
    run(small, small_rows, first)
    kept = len(small.cache)
    small.cache.trim()
    assert len(small.cache) == kept
    assert budget.held_bytes > budget.limit_bytes
    large.cache.trim()
    assert budget.held_bytes <= budget.limit_bytes
    assert len(small.cache) == kept
    assert large.cache.held_bytes > budget.limit_bytes / 2


def test_a_core_that_is_gone_takes_nothing() -> None:
    rows, budget = MemoryRows(), CacheBudget(1 << 20)
    task = Task(build("buyers", shipped(), 0), rows, budget)
    run(task, rows, events_of("buyers")[:200])
    assert budget.held_bytes > 0
    del task
    gc.collect()
    assert budget.held_bytes == 0


def test_without_stored_rows_nothing_is_put_away() -> None:
    task = Task(build("buyers", shipped(), 0), None, CacheBudget(1))
    for batch in (events_of("buyers")[:100], events_of("buyers")[100:200]):
        task.advance(batch)
    task.cache.trim()
    assert len(task.cache) == len({event.buyer_id for event in events_of("buyers")[:200]})
