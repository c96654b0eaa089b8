"""One run of one rung: a fresh broker, the load on it, a process of its own, and a look at what came out."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

import msgspec
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from msgspec.structs import replace

from benchmarks import load as loads
from benchmarks import profiles, truth
from benchmarks.load import Load
from benchmarks.meter import Result
from benchmarks.profiles import Profile
from benchmarks.rungs.order import Order
from cloudtag.local.broker import Tansu
from streams.kafka.security import client_settings

PATIENCE_SECONDS = 600.0
ROOT = Path(__file__).parents[1]


class RunError(RuntimeError):
    """A rung's process ended before its work did, or left some of it; the text says more."""


async def run(profile: Profile, rung: str, load: Load) -> Result:
    """Measure a rung once. Raises ``RunError``."""
    if rung == profiles.NAIVE:
        load = load.of_buyers(profile.naive_share)
    with tempfile.TemporaryDirectory(prefix="cloudtag-bench-") as directory:
        async with Tansu() as broker:
            order = Order(
                rung=rung,
                broker=broker.bootstrap,
                data_dir=directory,
                partitions=profile.partitions,
                batch_records=profile.batch_records,
                counts=load.counts(),
                until_ms=load.until_ms,
            )
            await loads.write(order.config(), load)
            result = await _measure(order, Path(directory) / "rung.log")
            if rung in profiles.WORKERS:
                await _check_committed(order)
            if rung in profiles.WITH_ALERTS:
                result = replace(result, alerts=await truth.published(order.config()))
            return result


async def _measure(order: Order, log: Path) -> Result:
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.rungs", stdin=PIPE, stdout=PIPE, stderr=errors, cwd=ROOT
        )
    try:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        await process.stdin.drain()
        result = msgspec.json.decode(await _line(process, order, log), type=Result)
        if order.rung in profiles.WORKERS:
            await loads.pass_time(order.config(), order.until_ms)
        await _line(process, order, log)
        return result
    finally:
        await _end(process)


async def _check_committed(order: Order) -> None:
    """Raise ``RunError`` unless the group has acknowledged every record of the load."""
    config = order.config()
    tps = [TopicPartition(config.topic(stream), p) for stream in order.counts for p in range(order.partitions)]
    admin = AIOKafkaAdminClient(**client_settings(config))
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(config.app_id, partitions=tps)
    finally:
        await admin.close()
    done = sum(max(0, found[tp].offset) for tp in tps)
    if done != order.events:
        raise RunError(f"{order.rung}: {done} of {order.events} records are committed")


async def _line(process: Process, order: Order, log: Path) -> bytes:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    except TimeoutError:
        line = b""
    if not line:
        raise RunError(f"{order.rung}: no result\n{_last_words(log)}")
    return line


def _last_words(log: Path) -> str:
    return log.read_text()[-3000:]


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()
