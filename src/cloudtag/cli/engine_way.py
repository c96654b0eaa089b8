"""Asks the worker that has a buyer's facts what would follow from some events: over two topics, and not for long.

What a shop does is judged by the shop's facts first; then the buyer's part is asked with what that would tell it.
"""

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
from cloudtag.contract.streams import INTERNAL, READS, STREAM_OF
from cloudtag.contract.what_ifs import (
    ANSWERS,
    ASKED_OF,
    BUYERS,
    NO_ANSWER,
    QUESTIONS,
    SHOPS,
    TOO_MUCH_ASKED,
    WhatIfAnswered,
    WhatIfAsked,
)
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, ProducerHandle, publish
from streams.kafka.security import client_settings

POLL_MS = 500
ANSWER_WAIT_MS = 25
"""For so long the broker holds back a fetch that finds no answer: the embedded one looks for news only then."""
MOST_WAITING = 1000
"""So many questions may be under way; further ones are answered from what stands at once."""
_Packed = tuple[tuple[str, bytes], ...]
"""Records by stream, as they travel."""


def _asked_of(streams: Sequence[str]) -> str:
    """The processor that takes all these streams in; the shop's part where none does, which then says so."""
    return next((of for of in ASKED_OF if set(READS[of]).issuperset(streams)), SHOPS)


class TopicEngineWay:
    """Questions go into the buyer's or shop's partition; answers are awaited in one, which any instance may share."""

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

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        """What would follow from the events, or that nobody said so in time."""
        if not self._is_listening or len(self._waiting) >= MOST_WAITING:
            return self._counted(EngineSaid(obstacle=TOO_MUCH_ASKED))
        told = [(STREAM_OF[type(event)], event) for event in events]
        try:
            async with asyncio.timeout(self._config.decide_judge_seconds):
                packed = tuple((name, self._codec.encode(name, event)) for name, event in told)
                answers = await self._ask(_asked_of([name for name, _ in told]), key, packed)
            return self._counted(self._said(answers))
        except TimeoutError:
            return self._counted(EngineSaid(obstacle=NO_ANSWER))
        except (KafkaError, ValueError, LookupError) as error:
            # Of an answer that cannot be read, or tells of a stream that is not known here, as of none.
            return self._counted(EngineSaid(obstacle=type(error).__name__))

    async def _ask(self, of: str, key: str, packed: _Packed) -> list[WhatIfAnswered]:
        """The answer, and those of the buyers of whom it speaks, one after the other."""
        answers = [await self._answer(of, key, packed)]
        carried: dict[str, list[tuple[str, bytes]]] = {}
        for name, data in answers[0].carried:
            carried.setdefault(INTERNAL[name].key_of(self._codec.decode(name, data)), []).append((name, data))
        for buyer_id, records in carried.items():
            answers.append(await self._answer(BUYERS, buyer_id, tuple(records)))
        return answers

    async def _answer(self, of: str, key: str, packed: _Packed) -> WhatIfAnswered:
        question_id = uuid.uuid4().hex
        done: asyncio.Future[WhatIfAnswered] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = done
        try:
            value = msgspec.msgpack.encode(WhatIfAsked(question_id, self._place.partition, packed, of))
            target = self._config.topic(QUESTIONS), partition_of(key, self._config.partitions)
            await publish(self._producer, {target: [OutRecord(key.encode(), value)]})
            return await done
        finally:
            del self._waiting[question_id]

    def _take(self, record: Any) -> None:
        waiting = self._waiting.get((record.key or b"").decode(errors="replace"))
        if waiting is None or waiting.done():
            return
        try:
            waiting.set_result(msgspec.msgpack.decode(record.value, type=WhatIfAnswered))
        except msgspec.MsgspecError as error:
            waiting.set_exception(ValueError(str(error)))

    def _said(self, answers: Sequence[WhatIfAnswered]) -> EngineSaid:
        records = [self._codec.decode(name, data) for answered in answers for name, data in answered.records]
        not_asked = dict.fromkeys(who for answered in answers for who in answered.not_asked)
        obstacle = next((answered.obstacle for answered in answers if answered.obstacle), "")
        return EngineSaid(() if obstacle else tuple(records), () if obstacle else tuple(not_asked), obstacle)

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
