"""Publishing as a user of librdkafka does: a producer with its own compression, partitioner and idea of a key."""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from confluent_kafka import Producer

from cloudtag.config import Config
from cloudtag.contract.events import Event
from cloudtag.wire import encode
from tests.clients.scene import key_as_written, key_of, stream_of

Key = Callable[[Any], str | None]
MURMUR2 = {"partitioner": "murmur2_random"}
OWN_CHOICE: dict[str, str] = {}
"""librdkafka's default partitioner: CRC32 of the key, a partition by chance without one."""


def no_key(event: Any) -> None:
    """Whoever forgets the key."""


def wrong_key(event: Event) -> str:
    """Whoever keys by the event's id, so that nothing of one buyer is together."""
    return event.event_id


KEYINGS: dict[str, tuple[dict[str, str], Key]] = {
    "murmur2_random": (MURMUR2, key_of),
    "default partitioner": (OWN_CHOICE, key_of),
    "number as typed": (MURMUR2, key_as_written),
    "wrong key": (MURMUR2, wrong_key),
    "null key": (MURMUR2, no_key),
}


async def publish(config: Config, codec: str, keying: str, events: Iterable[Any]) -> None:
    """Publish events in one go. Raises ``AssertionError`` with the broker's word when it refuses one."""
    partitioner, key = KEYINGS[keying]
    producer = Producer(settings(config, **{"compression.type": codec}, **partitioner))
    refused: list[Any] = []
    for event in events:
        stream = stream_of(event)
        producer.produce(
            config.topic(stream),
            encode(stream, event),
            key(event),
            on_delivery=lambda error, _: refused.append(error) if error else None,
        )
    await flush(producer)
    assert not refused, refused


async def flush(producer: Producer) -> None:
    """Return when the broker has answered for everything."""
    assert await asyncio.to_thread(producer.flush, 60) == 0


def settings(config: Config, **more: str) -> dict[str, str]:
    """librdkafka's settings; it waits for a batch to fill, so that there is something to compress."""
    return {
        "bootstrap.servers": ",".join(config.bootstrap()),
        "client.id": f"test-{uuid.uuid4().hex[:6]}",
        "linger.ms": "100",
        "message.timeout.ms": "50000",
        **more,
    }
