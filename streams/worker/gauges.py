"""Metrics that are looked at now and then instead of counted: lag, watermark delay, keyed states in memory."""

import time

from streams.worker.app import Parts
from streams.worker.worker_metrics import Labels


def refresh(parts: Parts) -> None:
    """Set the gauges to what holds now."""
    metrics, prefix = parts.metrics, len(parts.config.topic_prefix)
    group_of = parts.app.batching.group_of
    lag = parts.app.batches.lag().items()
    metrics.replace("lag", {(group_of[tp.topic], tp.topic[prefix:], str(tp.partition)): count for tp, count in lag})
    # Beside being set when something happens: shown before anything has, and gone with the partition.
    batches = parts.app.batches
    outs: dict[Labels, float] = {
        (tp.topic[prefix:], str(tp.partition)): batches.is_out(tp) for tp in batches.assignment()
    }
    metrics.replace("input_paused", outs)
    now = time.time()
    keys: dict[Labels, float] = {}
    paused: dict[Labels, float] = {}
    delays: dict[Labels, float] = {}
    aside: dict[Labels, float] = {}
    for name, runner in parts.runners.items():
        metrics.set("unreadable_records", runner.tasks.table.lost, name)
        for task in runner.tasks:
            partition = name, str(task.partition)
            paused[partition] = task.is_paused
            aside[partition] = len(runner.tasks.table.aside(task.partition))
            keys[partition] = task.core.resident_keys
            if task.core.watermark_ms:
                delays[partition] = now - task.core.watermark_ms / 1000
    metrics.replace("cached_keys", keys)
    metrics.replace("paused", paused)
    metrics.replace("quarantined_keys", aside)
    metrics.replace("watermark_delay", delays)
