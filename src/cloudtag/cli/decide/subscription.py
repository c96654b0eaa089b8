"""One subscription: a consumer group of its own, so that one address which answers nothing holds up no other one.

Each partition has a queue: its records are posted one after the other, and what was dealt with is committed. What comes
meanwhile stays on the broker. A queue begins by reading what was dealt with before, and so knows what was told.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from cloudtag.cli.decide.deliver import PAUSES_SECONDS, WebhookPoster
from cloudtag.config import Config
from cloudtag.contract.scope import Networks
from cloudtag.decide.webhook_messages import ToldRecords
from cloudtag.decide.webhooks import Webhook
from cloudtag.wire import Codec
from streams.view import decide_metrics as metrics

logger = logging.getLogger(__name__)

POLL_MS = 200
MOST_RECORDS = 200
"""Held by a subscription at a time, of all its partitions together and once more in its client."""
TURN_RECORDS = 20
"""Gone through at a time: in between, whoever shares the event loop gets a turn."""


class _Queue:
    """A partition of a subscription: what of it is dealt with, and the records in hand."""

    def __init__(self, told: ToldRecords, since: int) -> None:
        """`since`: records before this offset are dealt with."""
        self.told = told
        self.since = self.committed = since
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def end(self) -> None:
        """Return when nothing is under way any more."""
        self.stop.set()
        if self.task is not None:
            await asyncio.gather(self.task, return_exceptions=True)


class WebhookSubscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """Follows the topics that a subscription wants as a member of its group, and sends what it is to be sent."""

    def __init__(
        self,
        config: Config,
        client: AIOKafkaConsumer,
        codec: Codec,
        webhook: Webhook,
        networks: Networks,
        pauses: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        """`client` belongs to the group; it is started and stopped by whoever has it."""
        self._client = client
        self._decode: Callable[[str, bytes | None], Any] = codec.decode
        self._webhook = webhook
        self._networks = networks
        self._stream_of = {config.topic(name): name for name in webhook.sends}
        self._poster = WebhookPoster(webhook, pauses)
        self._queues: dict[TopicPartition, _Queue] = {}
        self._fresh: set[TopicPartition] = set()

    @property
    def is_placed(self) -> bool:
        """Whether it has partitions, and knows of each where to go on."""
        return bool(self._queues) and not self._fresh

    @property
    def waiting(self) -> int:
        """Records that are published and not dealt with, as far as is known here."""
        ends = {where: self._client.highwater(where) for where in self._queues}
        return sum(max(end - self._queues[where].since, 0) for where, end in ends.items() if end is not None)

    async def run(self) -> None:
        """Send until cancelled. Raises aiokafka's errors that waiting does not mend."""
        metrics.WEBHOOK_WAITING.labels(self._webhook.name).set_function(lambda: self.waiting)
        metrics.WEBHOOK_FAILING.labels(self._webhook.name).set_function(lambda: self._poster.failing_seconds)
        self._client.subscribe(list(self._stream_of), listener=self)
        async with self._poster:
            try:
                while True:
                    await self._step()
            finally:
                await asyncio.gather(*(queue.end() for queue in self._queues.values()))

    async def _step(self) -> None:
        for where in list(self._fresh):
            await self._place(where)
        # Asked even while every queue is busy: whoever asks for nothing for long is taken for dead.
        fetched = await self._client.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        for where, records in fetched.items():
            queue = self._queues.get(where)
            if queue is not None and where not in self._fresh:
                self._client.pause(where)
                queue.task = asyncio.ensure_future(self._go_through(where, queue, records))
        for queue in self._queues.values():
            if queue.task is not None and queue.task.done():
                queue.task.result()

    async def _place(self, where: TopicPartition) -> None:
        """Begin a queue: from the first record of all, and with nothing sent of what is dealt with."""
        try:
            since = await self._client.committed(where)
            if since is None:
                since = (await self._client.end_offsets([where]))[where]
                await self._client.commit({where: since})
            await self._client.seek_to_beginning(where)
        except (CommitFailedError, IllegalStateError):
            self._fresh.discard(where)  # It is another's meanwhile.
            return
        if where in self._fresh:
            self._fresh.discard(where)
            self._queues[where] = _Queue(ToldRecords(self._webhook, self._networks), since)
            self._client.resume(where)

    async def _go_through(self, where: TopicPartition, queue: _Queue, records: Sequence[Any]) -> None:
        for number, record in enumerate(records, 1):
            message = queue.told.message_of(self._read(record))
            if number % TURN_RECORDS == 0:
                await asyncio.sleep(0)
            if record.offset < queue.since:
                continue
            if message is not None:
                outcome = await self._poster.post(message, record.timestamp, queue.stop)
                if outcome is None:
                    return
                metrics.WEBHOOKS.labels(self._webhook.name, outcome).inc()
            queue.since = record.offset + 1
            if message is not None:
                await self._commit(where, queue)
            if queue.stop.is_set():
                return
        await self._commit(where, queue)
        if not queue.stop.is_set():
            self._client.resume(where)

    async def _commit(self, where: TopicPartition, queue: _Queue) -> None:
        if queue.since == queue.committed:
            return
        try:
            await self._client.commit({where: queue.since})
            queue.committed = queue.since
        except (CommitFailedError, IllegalStateError):
            # It is another's by now, who sends what was not committed again, under the same id.
            queue.stop.set()

    def _read(self, record: Any) -> Any:
        try:
            return self._decode(self._stream_of[record.topic], record.value)
        except ValueError as error:
            logger.error("%s/%d@%d cannot be read: %s", record.topic, record.partition, record.offset, error)
            return None

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """They may be another's from now on: what is under way is finished, and committed."""
        gone = [self._queues.pop(where) for where in list(revoked) if where in self._queues]
        self._fresh.clear()
        await asyncio.gather(*(queue.end() for queue in gone))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """They are this one's; nothing is fetched before it is known from where on."""
        self._fresh = set(assigned)
        self._client.pause(*self._fresh)
