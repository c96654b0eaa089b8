"""Answers what would follow if some events came: on the partitions whose tasks are here, and keeps nothing of it.

Beside the agents, with a consumer that belongs to no group: which partitions it reads follows from the tasks there are.
A question whose partition is on its way to another worker is answered by nobody, and whoever asks says so.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, INTERNAL, READS
from cloudtag.contract.what_ifs import (
    ANSWERS,
    BUSY,
    CARRIED,
    EXPIRES_MS,
    MOST_EVENTS,
    NOT_HERE,
    NOT_TAKEN_IN,
    QUESTIONS,
    TOO_MANY_EVENTS,
    WhatIfAnswered,
    WhatIfAsked,
    not_asked,
)
from cloudtag.engine.task_result import TaskResult
from cloudtag.parcels.spelling import with_canonical_numbers
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import OutRecord, ProducerHandle, publish
from streams.kafka.security import client_settings
from streams.worker.tasks import Tasks
from streams.worker.tools import CodecProtocol

logger = logging.getLogger(__name__)

POLL_MS = 200
FETCH_WAIT_MS = 25
"""For so long the broker holds a fetch back that finds nothing: the embedded one looks for news only then."""
MOST_QUESTIONS = 50
"""Read at a time; further ones wait on the broker."""
AGAIN_SECONDS = 5.0


class WhatIfAnswers:
    """Answers questions to the tasks of those processors that are asked, while it runs."""

    def __init__(
        self, config: Config, tasks: Mapping[str, Tasks], codec: CodecProtocol, producer: ProducerHandle
    ) -> None:
        """`tasks`: by processor."""
        self._config = config
        self._tasks = tasks
        self._codec = codec
        self._producer = producer
        self._topic = config.topic(QUESTIONS)
        self.answered = 0
        """Questions so far to which there was an answer of any kind."""

    async def run(self) -> None:
        """Answer until cancelled. The worker goes on judging whatever goes wrong here."""
        while True:
            try:
                await self._run()
            except KafkaError as error:
                # Of a broker that is away enough is told elsewhere.
                logger.warning("questions are not answered for a while: %r", error)
            except Exception:
                logger.exception("questions are not answered for a while")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _run(self) -> None:
        client = AIOKafkaConsumer(
            **client_settings(self._config), auto_offset_reset="latest", fetch_max_wait_ms=FETCH_WAIT_MS
        )
        try:
            await client.start()
            while True:
                await self._step(client)
        finally:
            await _stop(client)

    async def _step(self, client: AIOKafkaConsumer) -> None:
        running = (task for tasks in self._tasks.values() for task in tasks)
        live = {TopicPartition(self._topic, task.partition) for task in running if not task.is_paused}
        if live != client.assignment():
            client.assign(sorted(live))
        if not live:
            await asyncio.sleep(POLL_MS / 1000)
            return
        fetched = await client.getmany(timeout_ms=POLL_MS, max_records=MOST_QUESTIONS)
        records = [record for found in fetched.values() for record in found]
        await asyncio.gather(*map(self._take, records))

    async def _take(self, record: Any) -> None:
        if time.time() * 1000 - record.timestamp > EXPIRES_MS:
            return
        try:
            asked = msgspec.msgpack.decode(record.value, type=WhatIfAsked)
        except msgspec.MsgspecError as error:
            logger.error("%s/%d@%d is no question: %s", record.topic, record.partition, record.offset, error)
            return
        answered = await self._answer(record.partition, asked)
        if not 0 <= asked.answer_to < self._config.partitions:
            return
        value = msgspec.msgpack.encode(answered)
        target = self._config.topic(ANSWERS), asked.answer_to
        await publish(self._producer, {target: [OutRecord(asked.question_id.encode(), value)]})
        self.answered += 1

    async def _answer(self, partition: int, asked: WhatIfAsked) -> WhatIfAnswered:
        if len(asked.events) > MOST_EVENTS:
            return _unanswered(asked, TOO_MANY_EVENTS)
        try:
            async with asyncio.timeout(EXPIRES_MS / 1000):
                step = await self._ask(partition, asked)
        except TimeoutError:
            return _unanswered(asked, BUSY)
        except Exception as error:
            # Of a question nothing may follow for the worker, whatever is wrong with it.
            logger.exception("a question cannot be answered")
            return _unanswered(asked, f"{type(error).__name__}")
        if step is None:
            return _unanswered(asked, NOT_HERE)
        if len(step.too_late) + len(step.refused) + len(step.conflicting) + len(step.aside):
            return _unanswered(asked, NOT_TAKEN_IN)
        told = [(each.stream, each.record) for each in step.outputs]
        sent = tuple((name, self._codec.encode(name, record)) for name, record in told if _goes_out(name))
        return WhatIfAnswered(
            asked.question_id,
            tuple(one for one in sent if one[0] not in INTERNAL),
            not_asked(record for _, record in told),
            carried=tuple(one for one in sent if one[0] in INTERNAL),
        )

    async def _ask(self, partition: int, asked: WhatIfAsked) -> TaskResult | None:
        """What would follow. Nothing where the task is not here, or knows of something that is not stored."""
        facts = [self._fact(asked.of, partition, *event) for event in asked.events]
        try:
            task = self._tasks[asked.of][partition]
        except KeyError:
            return None
        # Between two steps all rows are stored.
        async with task.turn:
            return None if task.is_dropped or task.is_paused else task.core.what_if(facts)

    def _fact(self, processor: str, partition: int, stream: str, data: bytes) -> Any:
        """Raises ``ValueError`` for what would not come to this task."""
        if stream not in READS.get(processor, ()) or not (stream in INPUTS or stream in CARRIED):
            raise ValueError(f"{stream} is nothing that {processor} is asked about")
        fact: Any = with_canonical_numbers(self._codec.decode(stream, data))
        source = INPUTS.get(stream) or INTERNAL[stream]
        if partition_of(source.key_of(fact), self._config.partitions) != partition:
            raise ValueError("an event belongs to another partition")
        return fact


def _goes_out(stream: str) -> bool:
    """What everybody may read, and what another part of the engine is asked with."""
    return stream in CARRIED or stream not in INTERNAL


async def _stop(client: AIOKafkaConsumer) -> None:
    try:
        await client.stop()
    except asyncio.CancelledError:
        # So it ends while no broker answers, though nobody has cancelled anything: who asks later would wait in vain.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


def _unanswered(asked: WhatIfAsked, why: str) -> WhatIfAnswered:
    return WhatIfAnswered(asked.question_id, obstacle=why)
