"""A row that cannot be read sets its key aside and stops nothing else; once mended and let go, nothing is lost."""

import asyncio
from collections import Counter

import pytest

from cloudtag.changelog.records import QUARANTINE_PREFIX
from cloudtag.contract.records import DeadLetter
from cloudtag.engine.rows import split_key
from cloudtag.engine.task_result import key_part
from streams.kafka.producer import OutRecord, publish
from streams.kafka.security import client_settings
from streams.state.by_hand import read_log, release
from streams.worker.idle_check import IdleCheck
from streams.worker.runner import Runner
from tests.streams.failing import NAME, Client, Place, oracle, told
from tests.streams.test_every_await import SIZE, opened
from tests.streams.test_failing_steps import place
from tests.streams.worker.test_charged_letters import Charged, size_of

__all__ = ["place"]

REASON = "quarantined_key"
BEFORE = 3
"""So many batches are judged before something is broken."""
BROKEN = {
    "a body of another program": lambda row: row[:16] + b"\xc1 not a row",
    "a body that is cut off": lambda row: row[:-5],
    "a value of another format": None,
}


async def check(run: Place, runner: Runner) -> None:
    """The owner looks behind its last write until it has seen something."""
    look, table = IdleCheck(run.changelogs(), [runner]), runner.tasks.table
    seen = table.store_part(0).next_offset
    async with asyncio.timeout(60):
        while table.store_part(0).next_offset == seen:
            table._looked_at[0] = 0.0
            await look()
            await asyncio.sleep(0.01)
    await look.stop()


@pytest.mark.parametrize("how", BROKEN)
async def test_a_row_that_cannot_be_read_stops_its_key_alone(place: Place, how: str) -> None:
    first = await opened(place)
    await place.judge(first, place.batches(SIZE)[:BEFORE])
    part = first.tasks.table.store_part(0)
    later = [fact for batch in place.batches(SIZE)[BEFORE:] for fact in batch.content.facts]
    keys = {first.tasks[0].core._processor.keys[type(fact)](fact) for fact in later}  # type: ignore[attr-defined]
    key, row = next((key, row) for key, row in first.tasks.table.rows(0).all_rows() if split_key(key)[0] in keys)
    # A timer is due and the row was not known to be sent: opening and passing time both look at it.
    if (broken := BROKEN[how]) is not None:
        await first.tasks.table.put_many(0, {key: broken(row)})
    else:
        target = (place.config.changelog(NAME), 0)
        await publish(Client(place.real, place.fault), {target: [OutRecord(b"\x02S" + key, b"\x09" + row)]})
    assert part.get(key) is not None
    second, budget = await opened(place), Charged()
    second._reader._budget = budget
    batches = place.batches(SIZE)[BEFORE:]
    await place.judge(second, batches)
    assert not second.tasks.is_paused(0)
    assert set(second.tasks.table.aside(0)) == {key_part(key)}
    buyer = split_key(key)[0]
    about = [n for n, fact in enumerate(later) if second.tasks[0].core._processor.keys[type(fact)](fact) == buyer]  # type: ignore[attr-defined]
    letters = [
        one for one in await place.published() if isinstance(one, DeadLetter) and one.reason == "quarantined_key"
    ]
    assert {one.offset for one in letters} == {
        [record for batch in batches for record in batch.content.sources][n].offset for n in about
    }
    assert all(one.value for one in letters)
    assert Counter(budget.charges) == Counter(((one.topic, 0), size_of(one)) for one in letters)
    log = await read_log(client_settings(place.config), (place.config.changelog(NAME), 0))
    assert log.rows[QUARANTINE_PREFIX + key_part(key)]
    # Mended, let go, and sent again: all is as if nothing had been.
    await second.tasks.table.put_many(0, {key: row})
    await release(Client(place.real, place.fault), (place.config.changelog(NAME), 0), key_part(key))
    await check(place, second)
    assert not second.tasks.table.aside(0)
    await place.judge(second, place.batches(SIZE)[BEFORE:])
    found, wanted = told(await place.published()), oracle()
    found["letters"] = {letter for letter in found["letters"] if letter[1] != REASON}
    assert found == wanted


async def test_a_record_without_a_key_to_it_is_counted_and_passed_over(place: Place) -> None:
    first = await opened(place)
    await place.judge(first, place.batches(SIZE)[:BEFORE])
    junk = [OutRecord(b"", b"x"), OutRecord(b"\x02", b"x"), OutRecord(b"\x09S", None), OutRecord(b"\x02Sx", b"")]
    await publish(Client(place.real, place.fault), {(place.config.changelog(NAME), 0): junk})
    second = await opened(place)
    await place.judge(second, place.batches(SIZE)[BEFORE:])
    assert second.tasks.table.lost == len(junk)
    assert not second.tasks.table.aside(0)
    assert told(await place.published()) == oracle()
