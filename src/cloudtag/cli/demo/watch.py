"""Watches the topics: collects what is published, and knows when everything has been read and stored."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec import Struct

from cloudtag.cli.demo.offsets import Offsets
from cloudtag.cli.failure import FailureError
from cloudtag.cli.kafka import LETTER_BYTES
from cloudtag.cli.screen import note
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS, READS
from cloudtag.wire import Codec
from streams.kafka import bounded_batches, codecs, topics
from streams.kafka.security import client_settings

POLL_MS = 100
TELL_SECONDS = 4.0
"""The person who waits sees a line at least this often."""
ANSWERS = 2
"""What a broker says of a partition's end is known to be of now in its second answer: the first may be under way."""

Groups = Mapping[str, Iterable[str]]
"""The streams that each consumer group reads."""


class Patience:
    """When something moved last, and when the person who looks on was last shown that."""

    def __init__(self, seconds: float) -> None:
        """Begin to wait, for so many seconds after the last move."""
        self._seconds = seconds
        self._moved_at = self._told_at = time.monotonic()
        self._done = 0

    def wait(self, what: str, done: int) -> None:
        """Say what is waited for, once in a while. Raises `FailureError` when as much is done as long ago."""
        now = time.monotonic()
        if done != self._done:
            self._done, self._moved_at = done, now
        if now - self._moved_at > self._seconds:
            raise FailureError(f"{what}, and nothing has moved for {self._seconds:.0f} s")
        if now - self._told_at > TELL_SECONDS:
            note(f"  {what}")
            self._told_at = now


class TopicWatch:
    """Use as ``async with TopicWatch(config) as watch``; reads every topic in the background."""

    def __init__(self, config: Config, streams: Iterable[str] | None = None) -> None:
        """Watch an installation, from the start of its topics; `streams`: those that there are, where not all are."""
        self._config = config
        self._streams = _all(config) if streams is None else list(streams)
        self._codec = Codec(max_bytes=LETTER_BYTES)
        self._offsets = Offsets(config)
        self._ends: dict[TopicPartition, int] = {}
        self._rounds = 0
        """How often records were fetched and taken in."""
        self.records: list[Struct] = []
        """Every output record so far."""
        self.counts: Counter[str] = Counter()
        """Records read so far, by stream."""
        self.expected = 0
        """So many input records have been sent: nothing is complete before they were seen."""

    async def __aenter__(self) -> Self:
        codecs.check()
        config, kafka = self._config, client_settings(self._config)
        bounded_batches.bound(config.unpacked_batch_bytes)
        self._consumer = AIOKafkaConsumer(
            **kafka,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=POLL_MS,
        )
        await self._offsets.__aenter__()
        await self._consumer.start()
        self._stream_of = {config.topic(stream): stream for stream in self._streams}
        self._consumer.assign([TopicPartition(t, n) for t in self._stream_of for n in range(config.partitions)])
        await self._consumer.seek_to_beginning()
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()
        await self._offsets.__aexit__(kind, error, at)

    async def _read(self) -> None:
        while True:
            for where, records in (await self._consumer.getmany(timeout_ms=POLL_MS)).items():
                stream = self._stream_of[where.topic]
                self._ends[where] = records[-1].offset + 1
                self.counts[stream] += len(records)
                if stream in OUTPUTS:
                    self.records += [self._codec.decode(stream, record.value) for record in records]
            self._rounds += 1

    async def settled(self, groups: Groups, check: Callable[[], None], seconds: float) -> None:
        """Return when every group has committed the ends of its streams' topics and nothing more comes.

        Where what is committed meets the ends known so far, everything that is on the broker by now is read, and the
        two are compared again: whatever a batch brought about is on the broker before the batch is committed, so where
        they meet still, nothing is under way and nothing came in between.
        `check` raises when waiting is in vain. Raises `FailureError` when nothing has moved for so many seconds.
        """
        patience = Patience(seconds)
        while True:
            check()
            committed = {group: await self._offsets.committed(group, streams) for group, streams in groups.items()}
            done = sum(sum(offsets.values()) for offsets in committed.values())
            if not self._behind(groups, committed):
                await self._read_to_the_ends(check, patience, done)
                if not self._behind(groups, committed):
                    return
            told = f"{self._behind(groups, committed):,} records are waiting"
            patience.wait(told, done + self.counts.total())
            await asyncio.sleep(POLL_MS / 1000)

    async def _read_to_the_ends(self, check: Callable[[], None], patience: Patience, done: int) -> None:
        """Return when everything is read that is on the broker now."""
        consumer = self._consumer
        answers = {where: (consumer.last_poll_timestamp(where), 0) for where in consumer.assignment()}
        while answers:
            check()
            if self._reading.done():
                self._reading.result()
            await asyncio.sleep(POLL_MS / 4000)
            for where, (before, count) in list(answers.items()):
                if (now := consumer.last_poll_timestamp(where)) != before:
                    answers[where] = now, count + 1
                if count >= ANSWERS and await consumer.position(where) >= (consumer.last_stable_offset(where) or 0):
                    del answers[where]
            patience.wait(f"the broker is asked for the ends of {len(answers)} partitions", done + self.counts.total())
        # The positions stand behind what was fetched: it may not have been taken in yet.
        rounds = self._rounds
        while self._rounds == rounds:
            check()
            await asyncio.sleep(POLL_MS / 4000)
            if self._reading.done():
                self._reading.result()
            patience.wait("records are being read", done + self.counts.total())

    def _behind(
        self, groups: Mapping[str, Iterable[str]], committed: Mapping[str, Mapping[TopicPartition, int]]
    ) -> int:
        """How many records are known of that a group has not committed, or that were sent and not seen yet."""
        behind = max(0, self.expected - sum(self.counts[stream] for stream in INPUTS))
        for group, streams in groups.items():
            names = {self._config.topic(stream) for stream in streams}
            ends = [(where, end) for where, end in self._ends.items() if where.topic in names]
            behind += sum(end - committed[group].get(where, 0) for where, end in ends)
        return behind


def worker_reads() -> list[str]:
    """Every stream a worker reads."""
    return [*(stream for streams in READS.values() for stream in streams), *_internal(READS)]


def _all(config: Config) -> list[str]:
    return [*INPUTS, *OUTPUTS, *INTERNAL, *_internal(config.processors)]


def _internal(processors: Iterable[str]) -> list[str]:
    return [stream for processor in processors for stream in topics.internal(processor)]
