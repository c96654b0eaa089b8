"""One run of one peer, from the first record to the commit of the last, and whether its alerts are right."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from benchmarks.peers.broker import Topics
from benchmarks.peers.catalogue import Peer
from benchmarks.peers.job import Task
from benchmarks.peers.watched import Moment, Watched, peak_rss_mb

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 600.0
LAST_ALERTS_SECONDS = 10.0


class PeerError(RuntimeError):
    """A peer ended or took too long; the text says more."""


class PeerResult(Struct, frozen=True, kw_only=True):
    """What one run took."""

    peer: str
    records: int
    seconds: float
    cpu_seconds: float
    broker_cpu_seconds: float
    start_seconds: float
    """From the start of the process to its first record."""
    peak_rss_mb: float
    changelog_bytes: int
    alerts: str
    """The hash of the alerts it has told."""
    expected: str

    @property
    def is_right(self) -> bool:
        """Whether it has told the alerts that follow, and no others."""
        return self.alerts == self.expected

    @property
    def rate(self) -> float:
        """Records per second."""
        return self.records / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU time per record in microseconds, of all the peer's threads; the broker's is not counted."""
        return self.cpu_seconds / self.records * 1e6


class Ground(Struct, frozen=True):
    """What peers run on: the broker's topics and process, and the input that lies there."""

    topics: Topics
    broker_pid: int
    input: str
    records: int
    expected: str
    compared: Callable[[Iterable[bytes]], str]


def run(ground: Ground, peer: Peer) -> PeerResult:
    """Let a peer do the job once. Raises ``PeerError`` and ``NotInstalledError``."""
    command, name, topics = peer.command(), f"run-{uuid.uuid4().hex[:8]}", ground.topics
    with tempfile.TemporaryDirectory(prefix="cloudtag-peer-") as directory:
        task = peer.told(
            Task(topics.bootstrap, ground.input, f"{name}-alerts", f"{name}-log", name, ground.records, directory)
        )
        _create(topics, peer, task)
        try:
            with tempfile.TemporaryDirectory(prefix="cloudtag-peer-log-") as logs:
                process = Watched(command, task.environment(), Path(logs) / "peer.log", ground.broker_pid)
                try:
                    started = time.perf_counter()
                    begun, ended = _follow(topics, process, task, _count(ground.expected))
                    peak = peak_rss_mb(process.pid)
                finally:
                    process.stop()
            own = topics.others(name, but=[task.output])
            return PeerResult(
                peer=peer.name,
                records=task.records,
                seconds=ended.wall - begun.wall,
                cpu_seconds=ended.cpu - begun.cpu,
                broker_cpu_seconds=ended.broker - begun.broker,
                start_seconds=begun.wall - started,
                peak_rss_mb=peak,
                changelog_bytes=sum(map(topics.bytes_of, own)),
                alerts=ground.compared(topics.values(task.output)),
                expected=ground.expected,
            )
        finally:
            topics.delete(topics.others(name, but=[]))


def _create(topics: Topics, peer: Peer, task: Task) -> None:
    topics.create(task.output)
    if peer.writes_changelog:
        topics.create(task.changelog, is_compacted=True)
    if peer.is_ours:
        # What `cloudtag topics create` would make for a processor of this name.
        topics.create(f"{task.group}-peers-state-2", is_compacted=True)
        if not topics.others("watermarks-peers", but=[]):
            topics.create("watermarks-peers")


def _count(expected: str) -> int:
    """How many alerts a hash is of."""
    return int(expected.partition(":")[0])


def _follow(topics: Topics, process: Watched, task: Task, alerts: int) -> tuple[Moment, Moment]:
    """From the first record to the moment at which the group has committed them all, and all alerts are told.

    Who waits until event time has passed may commit a moment before the last alerts. Too few of them end the run
    after a while: its hash says that it is void.
    """
    watcher = topics.watcher(task.group)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while process.begun is None or topics.committed(watcher, task.input) < task.records:
            if not process.is_running:
                raise PeerError(f"it ended: {process.last_words()}")
            if time.monotonic() > deadline:
                done = topics.committed(watcher, task.input)
                raise PeerError(
                    f"{done} of {task.records} committed after {PATIENCE_SECONDS:.0f} s: {process.last_words()}"
                )
            time.sleep(LOOK_SECONDS)
        committed = time.monotonic()
        while topics.held(watcher, task.output) < alerts and time.monotonic() - committed < LAST_ALERTS_SECONDS:
            time.sleep(LOOK_SECONDS)
        return process.begun, process.now()
    finally:
        watcher.close()
