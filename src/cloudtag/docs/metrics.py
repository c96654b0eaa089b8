"""The page of the metrics, made from where they are declared."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

INTRODUCTION = """# Metrics

Made by `make docs` from `streams/worker/worker_metrics.py`, `streams/sink/sink_metrics.py` and
`streams/view/decide_metrics.py`. Worker, sink and decision service serve them at `/metrics` of
`CLOUDTAG_METRICS_PORT`, together with those of the process (`process_…`, `python_…`). Counters count since the process
started; gauges of partitions that went to another process leave with them. What to do about what they show is in
[operations.md](operations.md).
"""
HEAD = "| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n"


def metrics_page() -> str:
    """`docs/metrics.md`."""
    # Here and not above: the rest of this package is of use without the worker's libraries.
    from streams.sink import sink_metrics as sink
    from streams.view import decide_metrics as decide
    from streams.worker.worker_metrics import WorkerMetrics

    worker = _table(WorkerMetrics().names.values())
    parts = (
        f"## Worker\n\n{worker}",
        f"## Sink\n\n{_table(_in(sink))}",
        f"## Decision service\n\n{_table(_in(decide))}",
    )
    return f"{INTRODUCTION}\n" + "\n".join(parts)


def _in(module: ModuleType) -> list[MetricWrapperBase]:
    return [metric for metric in vars(module).values() if isinstance(metric, MetricWrapperBase)]


def _table(metrics: Iterable[MetricWrapperBase]) -> str:
    return HEAD + "".join(_row(metric) for metric in metrics)


def _row(metric: MetricWrapperBase) -> str:
    from streams.worker.worker_metrics import labels_of

    (described,) = metric.describe()
    name = f"{described.name}_total" if described.type == "counter" else described.name
    assert isinstance(metric, Counter | Gauge | Histogram)
    labels = ", ".join(f"`{label}`" for label in labels_of(metric))
    return f"| `{name}` | {described.type} | {labels} | {described.documentation} |\n"
