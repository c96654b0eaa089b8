"""Whether the couriers whose parcels are waited for are heard of at all: what waits for a dead feed waits in vain."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cloudtag.contract.couriers import CourierAsked
from cloudtag.contract.events import ParcelScanned
from cloudtag.parcels.courier import canonical_courier, couriers, is_known
from streams.worker.worker_metrics import WorkerMetrics

WAITS, SCANS = "courier_waits", "courier_scans"


class Couriers:
    """Counts the scans of couriers that are known here, and the parcels a scan of theirs is waited for.

    Each record once, however often it is read: a partition that was taken away and given back begins where it was
    acknowledged, and so does one whose batch has to wait.
    """

    def __init__(self, metrics: WorkerMetrics) -> None:
        """They are shown at zero: a courier of which nothing ever comes is the one that must be seen."""
        self._metrics = metrics
        self._counted_to: dict[tuple[str, int], int] = {}
        """By topic and partition, the last offset that was counted."""
        known = [(code,) for code in sorted(couriers())]
        metrics.show(WAITS, known)
        metrics.show(SCANS, known)
        self._counter_of = lru_cache(maxsize=4096)(self._scans_of)

    def see(self, fact: Any, record: Any) -> None:
        """Count a record of the processor that keeps the couriers' hours, and what it holds; most are scans."""
        place = record.topic, record.partition
        if record.offset <= self._counted_to.get(place, -1):
            return
        self._counted_to[place] = record.offset
        kind = type(fact)
        if kind is ParcelScanned:
            # As in the hours that are kept: a label says nothing of a courier, nor does a time that is not UTC.
            if fact.scan == "label_created" or fact.time_is_local:
                return
            count = self._counter_of(fact.carrier)
            if count is not None:
                count()
        elif kind is CourierAsked and fact.is_held and is_known(fact.courier):
            self._metrics.count(WAITS, 1, fact.courier)

    def _scans_of(self, carrier: str | None) -> Callable[[], None] | None:
        """What counts a scan of the courier that a name means, if it is known."""
        code = canonical_courier(carrier)
        return self._metrics.counting(SCANS, code) if code is not None and is_known(code) else None
