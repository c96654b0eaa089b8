"""A sink that is killed at any of its awaits: the next one goes on, and tables and roll-ups are as if nothing had been.

A process of its own, driven from one await to the next, that ends by SIGKILL at one of them.
"""

import asyncio
import signal
import sys

import pytest

from cloudtag.local.warehouse import Warehouse as LocalWarehouse
from tests.streams.sink.log import Log, sinking, until
from tests.streams.sink.test_faults import POISON, STREAMS, assert_exact, holds, log, migrated, mortal, story

__all__ = ["log", "mortal"]

pytestmark = [pytest.mark.fault, pytest.mark.timeout(280)]
PLACES: dict[str, str] = {}
OFTEN = ()


async def said(*arguments: str) -> tuple[int, list[str]]:
    """How a sink ended, and where it said that it waits."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.streams.sink.child", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(30):
            lines = [line.decode().strip() async for line in child.stdout]
    except TimeoutError:
        child.kill()
        raise
    return await child.wait(), [line.removeprefix("waits at ") for line in lines if line.startswith("waits at ")]
