"""From an event's sending to the alert that follows, in an open loop: an event is sent when it is due, whatever became
of those before it.

    python -m benchmarks.latency --rates 100 1000 --seconds 30 --broker kafka

One worker as it is run in earnest, on a fresh broker; sender and reader share the machine with both. Of every alert the
time counts from when the event was due for which replay, given one event after the other, publishes it first. Alerts
that time alone brings about, and those that come before that event because others have overtaken it, are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks import load as loads
from benchmarks import profiles
from benchmarks.decide import until_ready
from benchmarks.load import Load
from benchmarks.rungs.order import Order
from cloudtag.config import Config
from cloudtag.contract.records import Alert
from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child
from cloudtag.local.kafka import Kafka
from cloudtag.local.probe import free_port
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.wire import Codec
from streams.kafka.security import client_settings
from streams.kafka.topics import create

WARM_SHARE = 0.15
"""Of the first events nothing is measured: partitions are opened, codecs made."""
QUIET_SECONDS = 4.0
"""So long after the last event alerts still count."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--broker", choices=("tansu", "kafka"), default="kafka")
    parser.add_argument("--attacks", type=float, default=0.3, help="share of the refunds that are fraudulent")
    options = parser.parse_args()
    for rate in options.rates:
        load = loads.make(replace(profiles.PROFILES["smoke"], events=int(rate * options.seconds)), options.attacks)
        took = asyncio.run(_measure(options.broker, load, rate))
        _say(f"{options.broker}: {_shown(rate, took)}")


def causes(load: Load) -> Iterator[tuple[str, int]]:
    """The ids of alerts, and the place of the event each follows from, in order."""
    network, seen = Topology(shipped(), 0), set[str]()
    for place, event in enumerate(load.events):
        for _ in network.fire_before(event.occurred_at):
            pass
        for output in network.feed([event]):
            record = output.record
            if isinstance(record, Alert) and record.alert_id not in seen:
                seen.add(record.alert_id)
                yield record.alert_id, place


@asynccontextmanager
async def _broker(kind: str) -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="cloudtag-latency-") as directory:
        if kind == "kafka":
            with Kafka(directory) as kafka:
                yield kafka.bootstrap
        else:
            with Tansu() as tansu:
                yield tansu.bootstrap


async def _measure(kind: str, load: Load, rate: int) -> list[float]:
    expected = dict(causes(load))
    async with _broker(kind) as bootstrap:
        with tempfile.TemporaryDirectory(prefix="cloudtag-latency-") as data:
            order = Order(
                rung=profiles.MEMORY, broker=bootstrap, data_dir=data, partitions=8, batch_records=2000,
                counts=load.counts(), until_ms=load.until_ms,
            )  # fmt: skip
            config = order.config()
            await create(config)
            port = free_port()
            settings = {**os.environ, **order.settings(), "CLOUDTAG_METRICS_PORT": str(port)}
            worker = Child([sys.executable, "-m", "cloudtag.cli", "worker"], Path(data) / "worker.log", settings)
            try:
                await until_ready(f"http://127.0.0.1:{port}")
                before = _cpu_seconds(worker.pid)
                took = await _send_and_read(config, load, rate, expected)
                cpu = _cpu_seconds(worker.pid) - before
                seconds = len(load.records) / rate
                _say(f"worker: {cpu / seconds:.0%} of a core, {cpu / len(load.records) * 1e6:.0f} us of CPU an event")
                return took
            finally:
                worker.stop()


def _cpu_seconds(pid: int) -> float:
    """What a process has used so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _send_and_read(config: Config, load: Load, rate: int, expected: dict[str, int]) -> list[float]:
    codec, first = Codec(), dict[str, float]()
    consumer = AIOKafkaConsumer(config.topic("alerts"), **client_settings(config), fetch_max_wait_ms=5)
    producer = AIOKafkaProducer(**client_settings(config))
    await consumer.start()
    await producer.start()

    async def read() -> None:
        async for record in consumer:
            alert: Any = codec.decode("alerts", record.value)
            first.setdefault(alert.alert_id, time.perf_counter())

    reading = asyncio.ensure_future(read())
    try:
        begun = await _send(config, producer, load, rate)
        await asyncio.sleep(QUIET_SECONDS)
    finally:
        reading.cancel()
        await producer.stop()
        await consumer.stop()
    warm = len(load.records) * WARM_SHARE
    took = [
        first[alert_id] - begun - place / rate
        for alert_id, place in expected.items()
        if place > warm and alert_id in first
    ]
    _say(f"{len(expected)} alerts expected, {len(first)} read, {len(took)} measured")
    return [seconds * 1000 for seconds in took if seconds > 0]


async def _send(config: Config, producer: AIOKafkaProducer, load: Load, rate: int) -> float:
    """Send every event when it is due; returns the moment the first one was."""
    acknowledged: list[Any] = []
    begun = time.perf_counter()
    for place, ((stream, partition), record) in enumerate(load.records):
        if (wait := begun + place / rate - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        sent = await producer.send(config.topic(stream), record.value, key=record.key, partition=partition)
        acknowledged.append(sent)
    await asyncio.gather(*acknowledged)
    return begun


def _shown(rate: int, took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=100)
    found = " ".join(f"p{q} {cuts[q - 1]:.0f}" for q in (50, 95, 99))
    return f"{rate}/s, {len(took)} alerts, ms: {found} max {max(took):.0f}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
