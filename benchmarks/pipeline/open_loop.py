"""One run: workers on a fresh broker, events sent at a steady rate, their lag watched, their alerts timed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from confluent_kafka import Consumer, TopicPartition
from msgspec import Struct

from benchmarks.decide import until_ready
from benchmarks.load import Load
from benchmarks.peers.broker import bytes_in
from benchmarks.peers.watched import cpu_seconds, peak_rss_mb, rss_mb
from benchmarks.pipeline.alert_reader import AlertReader
from benchmarks.pipeline.causes import Cause
from benchmarks.pipeline.histogram import Histogram
from benchmarks.pipeline.lag import Look
from benchmarks.rungs.order import Order
from cloudtag.config import Config
from cloudtag.local.child import Child
from cloudtag.local.kafka import Kafka
from cloudtag.local.probe import free_port
from streams.kafka.topics import create

LOOK_SECONDS = 0.25
QUIET_SECONDS = 3.0
"""So long after the last event alerts still count."""
WARM_SHARE = 0.15
"""Of the first events nothing is timed: partitions are opened, codecs made."""
ROOT = Path(__file__).parents[2]


class OpenLoop(Struct, frozen=True, kw_only=True):
    """What one run came to."""

    rate: float
    """Events sent in a second."""
    events: int
    workers: int
    looks: list[Look]
    cpu_seconds: float
    """Of all workers, while events were sent."""
    peak_rss_mb: float
    ready_seconds: float
    """From the start of the workers to the first moment at which all were ready."""
    worst_delay_seconds: float
    """How late an event was sent at worst: more than a little, and the run says nothing."""
    by_hops: dict[int, Histogram]
    """Times from when an event was due to when its alert could be read, by the hops between."""
    idle_rss_mb: float = 0.0
    """What the workers held when they were ready."""
    buyers: int = 0
    """How many buyers the events were of; 0 in figures that are older than this measurement, as what follows."""
    changelog_bytes: int = 0
    """What the changelogs take on the broker's disk in the end."""

    @property
    def kib_per_buyer(self) -> float | None:
        """How much more the workers held at most than at the beginning, for each buyer."""
        return (self.peak_rss_mb - self.idle_rss_mb) * 1024 / self.buyers if self.buyers else None

    @property
    def cpu_us(self) -> float:
        """CPU time per event in microseconds; the broker's is not counted."""
        return self.cpu_seconds / self.events * 1e6

    @property
    def cores(self) -> float:
        """How many processors were kept busy while events were sent."""
        return self.cpu_seconds / (self.events / self.rate)


def run(load: Load, rate: float, seconds: float, causes: Mapping[str, Cause], workers: int = 1) -> OpenLoop:
    """Send the first events of a load for so long. Raises ValueError for a load that is too short."""
    count = int(rate * seconds)
    if count > len(load.records):
        raise ValueError(f"{count} events are asked for, the load has {len(load.records)}")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cloudtag-open-loop-")))
        kafka = stack.enter_context(Kafka(directory / "kafka"))
        order = order_of(load, kafka.bootstrap, directory)
        config = order.config()
        asyncio.run(create(config))
        started = time.monotonic()
        children = stack.enter_context(_workers(order, directory, workers))
        ready_seconds = time.monotonic() - started
        reader = stack.enter_context(AlertReader(kafka.bootstrap, config.topic("alerts"), config.partitions))
        idle = sum(rss_mb(child.pid) for child in children)
        before = sum(cpu_seconds(child.pid) for child in children)
        begun, worst, looks = send_steadily(config, load, count, rate, directory / "records")
        used = sum(cpu_seconds(child.pid) for child in children) - before
        peak = sum(peak_rss_mb(child.pid) for child in children)
        settle()
        logged = _logged(config, directory / "kafka" / "log")
    return OpenLoop(
        rate=rate,
        events=count,
        workers=workers,
        looks=looks,
        cpu_seconds=used,
        peak_rss_mb=peak,
        ready_seconds=ready_seconds,
        worst_delay_seconds=worst,
        by_hops=timed(reader.first, causes, begun, rate, count),
        idle_rss_mb=idle,
        buyers=len({event.buyer_id for event in load.events[:count] if hasattr(event, "buyer_id")}),
        changelog_bytes=logged,
    )


def settle() -> None:
    """Wait for what still comes."""
    time.sleep(QUIET_SECONDS)


def _logged(config: Config, log: Path) -> int:
    """How many bytes the processors' changelogs take where the broker keeps its partitions."""
    return sum(bytes_in(log, config.changelog(processor)) for processor in config.processors)


def timed(
    first: Mapping[str, float], causes: Mapping[str, Cause], begun: float, rate: float, count: int
) -> dict[int, Histogram]:
    """By hops, how long alerts took. Left out are those of the first events, and those that came before the event that
    brings them when nothing overtakes it."""
    found: dict[int, Histogram] = {}
    for alert_id, cause in causes.items():
        if count * WARM_SHARE < cause.place < count and alert_id in first:
            ms = (first[alert_id] - begun - cause.place / rate) * 1000
            if ms >= 0:
                found.setdefault(cause.hops, Histogram()).add(ms)
    return found


def order_of(load: Load, bootstrap: str, directory: Path) -> Order:
    """What a worker is told that judges a load."""
    return Order(
        rung="worker, memory",
        broker=bootstrap,
        data_dir=str(directory / "data"),
        partitions=8,
        batch_records=2000,
        counts=load.counts(),
        until_ms=load.until_ms,
    )


@contextmanager
def _workers(order: Order, directory: Path, count: int) -> Iterator[list[Child]]:
    with ExitStack() as stack:
        children, ports = [], []
        for number in range(count):
            ports.append(free_port())
            own = {"CLOUDTAG_METRICS_PORT": str(ports[-1]), "CLOUDTAG_DATA_DIR": str(directory / f"data-{number}")}
            command = [sys.executable, "-m", "cloudtag.cli", "worker"]
            log = directory / f"worker-{number}.log"
            children.append(Child(command, log, {**os.environ, **order.settings(), **own}))
            stack.callback(children[-1].stop)
        for port in ports:
            asyncio.run(until_ready(f"http://127.0.0.1:{port}"))
        yield children


def send_steadily(config: Config, load: Load, count: int, rate: float, file: Path) -> tuple[float, float, list[Look]]:
    """Send, and look at the lag meanwhile; the moment the first event was due, the sender's worst delay, the looks."""
    records = [
        (config.topic(stream), partition, record.key, record.value)
        for (stream, partition), record in load.records[:count]
    ]
    file.write_bytes(msgspec.msgpack.encode(records))
    command = [sys.executable, "-m", "benchmarks.pipeline.sender", config.brokers, str(file), str(rate)]
    group = Consumer({"bootstrap.servers": config.brokers, "group.id": config.app_id, "enable.auto.commit": False})
    places = [TopicPartition(config.topic(stream), p) for stream in load.counts() for p in range(config.partitions)]
    looks: list[Look] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        begun = float(process.stdout.readline())
        while process.poll() is None:
            done = sum(max(0, place.offset) for place in group.committed(places, timeout=10))
            since = time.monotonic() - begun
            if since > 0:
                looks.append((since, min(count, int(since * rate)) - done))
            time.sleep(LOOK_SECONDS)
        worst = float(process.stdout.readline())
    group.close()
    return begun, worst, looks
