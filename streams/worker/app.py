"""Composition root: puts transport, tables, tasks and agents together into one Faust app."""

import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import faust
from mode.supervisors import CrashingSupervisor

from cloudtag.config import Config
from cloudtag.contract.streams import INTERNAL
from streams.kafka import topics
from streams.kafka.packed_batch import BATCH_BYTES
from streams.kafka.packing import Packing
from streams.kafka.producer import LARGEST_RECORD_BYTES, BatchClient
from streams.kafka.security import client_settings, ssl_context
from streams.kafka.weights import fetch_bytes
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.rocksdb_store import RocksStore
from streams.state.state_store import StateStore
from streams.state.store import Store
from streams.transport import SCHEME
from streams.transport.assignor import ProtocolAssignor
from streams.transport.batching import Batching
from streams.transport.consumer import BatchConsumer
from streams.transport.driver import BatchProducer
from streams.transport.stream import BatchSchema, BatchStream
from streams.worker.couriers import Couriers
from streams.worker.credentials import faust_credentials
from streams.worker.dead_letter_budget import DeadLetterBudget
from streams.worker.origins import Origins
from streams.worker.platforms import Platforms
from streams.worker.rebalance import RestoreOnAssignment
from streams.worker.record_reader import RecordReader
from streams.worker.runner import Runner
from streams.worker.tasks import MakeTask, Tasks
from streams.worker.tools import CodecProtocol, Tools
from streams.worker.worker_metrics import WorkerMetrics

PRODUCER_SECONDS = 40.0
"""After how long a batch that is not written is given back: to be sent again, unless its partition has no leader."""
FETCH_BYTES = 1 << 20
MAX_POLL_SECONDS = 3600.0
"""Batches wait for the broker as long as it takes; the watchdog, not the group, ends a worker that hangs."""


class BatchApp(faust.App):
    """A Faust app whose transport delivers batches."""

    batching: Batching

    @property
    def client(self) -> BatchClient:
        """The connected producer. Looked up late: touching it earlier would bind the app to a loop nobody runs."""
        client: BatchClient = cast(BatchProducer, self.producer).client
        return client

    async def renew(self, failed: BatchClient) -> None:
        """Put a new client in the place of one that the broker takes nothing from any more."""
        await cast(BatchProducer, self.producer).renew(failed)

    @property
    def batches(self) -> BatchConsumer:
        """The consumer, with the same caution."""
        return cast(BatchConsumer, self.consumer)

    def _create_directories(self) -> None:
        """Faust's own tables are not used: nothing is written to its data directory."""


@dataclass
class Parts:
    """A worker put together: the app, and what services and tests look at."""

    config: Config
    app: BatchApp
    store: Store
    metrics: WorkerMetrics
    changelogs: Changelogs
    codec: CodecProtocol
    budget: DeadLetterBudget
    """What dead letters may take."""
    runners: dict[str, Runner] = field(default_factory=dict)


