"""Metrics that are looked at now and then instead of counted: lag, watermark delay, files in memory."""

import time

from streams.app import Parts


def refresh(parts: Parts) -> None:
    """Set the gauges to what holds now."""
    metrics, prefix = parts.metrics, len(parts.config.topic_prefix)
    for tp, records in parts.app.batches.lag().items():
        metrics.set("lag", records, tp.topic[prefix:], str(tp.partition))
    now = time.time()
    for name, runner in parts.runners.items():
        for lane in runner.lanes:
            partition = str(lane.partition)
            if lane.core.watermark_ms:
                metrics.set("watermark_delay", now - lane.core.watermark_ms / 1000, name, partition)
            metrics.set("cached_keys", lane.core.resident_files, name, partition)
