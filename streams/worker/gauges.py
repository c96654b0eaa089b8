"""Metrics that are looked at now and then instead of counted: lag, watermark delay, keyed states in memory."""

import time
from contextlib import suppress

from streams.state.store import StoreError
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
    held = parts.budget.held
    parts.budget.forget(held - {(tp.topic, tp.partition) for tp in batches.assignment()})
    floods: dict[Labels, float] = dict.fromkeys(outs, 0)
    floods |= {(topic[prefix:], str(partition)): 1 for topic, partition in held}
    metrics.replace("dead_letter_flood", floods)
    now = time.time()
    keys: dict[Labels, float] = {}
    sizes: dict[Labels, float] = {}
    paused: dict[Labels, float] = {}
    delays: dict[Labels, float] = {}
    aside: dict[Labels, float] = {}
    for name, runner in parts.runners.items():
        metrics.set("unreadable_records", runner.tasks.table.lost, name)
        for task in runner.tasks:
            partition = name, str(task.partition)
            paused[partition] = task.is_paused
            aside[partition] = len(runner.tasks.table.aside(task.partition))
            keys[partition] = len(task.core.cache)
            sizes[partition] = task.core.cache.held_bytes
            if task.core.watermark_ms:
                delays[partition] = now - task.core.watermark_ms / 1000
    metrics.replace("cached_keys", keys)
    with suppress(StoreError):  # its tasks are paused by then
        metrics.set("stored_rows", parts.store.row_count)
    metrics.replace("cached_bytes", sizes)
    metrics.replace("paused", paused)
    metrics.replace("quarantined_keys", aside)
    metrics.replace("watermark_delay", delays)
