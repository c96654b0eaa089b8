"""Every metric cloudtag exports, named in one place. Counters count since the process started."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from cloudtag.wire.undecodable import Reason
from streams.kafka.dead_letters import Refusal

BATCH_SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BATCH_RECORDS_BUCKETS = (1, 10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000)
REASONS: tuple[str, ...] = (*get_args(Reason), *get_args(Refusal))
"""Why a worker may refuse a record."""
OTHER = "other"
"""Among the names of unknown platforms: all that are too many to be named."""
PauseReason = Literal["cannot_judge", "too_many_refused", "not_written", "changelog", "store"]
"""Why a worker may pause a partition."""

Labels = tuple[str, ...]
"""The values of a metric's labels, in order."""


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, namespace="cloudtag", registry=None)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, namespace="cloudtag", registry=None)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(name, text, labels, namespace="cloudtag", registry=None, buckets=buckets)


def _all() -> dict[str, Counter | Gauge | Histogram]:
    return {
        "ready": _gauge("ready", "1 while the worker is ready, as on /readyz"),
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
        "unknown_platforms": _counter(
            "unknown_platforms",
            "Events of a platform without a policy pack, judged by `default`; 20 names, the rest is `other`",
            "processor",
            "platform",
        ),
        "courier_scans": _counter("courier_scans", "Scans read of a courier that is known", "courier"),
        "courier_waits": _counter(
            "courier_waits", "Parcels for which it began to matter whether the courier is silent", "courier"
        ),
        "late": _counter("late", "Events older than the watermark, judged all the same", "processor"),
        "duplicates": _counter("duplicates", "Events already known", "processor"),
        "lag": _gauge("lag", "Records on the broker that are not yet acknowledged", "processor", "stream", "partition"),
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
        "quarantined_keys": _gauge(
            "quarantined_keys", "Keys set aside because what is stored of them cannot be read", "processor", "partition"
        ),
        "unreadable_records": _gauge(
            "unreadable_records", "Changelog records found of which not even the key can be read", "processor"
        ),
        "cached_keys": _gauge("cached_keys", "Keys whose decoded state is kept in memory", "processor", "partition"),
        "stored_rows": _gauge("stored_rows", "About how many rows the store of this worker holds"),
        "cached_bytes": _gauge(
            "cached_bytes", "About what the decoded state takes that is kept in memory", "processor", "partition"
        ),
        # What stands still while the rest goes on.
        "paused": _gauge("paused", "1 while a partition cannot be judged and is tried again", "processor", "partition"),
        "pauses": _counter("pauses", "Times a partition was paused or tried again in vain", "processor", "reason"),
        "input_paused": _gauge(
            "input_paused", "1 while records of a partition cannot be fetched or read", "stream", "partition"
        ),
        "dead_letter_flood": _gauge(
            "dead_letter_flood",
            "1 while a partition is not read on because its dead letters take too much",
            "stream",
            "partition",
        ),
        # Time.
        "watermark_delay": _gauge(
            "watermark_delay_seconds", "How far event time is behind the wall clock", "processor", "partition"
        ),
        "watermark_records": _counter("watermark_records", "Watermark records written to idle partitions", "processor"),
    }


def labels_of(metric: Counter | Gauge | Histogram) -> tuple[str, ...]:
    """The names of a metric's labels, which the library does not say otherwise."""
    return tuple(metric._labelnames)


Shown = dict[Labels, Gauge]
"""The gauges of single labels that are shown."""


def replace(gauge: Gauge, before: Shown, values: Mapping[Labels, float]) -> Shown:
    """Set a gauge for these labels and forget those of `before` that are not among them; returns those of now.

    Each is looked up once: they are hundreds, and set every few seconds.
    """
    shown: Shown = {}
    for labels, value in values.items():
        one = shown[labels] = before.get(labels) or gauge.labels(*labels)
        # What happened in between may have set it too: what was set here last says nothing.
        one.set(value)
    for labels in before.keys() - values.keys():
        gauge.remove(*labels)
    return shown


@dataclass(slots=True)
class WorkerMetrics:
    """One worker's metrics; `names` is read by key, `registry` is what `/metrics` serves."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    names: dict[str, Counter | Gauge | Histogram] = field(default_factory=_all)
    _shown: dict[str, Shown] = field(default_factory=dict)
    _children: dict[tuple[str, Labels], Counter | Gauge | Histogram] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for metric in self.names.values():
            self.registry.register(metric)

    def count(self, name: str, amount: float, *labels: str) -> None:
        """Add to a counter; nothing is added for zero."""
        if amount:
            metric = self._of(name, labels)
            assert isinstance(metric, Counter)
            metric.inc(amount)

    def counting(self, name: str, *labels: str) -> Callable[[], None]:
        """What adds one to a counter, for those that count every record."""
        metric = self._of(name, labels)
        assert isinstance(metric, Counter)
        return metric.inc

    def show(self, name: str, labels: Iterable[tuple[str, ...]]) -> None:
        """Show counters at zero, so that the first thing they count is seen as an increase."""
        for values in labels:
            self.names[name].labels(*values)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauge(name)
        (gauge.labels(*labels) if labels else gauge).set(value)

    def replace(self, name: str, values: Mapping[Labels, float]) -> None:
        """Set a gauge for these labels and forget all others, such as partitions that others have by now."""
        self._shown[name] = replace(self._gauge(name), self._shown.get(name, {}), values)

    def follow(self, name: str, holds: Callable[[], bool]) -> None:
        """Have a gauge without labels asked for at each scrape: 1 while it holds."""
        self._gauge(name).set_function(lambda: float(holds()))

    def begin(self, processor: str, streams: Iterable[str]) -> None:
        """Show the counters of a processor from the start: what first appears with its first event has no rate."""
        for metric in self.names.values():
            if not isinstance(metric, Gauge) and labels_of(metric) == ("processor",):
                metric.labels(processor)
        for stream in streams:
            self.names["records"].labels(processor, stream)
        self.show("dead_letters", ((processor, reason) for reason in REASONS))
        # A name appears with its first event; this one shows that there is such a count.
        self.show("unknown_platforms", [(processor, OTHER)])
        self.show("pauses", ((processor, reason) for reason in get_args(PauseReason)))

    def _gauge(self, name: str) -> Gauge:
        metric = self.names[name]
        assert isinstance(metric, Gauge)
        return metric

    def observe(self, name: str, value: float, *labels: str) -> None:
        """Put a value into a histogram."""
        metric = self._of(name, labels)
        assert isinstance(metric, Histogram)
        metric.observe(value)

    def _of(self, name: str, labels: Labels) -> Counter | Gauge | Histogram:
        """A counter or histogram with these labels. They are asked for with every batch and never removed: the
        library's own way to them takes a lock and makes each label text anew."""
        found = self._children.get((name, labels))
        if found is None:
            metric = self.names[name]
            found = self._children[name, labels] = metric.labels(*labels) if labels else metric
        return found
