"""Asks the worker that has a buyer's facts what would follow from some events: over two topics, and not for long."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from msgspec import Struct

from cloudtag.cli.kafka import stopped
from cloudtag.config import Config
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.what_ifs import ANSWERS, QUESTIONS, WhatIfAnswered, WhatIfAsked
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, ProducerHandle, publish
from streams.kafka.security import client_settings

POLL_MS = 500
ANSWER_WAIT_MS = 25
"""For so long the broker holds back a fetch that finds no answer: the embedded one looks for news only then."""
NO_ANSWER = "no worker answered in time"
MOST_WAITING = 1000
"""So many questions may be under way; further ones are answered from what stands at once."""


class TopicEngineWay:
    """Questions go into the buyer's partition; answers are awaited in one partition, which any instance may share."""

    def __init__(
        self,
        config: Config,
        client: AIOKafkaConsumer,
        codec: Codec,
        producer: ProducerHandle,
        count: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`client` is assigned one partition of the answers, and started and stopped by whoever has it; `count` is told
        of each question whether it was judged."""
        self._config = config
        self._client = client
        self._codec = codec
        self._producer = producer
        self._count = count
        (self._place,) = client.assignment()
        self._waiting: dict[str, asyncio.Future[WhatIfAnswered]] = {}
        self._is_listening = False

    async def run(self) -> None:
        """Take answers until cancelled. Raises aiokafka's errors that waiting does not mend."""
        await self._client.seek_to_end(self._place)
        await self._client.position(self._place)
        self._is_listening = True
        while True:
            fetched = await self._client.getmany(timeout_ms=POLL_MS)
            for record in (record for records in fetched.values() for record in records):
                self._take(record)

    async def ask(self, buyer_id: str, events: Sequence[Struct]) -> EngineSaid:
        """What would follow from the events, or that nobody said so in time."""
        if not self._is_listening or len(self._waiting) >= MOST_WAITING:
            return self._counted(EngineSaid(obstacle="too much is asked"))
        question_id = uuid.uuid4().hex
        done = self._waiting[question_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._config.decide_judge_seconds):
                await self._send(question_id, buyer_id, events)
                return self._counted(self._said(await done))
        except TimeoutError:
            return self._counted(EngineSaid(obstacle=NO_ANSWER))
        except (KafkaError, ValueError) as error:
            return self._counted(EngineSaid(obstacle=type(error).__name__))
        finally:
            del self._waiting[question_id]

    async def _send(self, question_id: str, buyer_id: str, events: Sequence[Struct]) -> None:
        told = [(STREAM_OF[type(event)], event) for event in events]
        packed = tuple((name, self._codec.encode(name, event)) for name, event in told)
        value = msgspec.msgpack.encode(WhatIfAsked(question_id, self._place.partition, packed))
        target = self._config.topic(QUESTIONS), partition_of(buyer_id, self._config.partitions)
        await publish(self._producer, {target: [OutRecord(buyer_id.encode(), value)]})

    def _take(self, record: Any) -> None:
        waiting = self._waiting.get((record.key or b"").decode(errors="replace"))
        if waiting is None or waiting.done():
            return
        try:
            waiting.set_result(msgspec.msgpack.decode(record.value, type=WhatIfAnswered))
        except msgspec.MsgspecError as error:
            waiting.set_exception(ValueError(str(error)))

    def _said(self, answered: WhatIfAnswered) -> EngineSaid:
        records = tuple(self._codec.decode(name, data) for name, data in answered.records)
        return EngineSaid(records, answered.not_asked, answered.obstacle)

    def _counted(self, said: EngineSaid) -> EngineSaid:
        self._count(not said.obstacle)
        return said


@asynccontextmanager
async def answers_listener(config: Config) -> AsyncIterator[AIOKafkaConsumer]:
    """A client of one partition of the answers: any will do, and several instances are best spread."""
    client = AIOKafkaConsumer(**client_settings(config), auto_offset_reset="latest", fetch_max_wait_ms=ANSWER_WAIT_MS)
    try:
        await client.start()
        client.assign([TopicPartition(config.topic(ANSWERS), random.randrange(config.partitions))])
        yield client
    finally:
        await stopped(client)
