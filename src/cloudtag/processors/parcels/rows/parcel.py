"""The one row of a waybill number: its scans and its uses, and a report to each buyer who uses it."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.parcels.reports import ENDS, report_of

_MOMENT = attrgetter("occurred_at", "event_id")


class ParcelIndex(Struct, gc=False):
    """What was ever seen of a number; of most there is nothing to report but their end."""

    is_used: bool = False
    is_return: bool = False
    has_end: bool = False


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """Note uses and the end."""
    del row
    index: ParcelIndex = state.index
    if type(fact) is not ParcelScanned:
        index.is_used = True
        index.is_return = index.is_return or fact.role == "return"
    elif fact.scan in ENDS:
        index.has_end = True
    return ()


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """One report per buyer who uses the number, if there is something to report."""
    del policies, now_ms
    index: ParcelIndex = state.index
    # Whoever was only sent something learns of nothing but its end; most scans are no end.
    if not index.is_used or not (index.is_return or index.has_end):
        return EMPTY
    by_buyer: dict[tuple[str, str], list[WaybillUsed]] = {}
    returns: list[WaybillUsed] = []
    scans: list[ParcelScanned] = []
    has_end = False
    for fact in row.facts.values():
        if type(fact) is ParcelScanned:
            # A label is printed before anything is handed over: the parcel does not travel yet.
            if fact.scan != "label_created":
                scans.append(fact)
            has_end = has_end or fact.scan in ENDS
        elif fact.is_held:
            by_buyer.setdefault((fact.network, fact.buyer_id), []).append(fact)
            if fact.role == "return":
                returns.append(fact)
    if not by_buyer or not (returns or has_end):
        return EMPTY
    judgement = Judgement()
    scans.sort(key=_MOMENT)
    returns.sort(key=lambda u: (u.occurred_at, u.refund_id or "", u.internal_id))
    for (network, buyer_id), uses in by_buyer.items():
        seen = [use.seen_from(network) for use in returns]
        report = report_of(buyer_id, uses, seen, scans)
        if report is not None:
            report_id = report.internal_id
            judgement.conclusions[report_id] = Conclusion(report_id, buyer_id, report.occurred_at, report)
    return judgement


PARCEL = RowKind(
    name="parcel",
    letter="p",
    judge=_judge,
    holds=(Holds(ParcelScanned), Holds(WaybillUsed, identity=INTERNAL_ID)),
    tells=(ParcelReported,),
    index=_index,
)
