"""Tells idle partitions what time it is, by a record of their own: time that a replay can repeat."""

import time
from collections.abc import Iterable

from cloudtag.config import Config
from cloudtag.contract.forwards import TimePassed
from streams.lanes import Lanes
from streams.metrics import Metrics
from streams.publisher import Record, Target, publish
from streams.tables.changelog import HasClient
from streams.tools import CodecProtocol
from streams.topics import ticks


class Ticker:
    """Writes a tick to every owned partition that has been idle for the configured time, on a live clock only."""

    def __init__(self, config: Config, codec: CodecProtocol, producer: HasClient, metrics: Metrics) -> None:
        self._config = config
        self._codec = codec
        self._producer = producer
        self._metrics = metrics

    @property
    def is_live(self) -> bool:
        """Whether the wall clock moves event time at all."""
        return self._config.clock == "live"

    async def tick(self, processors: Iterable[Lanes]) -> int:
        """Tick what is idle now; returns how many partitions were told."""
        if not self.is_live:
            return 0
        # Events may still arrive as late as the lateness allows: only what is older is over.
        reached_ms = int(time.time() * 1000) - self._config.lateness_seconds * 1000
        records: dict[Target, list[Record]] = {}
        for lanes in processors:
            stream = ticks(lanes.processor)
            value = self._codec.encode(stream, TimePassed(reached_ms))
            for lane in lanes.idle_for(self._config.idle_watermark_seconds):
                if lane.core.watermark_ms < reached_ms:
                    records[self._config.topic(stream), lane.partition] = [Record(None, value)]
                    self._metrics.count("watermark_records", 1, lanes.processor)
        await publish(self._producer.client, records)
        return len(records)
