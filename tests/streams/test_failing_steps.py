"""A step that fails at any of its awaits: the task is dead until it is opened again, and in the end nothing is lost.

A real task, runner, table and broker; only the failure is injected. The oracle is the same task without faults.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

import streams.worker.pauses
from cloudtag.config import Config
from cloudtag.parcels.spelling import with_canonical_numbers
from streams.kafka.security import client_settings
from streams.transport.in_flight import Batch
from tests.streams.failing import HISTORY, Place, oracle, told


@pytest.fixture
async def place(broker: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(streams.worker.pauses, "FIRST_SECONDS", 0.01)
    config = Config(brokers=broker, partitions=1, future_seconds=1 << 40)
    real = AIOKafkaProducer(**client_settings(config), max_batch_size=20_000, acks="all")
    await real.start()
    try:
        yield await Place(config, real).anew()
    finally:
        await real.stop()


ORACLE = oracle()


def test_the_history_has_something_to_lose() -> None:
    assert any(with_canonical_numbers(event) != event for event in HISTORY)
    assert len(ORACLE["standing"]) >= 5
    assert len(ORACLE["internal"]) >= 100


def places() -> Iterator[Any]:
    for kind in ("changelog", "outputs"):
        for call in (0, 1, 7):
            for is_after in (False, True):
                yield pytest.param(kind, call, is_after, id=f"{kind} {call} {'after' if is_after else 'before'}")
    yield pytest.param("letters", 0, False, id="letters before")
    yield pytest.param("letters", 0, True, id="letters after")
    yield pytest.param("store", 0, False, id="store 0")
    yield pytest.param("store", 5, False, id="store 5")


@pytest.mark.parametrize(("kind", "call", "is_after"), list(places()))
@pytest.mark.parametrize("times", [1, 3])
async def test_a_step_that_fails_anywhere_loses_nothing(
    place: Place, kind: str, call: int, is_after: bool, times: int
) -> None:
    runner = place.worker()
    await runner.tasks.table.catch_up({0}, lambda: True)
    await runner.open(0)
    place.fault.kind, place.fault.call, place.fault.is_after, place.fault.times = kind, call, is_after, times
    await place.judge(runner, place.batches())
    assert place.fault.happened.is_set()
    assert not runner.tasks.is_paused(0)
    assert told(await place.published()) == ORACLE
    await assert_recovers(place)


@pytest.mark.parametrize(("kind", "call", "is_after"), [p for p in places() if p.values[0] != "store"])
async def test_a_step_that_is_cancelled_anywhere_loses_nothing(
    place: Place, kind: str, call: int, is_after: bool
) -> None:
    runner = place.worker()
    await runner.tasks.table.catch_up({0}, lambda: True)
    await runner.open(0)
    place.fault.kind, place.fault.call, place.fault.is_after, place.fault.times = kind, call, is_after, 1
    place.fault.victim = asyncio.current_task()
    # One pipeline is cancelled in the middle; the others find the task dead, and advance it no more.
    await place.judge(runner, place.batches(), pipelines=1)
    assert runner.tasks.is_paused(0)
    sent = len(await place.published())
    place.fault.victim, finished = None, len(place.done)
    rest = place.batches()[finished:]
    idle = asyncio.create_task(runner.run(each(rest)))
    await idle
    assert len(await place.published()) == sent
    assert all(batch.is_parked for batch in rest)
    successor = place.worker()
    await successor.tasks.table.catch_up({0}, lambda: True)
    await successor.open(0)
    await place.judge(successor, place.batches()[finished:])
    assert told(await place.published()) == ORACLE


async def each(batches: list[Batch]) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch


async def assert_recovers(place: Place) -> None:
    """A successor finds everything, and everything was sent."""
    successor = place.worker()
    await successor.tasks.table.catch_up({0}, lambda: True)
    await successor.open(0)
    assert told(await place.published()) == ORACLE
