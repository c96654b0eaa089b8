"""The one row of a waybill number: its scans and its uses, and a report to each buyer who uses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.parcels.courier import canonical_courier, is_known
from cloudtag.parcels.told import told_of
from cloudtag.policy.model import Policies
from cloudtag.processors.parcels.reports import reports_of

_ARRIVES = frozenset(("signed", "collected", "refused", "returned"))
"""Scans without which nobody who was sent something is told of anything."""


class ParcelIndex(Struct, gc=False):
    """What was ever seen of a number; of most there is nothing to tell anybody until the parcel is somewhere."""

    is_used: bool = False
    is_return: bool = False
    is_nameless: bool = False
    """Whether somebody was sent something under it by a courier that is not known."""
    has_arrived: bool = False


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """Note uses and the end."""
    del row
    index: ParcelIndex = state.index
    if type(fact) is not ParcelScanned:
        index.is_used = True
        index.is_return = index.is_return or fact.role == "return"
        index.is_nameless = index.is_nameless or not is_known(canonical_courier(fact.carrier))
    elif fact.scan in _ARRIVES:
        index.has_arrived = True
    return ()


def _may_be_elsewhere(facts: Iterable[Any]) -> bool:
    """Whether any scan names another order or address than somebody who was sent something under the number."""
    uses = [fact for fact in facts if type(fact) is WaybillUsed]
    return any(
        (scan.order_id is not None and scan.order_id != use.order_id)
        or (
            scan.destination_hash is not None
            and bool(use.address_hashes)
            and scan.destination_hash not in use.address_hashes
        )
        for scan in facts
        if type(scan) is ParcelScanned
        for use in uses
    )


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """One report per buyer who uses the number, if there is something to report."""
    del policies, now_ms
    index: ParcelIndex = state.index
    facts = row.facts.values()
    if not index.is_used or not (index.is_return or index.has_arrived or index.is_nameless or _may_be_elsewhere(facts)):
        return EMPTY
    uses = [fact for fact in facts if type(fact) is WaybillUsed and fact.is_held]
    if not uses:
        return EMPTY
    judgement = Judgement()
    for report in reports_of(uses, told_of((fact for fact in facts if type(fact) is ParcelScanned), uses)):
        report_id = report.internal_id
        judgement.conclusions[report_id] = Conclusion(report_id, report.buyer_id, report.occurred_at, report)
    return judgement


PARCEL = RowKind(
    name="parcel",
    letter="p",
    judge=_judge,
    holds=(Holds(ParcelScanned), Holds(WaybillUsed, identity=INTERNAL_ID)),
    tells=(ParcelReported,),
    index=_index,
)
