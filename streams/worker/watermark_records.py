"""Writes watermark records to idle partitions: time in the log, which a replay can repeat."""

import time
from collections.abc import Iterable

from cloudtag.config import Config
from cloudtag.contract.internal import WatermarkRecord
from streams.kafka.producer import OutRecord, ProducerHandle, Target, publish
from streams.kafka.topics import watermarks
from streams.worker.tasks import Tasks
from streams.worker.tools import CodecProtocol
from streams.worker.worker_metrics import WorkerMetrics


class WatermarkPublisher:
    """Writes a watermark record to every owned partition that has been idle for the configured time, on a live clock
    only."""

    def __init__(self, config: Config, codec: CodecProtocol, producer: ProducerHandle, metrics: WorkerMetrics) -> None:
        self._config = config
        self._codec = codec
        self._producer = producer
        self._metrics = metrics

    @property
    def is_live(self) -> bool:
        """Whether the wall clock moves event time at all."""
        return self._config.clock == "live"

    async def publish(self, processors: Iterable[Tasks]) -> int:
        """Write to what is idle now; returns to how many partitions."""
        if not self.is_live:
            return 0
        # Events may still arrive as late as the lateness allows: only what is older is over.
        reached_ms = int(time.time() * 1000) - self._config.lateness_seconds * 1000
        records: dict[Target, list[OutRecord]] = {}
        for tasks in processors:
            stream = watermarks(tasks.processor)
            value = self._codec.encode(stream, WatermarkRecord(reached_ms))
            for task in tasks.idle_for(self._config.idle_watermark_seconds):
                if task.core.watermark_ms < reached_ms:
                    records[self._config.topic(stream), task.partition] = [OutRecord(None, value)]
                    self._metrics.count("watermark_records", 1, tasks.processor)
        await publish(self._producer, records)
        return len(records)
