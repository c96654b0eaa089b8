"""The `parcels` processor: what couriers say of a waybill, joined with who uses it.

To each buyer using a number go the journeys some judgement reads, and, for a return number, its other uses. To each
buyer whose number waits for a scan goes when its courier was silent everywhere: tasks say in which hours they saw one,
each once, to the task that keeps the courier's hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from cloudtag.contract.couriers import HOUR_MS, CourierSeen
from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import WaybillUsed
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.parcels.courier import canonical_courier, is_known
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS, MOMENT, KeyedProcessor
from cloudtag.processors.parcels.bounds import MAX_FACTS
from cloudtag.processors.parcels.rows.hours import HOURS, let_go_hours
from cloudtag.processors.parcels.rows.parcel import PARCEL, ParcelIndex
from cloudtag.processors.parcels.rows.seen import SEEN
from cloudtag.processors.parcels.rows.waiting import WAITING

_OF_NUMBERS = frozenset((ParcelScanned, WaybillUsed))
_NUMBER: Callable[[Any], str] = attrgetter("waybill_no")
_COURIER: Callable[[Any], str] = attrgetter("courier")


def _key(fact: Any) -> str:
    return _id_by(type(fact))(fact)


def _id_by(kind: type[Any]) -> Callable[[Any], str]:
    return _NUMBER if kind in _OF_NUMBERS else _COURIER


class Parcels(KeyedProcessor):
    """Keyed state by waybill number, one row each, and by the code of a courier: its hours, and who waits for it."""

    name = "parcels"
    id_of: Callable[[Any], str] = staticmethod(_key)
    is_global = True
    derives = (CourierSeen,)
    kinds = RowKinds((PARCEL, SEEN, HOURS, WAITING))
    retention_ms = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
    most_facts = MAX_FACTS

    def new_index(self, network: str) -> ParcelIndex:
        """What is kept at hand of a number."""
        del network
        return ParcelIndex()

    def id_by(self, kind: type[Any]) -> Callable[[Any], str]:
        """Scans and uses are about a number, all else about a courier."""
        return _id_by(kind)

    def derived(self, facts: Sequence[Any]) -> Iterable[CourierSeen]:
        """The hours in which couriers that are known showed a scan. A label says nothing of a courier, nor does a time
        that is not UTC."""
        named = {
            (fact.carrier, fact.occurred_at // HOUR_MS)
            for fact in facts
            if type(fact) is ParcelScanned and fact.scan != "label_created" and not fact.time_is_local
        }
        hours = {
            (code, hour) for name, hour in named if (code := canonical_courier(name)) is not None and is_known(code)
        }
        return [CourierSeen(0, True, code, hour) for code, hour in sorted(hours)]

    def bound(self, row: Row) -> None:
        """An overfull row loses its median fact: the first and the last scans and uses stay; of hours the oldest."""
        if row.id == HOURS.letter:
            let_go_hours(row)
            return
        moments = zip(map(MOMENT, row.facts.values()), row.facts, strict=True)
        _, fact_id = sorted(moments)[len(row.facts) // 2]
        del row.facts[fact_id]
