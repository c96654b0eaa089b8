"""The peers, how each is started, and what its settings are for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.peers import installed
from benchmarks.peers.job import Task
from benchmarks.peers.kinds import PATTERN, WINDOW

HEAP = "-Xmx2g"
_MODULES = ("lang", "util", "net", "nio", "util.concurrent", "lang.reflect", "text", "time")
_OPENED = [word for m in _MODULES for word in ("--add-opens", f"java.base/java.{m}=ALL-UNNAMED")]


@dataclass(frozen=True)
class Peer:
    """One way to do the job."""

    name: str
    command: Callable[[], list[str]]
    """The words that start it. Raises ``NotInstalledError``."""
    settings: str
    """What was chosen, and why, for the page."""
    batch: int = 16_000
    variant: str = ""
    writes_changelog: bool = False
    """Whether its changelog is a topic that it names itself, as a program does that has no framework."""
    is_ours: bool = False
    share: float = 1.0
    """The part of the records that it is given, or it would take longer than all others together."""
    is_base: bool = False
    job: str = WINDOW.name
    """The job that it does, by the name it has in `kinds`."""

    @property
    def is_engine(self) -> bool:
        """Whether it is what cloudtag is, its engine on its transport."""
        return self.is_ours and self.variant.startswith("engine")

    def told(self, task: Task) -> Task:
        """The task with this peer's own words in it."""
        return replace(task, batch=self.batch, variant=self.variant)


def _python(program: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-m", f"benchmarks.peers.programs.{program}"]


def _quix() -> list[str]:
    python = installed.environment(installed.HERE / "requirements" / "quix.txt")
    return [str(python), "-m", "benchmarks.peers.programs.quix"]


def _java(name: str, main: str) -> Callable[[], list[str]]:
    warnings = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return lambda: ["java", HEAP, *_OPENED, warnings, "-cp", installed.class_path(name), f"peers.{main}"]


def _own(name: str, variant: str, settings: str, batch: int = 16_000) -> Peer:
    return Peer(name, _python("cloudtag_worker"), settings, batch, variant, is_ours=True)


PLAIN = "plain aiokafka loop"
_LOOP = "`acks=all`, batches packed by hand up to 900 kB, offsets committed after each poll"
_OWN = "as shipped: changelog acknowledged before alerts, alerts before offsets"

PEERS = (
    Peer(PLAIN, _python("plain_aiokafka"), f"polls of 16 000; {_LOOP}", writes_changelog=True, is_base=True),
    Peer(
        "plain confluent-kafka loop",
        _python("plain_confluent"),
        "polls of 16 000; librdkafka with `linger.ms` 2, 200 000 records fetched ahead, a flush after each poll",
        writes_changelog=True,
    ),
    Peer("plain aiokafka loop, 2,000", _python("plain_aiokafka"), "polls of 2 000", 2_000, writes_changelog=True),
    _own("cloudtag, minimal task", "minimal", f"batches of 16 000; {_OWN}"),
    _own("cloudtag, minimal task, 2,000", "minimal", "batches of 2 000, the default", 2_000),
    _own("cloudtag, engine", "engine", f"batches of 16 000; {_OWN}; facts held 19 days, alerts taken back"),
    _own("cloudtag, engine, 2,000", "engine", "batches of 2 000, the default", 2_000),
    _own("cloudtag, engine, RocksDB", "engine rocksdb", "batches of 16 000, rows in RocksDB"),
    Peer("naive Faust", _python("naive_faust"), "as its documentation shows: an event at a time, a table", share=0.1),
    Peer("Quix Streams", _quix, "checkpoints each second, at least once, 200 000 records fetched ahead"),
    Peer(
        "Kafka Streams, 1 thread",
        _java("streams", "StreamsPeer"),
        "processor API over a RocksDB store, 256 MiB of cache, commits each second, at least once, `linger.ms` 20",
        variant="1",
    ),
    Peer("Kafka Streams, 2 threads", _java("streams", "StreamsPeer"), "the same", variant="2"),
    Peer(
        "Flink, heap",
        _java("flink", "FlinkPeer"),
        "one slot, state on the heap, incremental checkpoints to disk each second, at least once, objects reused",
        variant="hashmap",
    ),
    Peer("Flink, RocksDB", _java("flink", "FlinkPeer"), "the same with RocksDB, 512 MiB managed", variant="rocksdb"),
)  # fmt: skip
PATTERN_PLAIN, PATTERN_ENGINE = "plain aiokafka loop, pattern", "cloudtag, engine, pattern"
PATTERN_PEERS = (
    Peer(
        PATTERN_PLAIN,
        _python("plain_pattern"),
        f"polls of 16 000; {_LOOP}; moves wait in a heap, then each order's shipments",
        writes_changelog=True,
        is_base=True,
        job=PATTERN.name,
    ),
    Peer(
        PATTERN_ENGINE,
        _python("cloudtag_pattern"),
        f"batches of 16 000; {_OWN}; moves held 19 days, alerts told at once and taken back",
        variant="engine",
        is_ours=True,
        job=PATTERN.name,
    ),
    Peer(
        "Hazelcast Jet",
        _java("jet", "JetPeer"),
        "one member, one cooperative thread; a vertex of its own orders moves by the watermark; snapshots each second "
        "into the member's memory (its way: copies are other members'), at least once; offsets are in the snapshots",
        variant="1000",
        job=PATTERN.name,
    ),
    Peer(
        "Flink CEP, heap",
        _java("flink_cep", "FlinkCepPeer"),
        "`notFollowedBy`, `followedBy`, `within`, no skipping; one slot, state on the heap, watermarks of bounded "
        "disorder for each partition, checkpoints to disk each second, at least once, objects reused",
        variant="hashmap",
        job=PATTERN.name,
    ),
    Peer(
        "Flink CEP, RocksDB",
        _java("flink_cep", "FlinkCepPeer"),
        "the same with RocksDB, 512 MiB managed, incremental checkpoints",
        variant="rocksdb",
        job=PATTERN.name,
    ),
)  # fmt: skip
BY_NAME = {peer.name: peer for peer in (*PEERS, *PATTERN_PEERS)}


def peers_of(job: str) -> tuple[Peer, ...]:
    """All peers that do a job."""
    return tuple(peer for peer in BY_NAME.values() if peer.job == job)
