"""A step that is stopped at any of its awaits: it fails, it is cancelled, or its process freezes and wakes later.

A real task, runner, changelog and broker. The oracle is the same task without faults: nothing is lost, nothing is told
that is not so, and no revision means two things.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from msgspec import Struct

from cloudtag.contract.streams import OUTPUTS, PUBLISHED_OF
from streams.state.rocksdb_store import RocksStore
from streams.state.state_store import ForeignOwnerError
from streams.state.store import StoreError
from streams.transport.in_flight import Batch
from streams.worker.idle_check import IdleCheck
from streams.worker.runner import Runner
from tests.changelog.test_laws import held, read, rows_in
from tests.changelog.test_model import compacted
from tests.streams.failing import Place, oracle, told
from tests.streams.stepwise import Deed, Stepwise
from tests.streams.test_failing_steps import place

__all__ = ["place"]

SIZE, BATCHES, VICTIM = 120, 6, 4
"""The batches of a run, and the one whose step is stopped: in it alerts go out, and a dead letter before it."""
ORACLE = oracle()
MOST_AWAITS = 120


async def opened(place: Place, store: Any = None) -> Runner:
    runner = place.worker(store)
    await runner.tasks.table.catch_up({0}, lambda: True)
    await runner.open(0)
    return runner


class Pipeline:
    """What the transport hands out, and what of it came back; the victim's step is stopped at one of its awaits."""

    def __init__(self, place: Place, at: int, deed: Deed) -> None:
        self._place = place
        self.steps = Stepwise(at, deed)

    async def hand_out(self, batches: Iterable[Batch], victim: int) -> AsyncIterator[Batch]:
        for number, batch in enumerate(batches):
            self.steps.is_armed = number == victim
            yield batch
            self.steps.is_armed = False
            if not batch.is_parked:
                self._place.done.append(batch)

    async def run(self, runner: Runner, batches: Iterable[Batch], victim: int) -> BaseException | None:
        task = asyncio.create_task(self.steps.run(runner.run(self.hand_out(batches, victim))))
        await asyncio.wait([task])
        if task.cancelled():
            return asyncio.CancelledError()
        return task.exception()


def assert_nothing_is_wrong(records: list[Any]) -> None:
    """Nothing lost, nothing extra, nothing wrong, and no revision that means two things."""
    said: dict[Any, Struct] = {}
    for record in records:
        stream = PUBLISHED_OF.get(type(record))
        if stream is None or stream.name not in OUTPUTS or not stream.id:  # type: ignore[union-attr]
            continue
        revision = (type(record), getattr(record, stream.id), record.revision)  # type: ignore[union-attr]
        assert said.setdefault(revision, record) == record, "conflicting"
    assert told(records) == ORACLE


def test_the_history_has_something_to_lose() -> None:
    assert ORACLE["standing"]
    assert ORACLE["letters"]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(TopicAuthorizationFailedError(), id="refused"),
        pytest.param(KafkaTimeoutError(), id="sent again"),
        pytest.param(StoreError("no space left"), id="store"),
    ],
)
async def test_a_step_that_fails_at_any_await_loses_nothing(
    place: Place, error: Exception, record_property: Any
) -> None:
    await at_every_await(place, lambda: error, record_property)


async def test_a_step_that_is_cancelled_at_any_await_loses_nothing(place: Place, record_property: Any) -> None:
    def cancel() -> None:
        current = asyncio.current_task()
        assert current is not None
        current.cancel()

    await at_every_await(place, cancel, record_property)


async def at_every_await(place: Place, deed: Deed, record_property: Any) -> None:
    for at in range(MOST_AWAITS):
        run = await place.anew()
        runner = await opened(run)
        pipeline = Pipeline(run, at, deed)
        ended = await pipeline.run(runner, run.batches(SIZE), VICTIM)
        if not pipeline.steps.has_struck:
            assert at >= 6
            record_property("awaits", at)
            return
        if isinstance(ended, asyncio.CancelledError):
            # Another pipeline of the dying worker finds the task dead, or its step whole; it publishes no more.
            if runner.tasks.is_paused(0):
                sent = len(await run.published())
                rest = Pipeline(run, MOST_AWAITS, lambda: None)
                assert await rest.run(runner, run.batches(SIZE)[VICTIM + 1 :], -1) is None
                assert len(await run.published()) == sent
        else:
            assert ended is None
            await run.settled(BATCHES)
        await runner.pauses.stop()
        successor = await opened(run)
        assert (
            await Pipeline(run, MOST_AWAITS, lambda: None).run(successor, run.batches(SIZE)[len(run.done) :], -1)
            is None
        )
        assert_nothing_is_wrong(await run.published())
    raise AssertionError(f"a step has more than {MOST_AWAITS} awaits")


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
async def test_an_owner_that_freezes_at_any_await_and_wakes_changes_nothing(
    place: Place, store: str, tmp_path: Path, record_property: Any
) -> None:
    """While it sleeps another takes over and judges everything; then it wakes, goes on, and finds out."""
    for at in range(MOST_AWAITS):
        run = await place.anew()
        asleep = await opened(run)
        awake: list[Runner] = []

        async def take_over(run: Place = run, at: int = at, awake: list[Runner] = awake) -> None:
            disk = RocksStore(tmp_path / str(at), "here") if store == "rocksdb" else None
            awake.append(await opened(run, disk))
            rest = run.batches(SIZE)[VICTIM:]
            assert await Pipeline(run, MOST_AWAITS, lambda: None).run(awake[0], rest, -1) is None

        pipeline = Pipeline(run, at, take_over)
        ended = await pipeline.run(asleep, run.batches(SIZE), VICTIM)
        if not pipeline.steps.has_struck:
            assert at >= 6
            record_property("awaits", at)
            return
        # It finds out in this step, or at its next, before it publishes anything of that.
        assert isinstance(ended, ForeignOwnerError)
        table = awake[0].tasks.table
        await looked_behind(run, awake[0], asleep.tasks.table._writers[0].next_offset)
        assert not awake[0].tasks.is_paused(0)
        ours = rows_in(dict(table.store_part(0).all_rows()))
        log = await run.log(table.store_part(0).next_offset)
        for records in (tuple(log), compacted(tuple(log))):
            assert rows_in(held(read(records))) == ours
        await opened(run)
        assert_nothing_is_wrong(await run.published())
        table._store.close()
    raise AssertionError(f"a step has more than {MOST_AWAITS} awaits")


async def looked_behind(run: Place, owner: Runner, end: int) -> None:
    """An owner that is idle looks behind its last write, until it has seen all up to an offset."""
    check, table = IdleCheck(run.changelogs(), [owner]), owner.tasks.table
    async with asyncio.timeout(60):
        while table.store_part(0).next_offset < end:
            table._looked_at[0] = 0.0
            await check()
            await asyncio.sleep(0.01)
    await check.stop()
