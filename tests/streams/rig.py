"""What the fault tests work with: an installation of its own, worker processes, and the count of their outputs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.cli.demo.watch import TopicWatch
from cloudtag.config import Config
from cloudtag.wire import Codec
from streams.kafka import topics
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, group, publish
from streams.kafka.security import client_settings
from tests.servers.clients import producing
from tests.streams import toy

WORKER = Path(__file__).parent / "toy_worker.py"
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240.0
READ = (*toy.READS[toy.PROCESSOR], *topics.internal(toy.PROCESSOR))
STREAMS = (*READ, "consequences", "dead-letters")
"""What a worker with the toy reads, and what it publishes besides."""


@dataclass
class Rig:
    """One installation: a topic prefix nobody else uses. Use as ``async with``; it ends what it started."""

    config: Config
    directory: Path
    environ: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    may_end: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """Workers that may end by themselves."""

    @classmethod
    def on(cls, broker: str, directory: Path, **settings: str) -> "Rig":
        name = f"rig{uuid.uuid4().hex[:6]}"
        environ = {
            "KAFKA": broker,
            "CLOUDTAG_APP_ID": name,
            "CLOUDTAG_TOPIC_PREFIX": f"{name}-",
            "CLOUDTAG_PARTITIONS": "4",
            "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_REBALANCE_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_COMMIT_SECONDS": "0.2",
            "CLOUDTAG_BATCH_RECORDS": "200",
            **{f"CLOUDTAG_{key.upper()}": value for key, value in settings.items()},
        }
        return cls(Config.read(environ), directory, environ)

    async def __aenter__(self) -> "Rig":
        await topics.create(self.config, self._topics())
        return self

    def _topics(self) -> list[topics.Declared]:
        """Those that a worker with the toy needs: a broker takes seconds to make all of an installation."""
        names = {self.config.topic(stream) for stream in (*STREAMS, *topics.WHAT_IFS, topics.REPLAYED)}
        names.add(self.config.changelog(toy.PROCESSOR))
        return [topic for topic in topics.declared(self.config) if topic.name in names]

    async def __aexit__(self, *_: object) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    async def produce(self, numbers: Iterable[int], shops: int) -> None:
        codec, config = Codec(), self.config
        made = (toy.event(number, shops) for number in numbers)
        records = [
            (
                (config.topic(stream), partition_of(key, config.partitions)),
                OutRecord(key.encode(), codec.encode(stream, event)),
            )
            for stream, key, event in made
        ]
        await self.produce_raw(records)

    async def produce_raw(self, records: Iterable[tuple[tuple[str, int], OutRecord]]) -> None:
        async with producing(**client_settings(self.config), max_request_size=16 << 20) as producer:
            await publish(producer, group(records))

    def start_worker(
        self,
        name: str = "",
        *,
        toy_is_mended: bool = False,
        freezes: str = "",
        strikes: str = "",
        script: Path = WORKER,
        **settings: str,
    ) -> subprocess.Popen[bytes]:
        environ = {**os.environ, **self.environ, **{f"CLOUDTAG_{k.upper()}": v for k, v in settings.items()}}
        environ |= {toy.MENDED: "1"} if toy_is_mended else {}
        environ |= {"TOY_FREEZES": freezes} if freezes else {}
        environ |= {"TOY_STRIKES": strikes, "TOY_ARMED": str(self.armed)} if strikes else {}
        environ["CLOUDTAG_DATA_DIR"] = str(self.directory / (name or f"worker{len(self.workers)}"))
        with (self.directory / f"worker{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, str(script)], env=environ, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        self.workers.append(worker)
        return worker

    @property
    def armed(self) -> Path:
        """The file that arms the workers that are to strike themselves."""
        return self.directory / "armed"

    def log(self, worker: subprocess.Popen[bytes]) -> str:
        return (self.directory / f"worker{self.workers.index(worker)}.log").read_text()

    async def stop(self, worker: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> int:
        worker.send_signal(number)
        return await asyncio.to_thread(worker.wait, 60)

    async def ended(self, worker: subprocess.Popen[bytes]) -> None:
        """Wait for a worker that ends by itself."""
        await asyncio.to_thread(worker.wait, PATIENCE_SECONDS)

    async def settled(self, *outputs: "Outputs") -> None:
        """Wait until all that was sent is judged and committed, nothing is under way, and it is all in `outputs`.

        That the right number has come says nothing: one that is counted twice comes later.
        """
        async with TopicWatch(self.config, STREAMS) as watch:
            await watch.settled({self.config.app_id: READ}, self._check, PATIENCE_SECONDS)
            for one in outputs:
                await self.until(lambda one=one: one.has_read(watch.counts), "outputs are read")  # type: ignore[misc]

    def _check(self) -> None:
        watched = [worker for worker in self.workers if worker not in self.may_end]
        if dead := [worker for worker in watched if worker.poll() not in (None, 0, -signal.SIGKILL)]:
            raise AssertionError(f"a worker died: {self.log(dead[0])[-3000:]}")

    async def until(self, is_true: Callable[[], bool], what: str) -> None:
        """Wait for a condition, or say what never came about, with the workers' last words."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_true():
            watched = [worker for worker in self.workers if worker not in self.may_end]
            dead = [worker for worker in watched if worker.poll() not in (None, 0, -signal.SIGKILL)]
            if dead or time.monotonic() > deadline:
                logs = "\n".join(self.log(worker)[-3000:] for worker in self.workers)
                raise AssertionError(f"{'a worker died before' if dead else 'never'}: {what}\n{logs}")
            await asyncio.sleep(0.05)


class Outputs:
    """Follows an output topic and keeps the highest revision of every count. Use as ``async with``."""

    def __init__(self, rig: Rig, stream: str = "consequences") -> None:
        self._rig, self.stream = rig, stream
        self._codec = Codec(max_bytes=32 << 20)
        self.counts: dict[str, int] = {}
        self.records: list[object] = []

    async def __aenter__(self) -> "Outputs":
        self._consumer = AIOKafkaConsumer(
            **client_settings(self._rig.config),
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
            max_partition_fetch_bytes=16 << 20,
        )
        await self._consumer.start()
        topic = self._rig.config.topic(self.stream)
        self._consumer.assign([TopicPartition(topic, p) for p in range(self._rig.config.partitions)])
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._consumer.stop()

    def has_read(self, counts: Mapping[str, int]) -> bool:
        """Whether all that there is has come here."""
        return len(self.records) >= counts[self.stream]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    async def _follow(self) -> None:
        async for record in self._consumer:
            output = self._codec.decode(self.stream, record.value)
            self.records.append(output)
            if self.stream == "consequences":
                shop, count = output.subject_id, output.revision  # type: ignore[attr-defined]
                self.counts[shop] = max(self.counts.get(shop, 0), count)
