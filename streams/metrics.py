"""Every metric cloudtag exports, named in one place. Counters count since the process started."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BATCH_SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BATCH_RECORDS_BUCKETS = (1, 10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, namespace="cloudtag", registry=None)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, namespace="cloudtag", registry=None)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(name, text, labels, namespace="cloudtag", registry=None, buckets=buckets)


def _all() -> dict[str, Counter | Gauge | Histogram]:
    return {
        # What comes in. Rate = the counter's slope.
        "records": _counter("records", "Records judged", "processor", "stream"),
        "dead_letters": _counter("dead_letters", "Records that could not be judged", "processor", "reason"),
        "misplaced": _counter(
            "misplaced",
            "Records found in a partition their key field does not belong to, and passed on",
            "processor",
            "stream",
            "cause",
        ),
        "late": _counter("late", "Events older than the watermark, judged all the same", "processor"),
        "duplicates": _counter("duplicates", "Events already known", "processor"),
        "lag": _gauge("lag", "Records on the broker that are not yet acknowledged", "stream", "partition"),
        # What a batch costs.
        "batch_seconds": _histogram(
            "batch_seconds", "From taking a batch to having everything durable", BATCH_SECONDS_BUCKETS, "processor"
        ),
        "judge_seconds": _histogram(
            "judge_seconds", "The part of a batch spent folding and judging", BATCH_SECONDS_BUCKETS, "processor"
        ),
        "batch_records": _histogram("batch_records", "Records in a batch", BATCH_RECORDS_BUCKETS, "processor"),
        # What goes out. Internal records per input = internal_records / records.
        "outputs": _counter("outputs", "Records published", "processor", "stream"),
        "internal_records": _counter("internal_records", "Records sent to other processors", "processor", "stream"),
        "timers": _counter("timers", "Keys judged only because time passed", "processor"),
        # State.
        "changelog_bytes": _counter("changelog_bytes", "Bytes of rows written to the changelog", "processor"),
        "changelog_rows": _counter("changelog_rows", "Rows written to the changelog", "processor"),
        "restored_rows": _counter("restored_rows", "Changelog records read to bring state up to date", "processor"),
        "tasks": _gauge("tasks", "Partitions this worker judges", "processor"),
        "cached_keys": _gauge("cached_keys", "Keys whose decoded state is kept in memory", "processor", "partition"),
        # What stands still while the rest goes on.
        "paused": _gauge("paused", "1 while a partition cannot be judged and is tried again", "processor", "partition"),
        "pauses": _counter("pauses", "Times a partition was paused or tried again in vain", "processor", "reason"),
        "input_paused": _gauge(
            "input_paused", "1 while records of a partition cannot be fetched or read", "stream", "partition"
        ),
        # Time.
        "watermark_delay": _gauge(
            "watermark_delay_seconds", "How far event time is behind the wall clock", "processor", "partition"
        ),
        "watermark_records": _counter(
            "watermark_records", "Records written to tell an idle partition what time it is", "processor"
        ),
    }


@dataclass(slots=True)
class Metrics:
    """One worker's metrics; `names` is read by key, `registry` is what `/metrics` serves."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    names: dict[str, Counter | Gauge | Histogram] = field(default_factory=_all)

    def __post_init__(self) -> None:
        for metric in self.names.values():
            self.registry.register(metric)

    def count(self, name: str, amount: float, *labels: str) -> None:
        """Add to a counter; nothing is added for zero."""
        if amount:
            metric = self.names[name]
            assert isinstance(metric, Counter)
            (metric.labels(*labels) if labels else metric).inc(amount)

    def begin(self, name: str, labels: Iterable[tuple[str, ...]]) -> None:
        """Show counters at zero, so that the first thing they count is seen as an increase."""
        for values in labels:
            self.names[name].labels(*values)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        metric = self.names[name]
        assert isinstance(metric, Gauge)
        (metric.labels(*labels) if labels else metric).set(value)

    def observe(self, name: str, value: float, *labels: str) -> None:
        """Put a value into a histogram."""
        metric = self.names[name]
        assert isinstance(metric, Histogram)
        metric.labels(*labels).observe(value)
