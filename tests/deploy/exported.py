"""What worker, sink and the service of decisions export: every metric with its labels, read from the code."""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from streams.sink import sink_metrics
from streams.view import decide_metrics
from streams.worker.worker_metrics import WorkerMetrics, labels_of

PROCESS = {"process_resident_memory_bytes": ()}
"""Of the client library's own metrics those that are asked for."""


def exported() -> dict[str, tuple[str, ...]]:
    """Series names with their labels, as a query sees them, of worker, sink and decision service."""
    return exported_by_pipeline() | _series(*vars(decide_metrics).values())


def exported_by_pipeline() -> dict[str, tuple[str, ...]]:
    """The same of worker and sink alone."""
    return PROCESS | _series(*WorkerMetrics().names.values(), *vars(sink_metrics).values())


def _series(*values: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for metric in values:
        if not isinstance(metric, MetricWrapperBase):
            continue
        assert isinstance(metric, Counter | Gauge | Histogram), metric
        name, labels = metric._name, labels_of(metric)
        if isinstance(metric, Histogram):
            found |= {f"{name}_bucket": (*labels, "le"), f"{name}_sum": labels, f"{name}_count": labels}
        else:
            found[f"{name}_total" if metric._type == "counter" else name] = labels
    return found
