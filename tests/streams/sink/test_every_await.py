"""A sink that is killed at any of its awaits: the next one goes on, and tables and roll-ups are as if nothing had been.

A process of its own, driven from one await to the next, that ends by SIGKILL at one of them.
"""

import asyncio
import signal
import sys
from contextlib import suppress

import pytest

from cloudtag.local.warehouse import Warehouse as LocalWarehouse
from tests.streams.sink.log import Log, sinking, until
from tests.streams.sink.mortal import DATABASE, of_server
from tests.streams.sink.test_faults import POISON, STREAMS, assert_exact, holds, log, story

__all__ = ["log"]

pytestmark = [pytest.mark.fault, pytest.mark.timeout(280)]
PLACES = {
    "Sink.run > AIOKafkaConsumer.start": (1,),
    "Sink._round > gather": (2, 9),
    "Lags.keep_measuring > sleep": (2,),
    "Intake._fetch > AIOKafkaConsumer.getmany": (2, 7),
    "Intake._take > sleep": (1, 5),
    "Sink._store_ended > gather": (1, 3),
    "Sink._store_ended_of > _ContextManagerMixin.__aenter__": (1, 2),
    "Contact._call > to_thread": (1, 2, 30),
    "DeadLetterProducer._started > AIOKafkaProducer.start": (1,),
    "DeadLetterProducer._send > AIOKafkaProducer.send_and_wait": (1, 3),
    "Sink._commit > AIOKafkaConsumer.commit": (1, 2),
}
"""Where a sink waits, and the how manieth time, with records in hand, it is killed there."""
SELDOM = {"DeadLetterProducer._started > _ContextManagerMixin.__aenter__"}
"""Where it waits if two partitions have their first letters at a time."""
OFTEN = {("Sink._commit > AIOKafkaConsumer.commit", 1)}
DEATHS = [
    pytest.param(place, count, marks=[pytest.mark.long] * ((place, count) not in OFTEN), id=f"{place} {count}")
    for place, counts in PLACES.items()
    for count in counts
]


async def started(log: Log, server: LocalWarehouse, place: str, count: int) -> asyncio.subprocess.Process:
    arguments = [log.bootstrap, log.prefix, server.url, DATABASE, place, str(count)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.streams.sink.child", *arguments, stdout=asyncio.subprocess.PIPE
    )


@pytest.mark.long
async def test_there_is_no_other_await(log: Log, mortal: LocalWarehouse) -> None:
    warehouse = of_server(mortal)
    await log.append(story())
    child, seen = await started(log, mortal, "-", 0), set[str]()
    assert child.stdout is not None

    async def listen() -> None:
        async for line in child.stdout:  # type: ignore[union-attr]
            if line.startswith(b"waits at "):
                seen.add(line.decode().strip().removeprefix("waits at "))

    listening = asyncio.create_task(listen())
    await log.sunk()
    await until(lambda: holds(warehouse, "SELECT count() FROM {db}.dead_letters FINAL", len(POISON)))
    child.kill()
    await child.wait()
    await listening
    assert seen - SELDOM == set(PLACES)


@pytest.mark.parametrize(("place", "count"), DEATHS)
async def test_a_sink_that_is_killed_at_an_await_loses_and_doubles_nothing(
    log: Log, mortal: LocalWarehouse, place: str, count: int
) -> None:
    warehouse = of_server(mortal)
    await log.append(story())
    child = await started(log, mortal, place, count)
    with suppress(TimeoutError):
        await asyncio.wait_for(child.communicate(), 200)
    assert child.returncode == -signal.SIGKILL, "it never waits there so often"
    async with sinking(log.sink_config(warehouse, streams=STREAMS)):
        await log.sunk()
        await until(lambda: holds(warehouse, "SELECT count() FROM {db}.dead_letters FINAL", len(POISON)))
    assert_exact(warehouse)
