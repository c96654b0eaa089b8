"""A task on a real broker whose steps are made to fail at chosen awaits, and the history it judges."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import chain
from types import SimpleNamespace
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import TopicAuthorizationFailedError
from faust.types import TP
from msgspec.structs import replace

from cloudtag.changelog.records import Record
from cloudtag.config import Config
from cloudtag.contract.internal import InternalRecord
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INTERNAL, OUTPUTS, READS, STREAM_OF
from cloudtag.contract.types import PLATFORMS
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.row_kind import INTERNAL_ID
from cloudtag.engine.task import Task as Core
from cloudtag.engine.task_result import RowReader
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.simulate import Profile, simulate
from cloudtag.wire import Codec
from streams.kafka.producer import BatchClient, Target
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared, create
from streams.state.changelog import Changelogs, IsMember, as_read
from streams.state.memory_store import MemoryPartition, MemoryStore
from streams.state.state_store import StateStore
from streams.state.store import Store as AnyStore
from streams.state.store import StoreError
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch, RecordRun
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.runner import Runner
from streams.worker.tasks import Tasks
from streams.worker.tools import Tools
from streams.worker.worker_metrics import WorkerMetrics
from tests.engine.standing import standing

NAME, LATENESS_MS = "buyers", 3_600_000
EVENTS, BATCH_RECORDS = 600, 60
SHIPPED = shipped()


MOST_DUE = 3
"""So few rows are judged in a step because of the time, that a batch often takes several."""


def make_core(name: str, rows: RowReader, most_due: int | None = MOST_DUE) -> Core:
    return Core(build(name, SHIPPED, LATENESS_MS), rows, CacheBudget(1), most_due=most_due)


@dataclass
class Fault:
    """Where the next step fails: the n-th call of a kind, before or after the broker has what is sent."""

    kind: str = ""
    call: int = 0
    is_after: bool = False
    times: int = 0
    victim: "asyncio.Task[None] | None" = None
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, kind: str) -> bool:
        if kind != self.kind or not self.times:
            return False
        self.call -= 1
        if self.call >= 0:
            return False
        self.times -= 1
        self.happened.set()
        return True


class Client:
    """The connected producer, with a fault on the way; never replaced."""

    def __init__(self, real: AIOKafkaProducer, fault: Fault) -> None:
        self._real, self._fault = real, fault

    @property
    def client(self) -> "Client":
        return self

    async def renew(self, failed: BatchClient) -> None:
        raise AssertionError(f"{failed} is refused")

    def create_batch(self) -> Any:
        return self._real.create_batch()

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any:
        kind = "changelog" if topic.endswith("-state-2") else "letters" if topic.endswith("letters") else "outputs"
        if not self._fault.strikes(kind):
            return await self._real.send_batch(batch, topic, partition=partition)
        if self._fault.is_after:
            await (await self._real.send_batch(batch, topic, partition=partition))
        if self._fault.victim is not None:
            self._fault.victim.cancel()
            await asyncio.Event().wait()
        raise TopicAuthorizationFailedError(topic)


class StorePartition(MemoryPartition):
    fault: Fault

    def apply(self, rows: Any, next_offset: int, checkpoint: int) -> None:
        if rows and self.fault.strikes("store"):
            raise StoreError("the store cannot be written: no space left on device")
        super().apply(rows, next_offset, checkpoint)


class Store(MemoryStore):
    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self._fault = fault

    def store_part(self, processor: str, partition: int) -> MemoryPartition:
        if (processor, partition) not in self._partitions:
            store_part = self._partitions[processor, partition] = StorePartition()
            store_part.fault = self._fault
        return self._partitions[processor, partition]


def history() -> list[Any]:
    """What buyers do, in the order it arrives, its numbers as they were typed."""
    events = [e for e in simulate(Profile(events=5_000, seed=5)).events() if STREAM_OF[type(e)] in READS[NAME]]
    return events[:EVENTS]


HISTORY = history()


@dataclass
class Place:
    """One processor on one partition of a broker, and what became of its batches."""

    config: Config
    real: AIOKafkaProducer
    fault: Fault = field(default_factory=Fault)
    done: list[Batch] = field(default_factory=list)

    async def anew(self) -> "Place":
        """Another installation on the same broker."""
        config = replace(self.config, topic_prefix=f"f{uuid.uuid4().hex[:8]}-")
        names = [config.changelog(NAME), *map(config.topic, (*OUTPUTS, *INTERNAL))]
        await create(config, [Declared(name, 1, 1) for name in names])
        return Place(config, self.real)

    def changelogs(self, is_member: IsMember | None = None) -> Changelogs:
        """Access to the changelog, under a name of its own."""
        name = uuid.uuid4().hex
        return Changelogs(client_settings(self.config), Client(self.real, self.fault), name, 30, is_member)

    async def log(self, end: int) -> list[Record]:
        """The changelog up to an offset."""
        found: list[Record] = []

        def take(_: Target, batches: Iterable[Iterable[Any]]) -> None:
            found.extend(map(as_read, chain.from_iterable(batches)))

        await self.changelogs().read({(self.config.changelog(NAME), 0): range(end)}, take, lambda: True)
        return found

    def worker(self, store: AnyStore | None = None, is_member: IsMember | None = None) -> Runner:
        """A fresh worker: nothing but the broker remembers the one before."""
        client, config = Client(self.real, self.fault), self.config
        table = StateStore(NAME, config.changelog(NAME), store or Store(self.fault), self.changelogs(is_member))
        metrics = WorkerMetrics()
        platforms = Platforms(PLATFORMS, metrics)
        tools = Tools(config, Codec(), client, metrics, platforms, finish=self.done.append)
        own = list(map(config.topic, READS[NAME]))
        return Runner(Tasks(NAME, table, make_core), [], RecordReader(NAME, own, config, Codec(), platforms), tools)

    def batches(self, size: int = BATCH_RECORDS) -> list[Batch]:
        """The whole history, and two records that are none, in batches of so many."""
        metrics, codec, batches = WorkerMetrics(), Codec(), []
        own = list(map(self.config.topic, READS[NAME]))
        reader = RecordReader(NAME, own, self.config, codec, Platforms(PLATFORMS, metrics))
        events = [(STREAM_OF[type(e)], codec.encode(STREAM_OF[type(e)], e)) for e in HISTORY]
        events[70:70] = [("orders", b"junk")]
        events[500:500] = [("orders", b"more junk")]
        for start in range(0, len(events), size):
            records = [
                SimpleNamespace(
                    topic=self.config.topic(stream), partition=0, offset=n, key=b"k", value=value, timestamp=1 << 42
                )
                for n, (stream, value) in enumerate(events[start : start + size], start)
            ]
            content = DecodedBatch()
            for record in records:
                content.add(record, reader.read(record.topic, record))
            chunk = RecordRun(TP(records[0].topic, 0), len(records), records[-1].offset)
            batches.append(Batch(NAME, 0, [chunk], content))
        return batches

    async def judge(self, runner: Runner, batches: list[Batch], pipelines: int = 3) -> None:
        """Hand the batches to pipelines that share the task; returns when all are done, or a pipeline was cancelled."""
        queue = list(reversed(batches))
        count = len(self.done) + len(batches)

        async def hand_out() -> AsyncIterator[Batch]:
            while queue:
                batch = queue.pop()
                yield batch
                if not batch.is_parked:
                    self.done.append(batch)
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(runner.run(hand_out())) for _ in range(pipelines)]
        self.fault.victim = tasks[0] if self.fault.victim else None
        results = await asyncio.gather(*tasks, return_exceptions=True)
        if any(isinstance(result, asyncio.CancelledError) for result in results):
            return
        assert results == [None] * pipelines
        await self.settled(count)

    async def settled(self, count: int) -> None:
        """Wait until so many batches are done: a repair runs on its own."""
        async with asyncio.timeout(60):
            while len(self.done) < count:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)

    async def published(self) -> list[Any]:
        codec, found = Codec(), []
        consumer = AIOKafkaConsumer(**client_settings(self.config), auto_offset_reset="earliest")
        await consumer.start()
        try:
            topics = {self.config.topic(stream): stream for stream in (*OUTPUTS, *INTERNAL)}
            consumer.assign([TopicPartition(topic, 0) for topic in topics])
            waiting = set(consumer.assignment())
            while waiting:
                for where, records in (await consumer.getmany(timeout_ms=100)).items():
                    found += [codec.decode(topics[where.topic], record.value) for record in records]
                for where in list(waiting):
                    end = consumer.highwater(where)
                    if end is not None and await consumer.position(where) >= end:
                        waiting.discard(where)
        finally:
            await consumer.stop()
        return found


def told(records: list[Any]) -> dict[str, Any]:
    """What stands in the end, what other processors were told in the end, and which records were refused."""
    internal: dict[Any, InternalRecord] = {}
    for record in records:
        if isinstance(record, InternalRecord):
            key = (type(record), INTERNAL_ID(record))
            if key not in internal or record.revision > internal[key].revision:
                internal[key] = record
    # Why a record was told anew depends on how its batch was cut, and is part of no judgement.
    held = {key: replace(record, revision=0, because=()) for key, record in internal.items() if record.is_held}
    plain = [record for record in records if not isinstance(record, InternalRecord | DeadLetter)]
    return {
        "standing": standing(plain),
        "internal": held,
        "letters": {(one.offset, one.reason) for one in records if isinstance(one, DeadLetter)},
    }


def oracle(events: int = EVENTS, reached_ms: int = 0) -> dict[str, Any]:
    """What the same task says of the first so many events, and of time that has come so far, without any fault and
    with all that is due at once."""
    rows = MemoryRows()
    core = make_core(NAME, rows, None)
    core.open()
    outputs = []
    taken_in = [with_canonical_numbers(event) for event in HISTORY]
    for start in range(0, events, BATCH_RECORDS):
        step = core.advance(taken_in[start : start + BATCH_RECORDS])
        rows.apply(step.rows)
        outputs += [output.record for output in step.outputs]
    outputs += [output.record for output in core.advance((), reached_ms).outputs]
    found = told(outputs)
    found["letters"] = {(place, "not_avro") for place in (70, 500) if place < events}
    return found
