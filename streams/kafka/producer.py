"""Writes records to the broker in batches packed per partition, and returns when the broker has them all.

The one way out for changelog rows, outputs and dead letters. A broker that is away for a while is waited for: the
records are sent again, which is harmless, since rows replace each other and outputs carry ids and revisions.
"""

import asyncio
import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    LeaderNotAvailableError,
    NodeNotReadyError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    UnknownProducerId,
)

from cloudtag.changelog.records import HasKeyAndValue
from streams.kafka.packing import PLAIN, Packing

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
LARGEST_RECORD_BYTES = 16 << 20
"""What every topic takes: inputs, outputs, dead letters and rows."""
OVERHEAD_BYTES = 128
"""What Kafka's record format adds to a key and a value that travel in a batch of their own, rounded up."""
ROOM_BYTES = LARGEST_RECORD_BYTES - OVERHEAD_BYTES
"""The most that a key and its value may have."""


class OutRecord(NamedTuple):
    """A key and a value on their way out; `None` as value deletes the key from a compacted topic."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Sendable(HasKeyAndValue, Protocol):
    """A record that can be sent."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


Target = tuple[str, int]
"""A topic and a partition."""


Addressed = tuple[Target, OutRecord]
"""A record on its way out, and the topic and partition it goes to."""


class BatchClient(Protocol):
    """The part of aiokafka's producer that is used here."""

    def create_batch(self) -> Any: ...

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any: ...


class ProducerHandle(Protocol):
    """Whoever has the connected client, and can put a new one in its place."""

    @property
    def client(self) -> BatchClient: ...

    async def renew(self, failed: BatchClient) -> None:
        """Replace a client that the broker takes nothing from any more; nothing happens if it was replaced already."""


_LOST_COUNT = (OutOfOrderSequenceNumber, UnknownProducerId, ProducerFenced, ProducerClosed)
"""The broker and the client number the client's batches differently, for good: one of them was given up in between (its
partition had no leader for a whole request timeout), or the broker forgot the client. Only a new client can go on."""


async def publish(
    producer: ProducerHandle, records: Mapping[Target, Sequence[Sendable]], packing: Packing = PLAIN
) -> dict[Target, list[range]]:
    """Send all records, compressed as `packing` says, and await the broker's acknowledgement of each.

    Returns, per target, the offsets that every batch was written at, in order. Raises what the broker says cannot be
    mended by waiting (a record too large, no permission), and ``LeaderNotAvailableError`` for a partition without a
    leader; everything else is tried again until it succeeds.
    """
    wanted = [(target, rows) for target, rows in records.items() if rows]
    if len(wanted) == 1:
        # A step's rows, every time: nothing to do beside it.
        return dict([await _write(producer, *wanted[0], packing)])
    return dict(await asyncio.gather(*(_write(producer, target, rows, packing) for target, rows in wanted)))


async def _write(
    producer: ProducerHandle, target: Target, records: Sequence[Sendable], packing: Packing
) -> tuple[Target, list[range]]:
    offsets: list[range] = []
    start = 0
    pause = FIRST_PAUSE_SECONDS
    lost: BatchClient | None = None
    while start < len(records):
        try:
            if lost is not None:
                # Here, so that a broker that is away meanwhile is waited for as it is otherwise.
                await producer.renew(lost)
                lost = None
            client = producer.client
            written = await _write_from(client, packing, target, records[start:] if start else records)
        except (KafkaError, OSError) as error:
            if isinstance(error, _LOST_COUNT):
                lost = client
            elif not _can_wait(error):
                raise
            logger.warning("%s/%d not written, will try again: %r", *target, error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        offsets += written
        start += sum(map(len, written))
    return target, offsets


async def _write_from(
    client: BatchClient, packing: Packing, target: Target, records: Sequence[Sendable]
) -> list[range]:
    topic, partition = target
    pending, counts, start = [], [], 0
    while start < len(records):
        packed = packing.batch(topic, records if not start else records[start:])
        batch = client.create_batch() if packed is None else packed
        end = _fill(batch, records, start) if packed is None else packed.fill(records, start)
        pending.append(await client.send_batch(batch, topic, partition=partition))
        counts.append(end - start)
        start = end
    metadata = [await pending[0]] if len(pending) == 1 else await asyncio.gather(*pending)
    return [range(meta.offset, meta.offset + count) for meta, count in zip(metadata, counts, strict=True)]


def _fill(batch: Any, records: Sequence[Sendable], start: int) -> int:
    append = batch.append
    for position in range(start, len(records)):
        record = records[position]
        if append(timestamp=None, key=record.key, value=record.value, headers=[*record.headers]) is None:
            return position
    return len(records)


def _can_wait(error: BaseException) -> bool:
    if isinstance(error, LeaderNotAvailableError):
        # For a whole request timeout, while the brokers answer: who needs that partition waits alone, and holds up
        # nobody meanwhile.
        return False
    return isinstance(error, KafkaConnectionError | KafkaTimeoutError | NodeNotReadyError | OSError) or bool(
        getattr(error, "retriable", False)
    )


def check_size(record: OutRecord, target: Target) -> None:
    """Raise ``ValueError`` for a record that is larger than any topic of an installation takes."""
    size = len(record.key or b"") + len(record.value or b"")
    if size > ROOM_BYTES:
        raise ValueError(f"an output for {target[0]} has {size} bytes; at most {ROOM_BYTES} are taken")


def group(records: Iterable[tuple[Target, OutRecord]]) -> dict[Target, list[OutRecord]]:
    """Records by target, in order."""
    grouped: dict[Target, list[OutRecord]] = {}
    for target, record in records:
        grouped.setdefault(target, []).append(record)
    return grouped
