"""Every metric of the sink, in one place. They are in the client's own registry, beside those of the process."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

ROWS = Counter("cloudtag_sink_rows", "Rows stored in the warehouse", ["stream"])
BATCHES = Counter("cloudtag_sink_batches", "Batches stored in the warehouse", ["stream"])
RETRIES = Counter("cloudtag_sink_retries", "Inserts put off because the warehouse could not store", ["stream"])
DEAD_LETTERS = Counter("cloudtag_sink_dead_letters", "Rows the warehouse can never store", ["stream"])
SKIPPED = Counter(
    "cloudtag_sink_skipped", "Input records that cannot be read; the worker dead-letters them", ["stream"]
)
READY = Gauge("cloudtag_sink_ready", "1 while the sink is ready, as on /readyz")
LAG = Gauge("cloudtag_sink_lag", "Records on the broker that are not yet stored", ["stream", "partition"])
LAG_SECONDS = Gauge("cloudtag_sink_lag_seconds", "Age of the oldest record read but not stored", ["stream"])
HELD_ROWS = Gauge("cloudtag_sink_buffered_rows", "Rows read but not stored")
INSERT_SECONDS = Histogram(
    "cloudtag_sink_insert_seconds",
    "Time one batch took, the search for rows that cannot be stored included",
    ["stream"],
)
PAUSED = Gauge(
    "cloudtag_sink_paused",
    "1 while a partition cannot be fetched, read or stored and is tried again",
    ["stream", "partition"],
)
IS_BLOCKED = Gauge("cloudtag_sink_backoff", "1 while inserts of a stream are put off", ["stream"])

PER_STREAM = (ROWS, BATCHES, RETRIES, DEAD_LETTERS, SKIPPED, LAG_SECONDS, INSERT_SECONDS, IS_BLOCKED)


def begin(streams: Iterable[str]) -> None:
    """Show every stream from the start: what first appears with its first row has no rate."""
    for stream in streams:
        for metric in PER_STREAM:
            metric.labels(stream)
