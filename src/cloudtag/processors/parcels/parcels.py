"""The `parcels` processor: what couriers say of a waybill, joined with who uses it.

To each buyer using a number go the milestones some judgement reads, and, for a return number, its other uses.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS, KeyedProcessor
from cloudtag.processors.parcels.rows.parcel import PARCEL, ParcelIndex

MAX_FACTS = 1000


class Parcels(KeyedProcessor):
    """Keyed state by waybill number, one row each."""

    name = "parcels"
    id_of: Callable[[Any], str] = attrgetter("waybill_no")
    is_global = True
    kinds = RowKinds((PARCEL,))
    retention_ms = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
    most_facts = MAX_FACTS

    def new_index(self, network: str) -> ParcelIndex:
        """What is kept at hand of a number."""
        del network
        return ParcelIndex()

    def bound(self, row: Row) -> None:
        """An overfull row loses its median fact: the first and the last scans and uses stay."""
        ordered = sorted(row.facts.items(), key=lambda item: (item[1].occurred_at, item[0]))
        del row.facts[ordered[len(ordered) // 2][0]]
