"""Metrics that are looked at now and then instead of counted: lag, watermark delay, files in memory."""

import time

from streams.app import Parts
from streams.metrics import Labels


def refresh(parts: Parts) -> None:
    """Set the gauges to what holds now."""
    metrics, prefix = parts.metrics, len(parts.config.topic_prefix)
    group_of = parts.app.batching.group_of
    lag = parts.app.batches.lag().items()
    metrics.replace("lag", {(group_of[tp.topic], tp.topic[prefix:], str(tp.partition)): count for tp, count in lag})
    now = time.time()
    keys: dict[Labels, float] = {}
    delays: dict[Labels, float] = {}
    for name, runner in parts.runners.items():
        for lane in runner.lanes:
            partition = name, str(lane.partition)
            keys[partition] = lane.core.resident_files
            if lane.core.watermark_ms:
                delays[partition] = now - lane.core.watermark_ms / 1000
    metrics.replace("cached_keys", keys)
    metrics.replace("watermark_delay", delays)
