"""The page of the metrics, made from where they are declared."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

INTRODUCTION = """# Metrics

Made by `make docs` from `streams/worker/worker_metrics.py` and `streams/sink/sink_metrics.py`. Worker and sink serve
them at `/metrics` of
`CLOUDTAG_METRICS_PORT`, together with those of the process (`process_…`, `python_…`). Counters count since the process
started; gauges of partitions that went to another process leave with them. What to do about what they show is in
[operations.md](operations.md).
"""
HEAD = "| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n"


def metrics_page() -> str:
    """`docs/metrics.md`."""
    # Here and not above: the rest of this package is of use without the worker's libraries.
    from streams.sink import sink_metrics as sink
    from streams.worker.worker_metrics import WorkerMetrics

    of_the_sink = [metric for metric in vars(sink).values() if isinstance(metric, MetricWrapperBase)]
    return f"{INTRODUCTION}\n## Worker\n\n{_table(WorkerMetrics().names.values())}\n## Sink\n\n{_table(of_the_sink)}"


def _table(metrics: Iterable[MetricWrapperBase]) -> str:
    return HEAD + "".join(_row(metric) for metric in metrics)


def _row(metric: MetricWrapperBase) -> str:
    from streams.worker.worker_metrics import labels_of

    (described,) = metric.describe()
    name = f"{described.name}_total" if described.type == "counter" else described.name
    assert isinstance(metric, Counter | Gauge | Histogram)
    labels = ", ".join(f"`{label}`" for label in labels_of(metric))
    return f"| `{name}` | {described.type} | {labels} | {described.documentation} |\n"
