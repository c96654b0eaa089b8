"""A worker that freezes at any await between its assignment and its first batch, for longer than its group waits.

Another is assigned its partition, takes it over and judges; then the first goes on. It gives way and its successor goes
on, whichever await it was: it is not to find itself replaced by one that the group has long forgotten.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from cloudtag.changelog.records import BID_KEY, OWNER_KEY
from streams.state.changelog import RecoveryGivenUpError
from streams.state.rocksdb_store import RocksStore
from streams.state.state_store import ForeignOwnerError
from streams.worker.runner import Runner
from tests.changelog.test_laws import held, read, rows_in
from tests.changelog.test_model import compacted
from tests.streams.failing import Place
from tests.streams.stepwise import Stepwise
from tests.streams.test_every_await import SIZE, assert_nothing_is_wrong, looked_behind
from tests.streams.test_failing_steps import place

__all__ = ["place"]

BEFORE, MEANWHILE = 2, 4
"""So many batches are judged before the one that sleeps is assigned anything, and when it wakes."""
MOST_AWAITS = 60


class Group:
    """To whom the partition is assigned."""

    def __init__(self, run: Place) -> None:
        self._run, self._count, self._now = run, 0, 0

    def assign(self, store: Any = None) -> "Member":
        self._count += 1
        self._now = self._count
        return Member(self, self._now, self._run, store)

    def is_with(self, number: int) -> bool:
        return self._now == number


class Member:
    """A worker to which the partition was assigned."""

    def __init__(self, group: Group, number: int, run: Place, store: Any) -> None:
        self._group, self._number = group, number
        self.runner: Runner = run.worker(store, self._is_member)

    async def _is_member(self) -> bool:
        await asyncio.sleep(0)
        return self._group.is_with(self._number)

    async def take_over(self) -> None:
        await self.runner.tasks.table.catch_up({0}, lambda: self._group.is_with(self._number))
        await self.runner.open(0)


async def ended(work: Coroutine[Any, Any, None]) -> BaseException | None:
    task = asyncio.create_task(work)
    await asyncio.wait([task])
    return task.exception()


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
async def test_one_that_freezes_anywhere_between_assignment_and_first_batch_gives_way(
    place: Place, store: str, tmp_path: Path, record_property: Any
) -> None:
    for at in range(MOST_AWAITS):
        run = await place.anew()
        group, batches = Group(run), run.batches(SIZE)
        first = group.assign()
        await first.take_over()
        await run.judge(first.runner, batches[:BEFORE])
        asleep, heirs = group.assign(), list[Member]()

        async def take_over(
            run: Place = run, group: Group = group, at: int = at, heirs: list[Member] = heirs, batches: Any = batches
        ) -> None:
            heirs.append(group.assign(RocksStore(tmp_path / str(at), "here") if store == "rocksdb" else None))
            await heirs[0].take_over()
            await run.judge(heirs[0].runner, batches[BEFORE:MEANWHILE])

        steps = Stepwise(at, take_over)
        steps.is_armed = True
        ending = await ended(steps.run(asleep.take_over()))
        if not steps.has_struck:
            assert at >= 6
            record_property("awaits", at)
            return
        assert ending is None or isinstance(ending, RecoveryGivenUpError | ForeignOwnerError)
        await_heir = heirs[0].runner
        if ending is None:
            # It sees what it has slept through at its first write, or when it looks behind its last.
            end = await ended(run.judge(asleep.runner, batches[BEFORE : BEFORE + 1]))
            assert isinstance(end, AssertionError), "it judges as if it were the owner"
            del run.done[MEANWHILE:]
        await run.judge(await_heir, batches[MEANWHILE:])
        assert not await_heir.tasks.is_paused(0)
        await assert_the_changelog_is_the_heirs(run, await_heir)
        assert_nothing_is_wrong(await run.published())
        await_heir.tasks.table._store.close()
    raise AssertionError(f"to take over takes more than {MOST_AWAITS} awaits")


async def assert_the_changelog_is_the_heirs(run: Place, heir: Runner) -> None:
    """Also once compaction has chosen between what the two have written, of the owner's record too."""
    table = heir.tasks.table
    await looked_behind(run, heir, table._writers[0].next_offset)
    log = tuple(await run.log(table.store_part(0).next_offset))
    for records in (log, compacted(log)):
        reader = read(records)
        assert rows_in(held(reader)) == rows_in(dict(table.store_part(0).all_rows()))
        assert reader.claimed == table._writers[0].claimed
    assert {BID_KEY, OWNER_KEY} <= {record.key for record in log}