def build(
    config: Config,
    reads: Mapping[str, tuple[str, ...]],
    make_task: MakeTask,
    codec: CodecProtocol,
    platforms: Collection[str],
) -> Parts:
    """Put a worker together; nothing connects before the app is started.

    ``reads`` names the streams of each processor this worker runs, ``make_task`` builds the core of a task;
    ``platforms`` are those that have a policy pack: events of others are counted.
    Raises ``StoreLockedError``.
    """
    topic_count = sum(len(streams) + len(topics.internal(name)) for name, streams in reads.items())
    app = make_faust_app(config, topic_count * config.partitions)
    owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
    settings, stall = client_settings(config), config.recovery_stall_seconds
    packing = Packing(private_topics(config, reads), config.compression)
    changelogs = Changelogs(settings, app, owner, stall, lambda: app.batches.thread.is_member(), packing)
    budget = DeadLetterBudget(config.dead_letter_bytes_per_hour)
    parts = Parts(config, app, _store(config), WorkerMetrics(), changelogs, codec, budget)
    tools = Tools(
        *(config, codec, app, parts.metrics, Platforms(platforms, parts.metrics)),
        finish=lambda batch: app.batches.finish(batch),
        resume=lambda: app.batches.resume(),
        spawn=lambda work: app.add_future(work),
        packing=packing,
    )
    group_of: dict[str, str] = {}
    readers: dict[str, RecordReader] = {}
    for name, streams in reads.items():
        parts.metrics.begin(name, streams)
        own = [config.topic(stream) for stream in (*streams, *topics.internal(name))]
        check_fresh = partial(Origins(config).check, name, own)
        table = StateStore(name, config.changelog(name), parts.store, changelogs, check_fresh)
        couriers = Couriers(parts.metrics) if "logistics" in streams else None
        reader = readers[name] = RecordReader(name, own, config, codec, tools.platforms, couriers, parts.budget)
        runner = parts.runners[name] = Runner(Tasks(name, table, make_task), own, reader, tools)
        group_of |= dict.fromkeys(own, name)
        _add_agent(app, name, own, runner, config)
    app.batching = Batching(
        group_of,
        {name: reader.read for name, reader in readers.items()},
        config.batch_records,
        config.buffer_bytes,
        skew_ms=config.skew_seconds * 1000,
        drain_seconds=config.rebalance_timeout_seconds * 0.75,
        is_paused=lambda task: parts.runners[task[0]].tasks.is_paused(task[1]),
        report=lambda tp, is_paused: parts.metrics.set(
            "input_paused", is_paused, tp.topic[len(config.topic_prefix) :], str(tp.partition)
        ),
    )
    app.on_partitions_revoked.connect(_stop_repairs(parts), weak=False)
    restore = RestoreOnAssignment(config, app, parts.runners, parts.metrics)
    app.on_rebalance_complete.connect(restore, weak=False)
    return parts


def private_topics(config: Config, processors: Iterable[str]) -> list[str]:
    """The topics that nobody but workers reads."""
    return [*map(config.topic, INTERNAL), *map(config.changelog, processors)]


def _stop_repairs(parts: Parts) -> Callable[..., Awaitable[None]]:
    """What is being repaired may be somebody else's in a moment: nothing more is written of it."""

    async def stop(*_: Any, **__: Any) -> None:
        for runner in parts.runners.values():
            await runner.pauses.stop()

    return stop


def _add_agent(app: BatchApp, name: str, own: list[str], runner: Runner, config: Config) -> None:
    topic = app.topic(*own, schema=BatchSchema())
    # More would have nothing to do: a task's batches follow one another.
    concurrency = min(config.concurrency, config.partitions)
    agent = app.agent(topic, name=name, concurrency=concurrency, supervisor_strategy=CrashingSupervisor)
    agent(runner.run)  # type: ignore[arg-type]


def _store(config: Config) -> Store:
    if config.store == "memory":
        return MemoryStore()
    return RocksStore(config.data_dir, f"{config.topic_prefix}{config.app_id}", config.store_bytes)


def make_faust_app(config: Config, most_assigned: int = 1) -> BatchApp:
    """The Faust app of these settings, without agents; nothing connects before it starts. `most_assigned`: how many
    partitions it may be given."""
    app = BatchApp(
        config.app_id,
        broker=";".join(f"{SCHEME}://{address}" for address in config.bootstrap()),
        broker_credentials=faust_credentials(config),
        ssl_context=ssl_context(config),
        broker_session_timeout=config.session_timeout_seconds,
        broker_heartbeat_interval=config.session_timeout_seconds / 10,
        broker_rebalance_timeout=config.rebalance_timeout_seconds,
        broker_request_timeout=max(40.0, config.session_timeout_seconds + 10.0),
        broker_max_poll_interval=MAX_POLL_SECONDS,
        broker_commit_interval=config.commit_seconds,
        consumer_max_fetch_size=fetch_bytes(FETCH_BYTES, config.buffer_bytes, most_assigned),
        consumer_auto_offset_reset="earliest",
        # Faust would let a batch wait for a partition without a leader for twenty minutes, and a task with it.
        producer_request_timeout=PRODUCER_SECONDS,
        producer_max_batch_size=BATCH_BYTES,
        producer_max_request_size=LARGEST_RECORD_BYTES,
        producer_linger=0,
        Stream=BatchStream,
        PartitionAssignor=ProtocolAssignor,
        agent_supervisor=CrashingSupervisor,
        stream_wait_empty=True,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        reply_create_topic=False,
        store="memory://",
        web_enabled=False,
        autodiscover=False,
        worker_redirect_stdouts=False,
    )
    app.finalize()
    return app
