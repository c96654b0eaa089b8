"""A producer with transactions: what it took back was never said, and the markers it leaves hold nothing up."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer

from cloudtag.config import Config
from cloudtag.wire import encode
from tests.clients import scene
from tests.clients.librdkafka import MURMUR2, settings
from tests.integration.installation import Installation

pytestmark = pytest.mark.kafka
COMMITTED, ABORTED, OPEN = "committed-", "aborted-", "open-"


class Transactions:
    """librdkafka with a transactional id; each scene in a transaction of its own."""

    def __init__(self, config: Config) -> None:
        quiet = {"log_level": "0", "transactional.id": f"{config.topic_prefix}upstream"}
        self._config = config
        self.producer = Producer(settings(config, **MURMUR2, **quiet))

    async def begin(self, prefix: str) -> None:
        self.producer.begin_transaction()
        for event in scene.events(prefix):
            stream = scene.stream_of(event)
            self.producer.produce(self._config.topic(stream), encode(stream, event), scene.key_of(event))
        assert await asyncio.to_thread(self.producer.flush, 60) == 0

    async def run(self, do: Callable[..., object], *arguments: object) -> None:
        await asyncio.to_thread(do, *arguments)


async def test_what_was_taken_back_is_not_judged_and_markers_hold_nothing_up(
    kafka_bootstrap: str, warehouse_url: str, tmp_path: Path
) -> None:
    async with Installation(kafka_bootstrap, tmp_path, warehouse_url) as place:
        place.start("worker")
        place.start_sink()
        upstream = Transactions(place.config)
        await upstream.run(upstream.producer.init_transactions, 60)
        await upstream.begin(COMMITTED)
        await upstream.run(upstream.producer.commit_transaction, 60)
        await upstream.begin(ABORTED)
        await upstream.run(upstream.producer.abort_transaction, 60)
        # Settled means stored: the end of every log is a marker that nobody is ever handed.
        await place.settled()
        stored = sorted(scene.stream_of(event) for event in scene.events(COMMITTED))
        assert _stored(place) == stored
        await upstream.begin(OPEN)
        await place.settled()
        assert _stored(place) == stored
        await upstream.run(upstream.producer.commit_transaction, 60)
        await place.until(lambda: place.watch.counts["tags"] == 2 * scene.SHOPS, "the open transaction is read")
        await place.settled()
        await place.pass_time(scene.UNTIL_MS)
        await place.settled()
        for prefix in (COMMITTED, OPEN):
            assert scene.of_scene(prefix, place.watch.records) == scene.said_by_replay(prefix)
        assert not scene.of_scene(ABORTED, place.watch.records)
        assert len(_stored(place)) == 2 * len(stored)


def _stored(place: Installation) -> list[str]:
    streams = {scene.stream_of(event) for event in scene.events(COMMITTED)}
    return sorted(stream for stream in streams for _ in place.ask(f"SELECT event_id FROM {stream}"))
