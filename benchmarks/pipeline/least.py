"""The least a client does at a rate: the same events, the same topics and broker, and in a worker's place a relay
(`benchmarks.pipeline.relay`)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import msgspec

from benchmarks.load import Load
from benchmarks.peers.installed import LAST_CHARACTERS
from benchmarks.peers.watched import cpu_seconds, peak_rss_mb
from benchmarks.pipeline.alert_reader import AlertReader
from benchmarks.pipeline.causes import Cause
from benchmarks.pipeline.open_loop import ROOT, OpenLoop, order_of, send_steadily, settle, timed
from benchmarks.pipeline.relay import OUT_STREAM, Mark, RelayOrder
from cloudtag.config import Config
from cloudtag.local.kafka import Kafka
from streams.kafka.topics import create

RELAYS = {"aiokafka": "benchmarks.pipeline.relay", "librdkafka": "benchmarks.pipeline.relay_native"}
"""By the client's name, the program."""
HOPS = (0, 2, 4)
"""What is passed on goes over so many hops, as most alerts do."""
ONE_IN = 20
"""Of so many events one for each number of hops is passed on: more than lead to alerts, so that enough are timed, and
far less than the internal records of a worker."""


def causes_of(count: int) -> dict[str, Cause]:
    """What is passed on, by its name, and the event it follows from."""
    return {
        str(place): Cause(place, HOPS[place % ONE_IN]) for place in range(count) if place % ONE_IN < len(HOPS)
    }  # fmt: skip


def marks_of(config: Config, load: Load, causes: dict[str, Cause]) -> dict[str, dict[int, dict[int, Mark]]]:
    """Where on a broker with fresh topics the records of those events will be."""
    marks: dict[str, dict[int, dict[int, Mark]]] = {}
    ends: Counter[tuple[str, int]] = Counter()
    for place, (where, _) in enumerate(load.records):
        cause = causes.get(str(place))
        if cause is not None:
            topic = marks.setdefault(config.topic(where[0]), {})
            topic.setdefault(where[1], {})[ends[where]] = str(place), cause.hops
        ends[where] += 1
    return marks


def least(load: Load, rate: float, seconds: float, relay: str) -> OpenLoop:
    """Send the first events of a load for so long; `relay`: one of `RELAYS`. Raises ``ValueError`` for a load that is
    too short."""
    count = int(rate * seconds)
    if count > len(load.records):
        raise ValueError(f"{count} events are asked for, the load has {len(load.records)}")
    causes = causes_of(count)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cloudtag-least-")))
        kafka = stack.enter_context(Kafka(directory / "kafka"))
        order = order_of(load, kafka.bootstrap, directory)
        config = order.config()
        asyncio.run(create(config))
        told = directory / "relay"
        told.write_bytes(msgspec.msgpack.encode(RelayOrder(order, marks_of(config, load, causes))))
        process = stack.enter_context(_relay(RELAYS[relay], told))
        stack.callback(process.kill)
        reader = AlertReader(kafka.bootstrap, config.topic(OUT_STREAM), config.partitions, bytes.decode)
        stack.enter_context(reader)
        before = cpu_seconds(process.pid)
        begun, worst, looks = send_steadily(config, load, count, rate, directory / "records")
        used, peak = cpu_seconds(process.pid) - before, peak_rss_mb(process.pid)
        settle()
    return OpenLoop(
        rate=rate,
        events=count,
        workers=1,
        looks=looks,
        cpu_seconds=used,
        peak_rss_mb=peak,
        ready_seconds=0.0,
        worst_delay_seconds=worst,
        by_hops=timed(reader.first, causes, begun, rate, count),
    )


def _relay(module: str, told: Path) -> subprocess.Popen[str]:
    """One that has asked for everything. Raises ``RuntimeError`` where it ends before."""
    command = [sys.executable, "-m", module, str(told)]
    with told.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT)
    assert process.stdout is not None
    if process.stdout.readline().strip() != "ready":
        process.kill()
        process.wait()
        raise RuntimeError(f"the relay has not come up: {told.with_suffix('.log').read_text()[-LAST_CHARACTERS:]}")
    return process
