"""A gauge of many partitions shows what holds now: whatever else set it, and nothing of partitions that are gone."""

from typing import Any

from prometheus_client import generate_latest

from streams.worker.worker_metrics import WorkerMetrics


def shown(metrics: WorkerMetrics) -> dict[str, float]:
    """The lines of `cloudtag_paused`, by the number of the partition."""
    lines = generate_latest(metrics.registry).decode().splitlines()
    found = [line.rsplit(" ", 1) for line in lines if line.startswith("cloudtag_paused{")]
    return {name.split('partition="')[1].split('"')[0]: float(value) for name, value in found}


def look(metrics: WorkerMetrics, **paused: Any) -> dict[str, float]:
    metrics.replace("paused", {("buyers", partition.strip("p")): value for partition, value in paused.items()})
    return shown(metrics)


def test_partitions_come_go_and_come_back() -> None:
    metrics = WorkerMetrics()
    assert look(metrics, p0=0, p1=1) == {"0": 0, "1": 1}
    assert look(metrics, p1=1) == {"1": 1}
    assert look(metrics, p0=1, p1=0) == {"0": 1, "1": 0}
    assert look(metrics) == {}


def test_what_an_event_set_in_between_is_put_right_even_where_nothing_else_changed() -> None:
    metrics = WorkerMetrics()
    look(metrics, p0=0)
    metrics.set("paused", 1, "buyers", "0")
    assert shown(metrics) == {"0": 1}
    assert look(metrics, p0=0) == {"0": 0}
