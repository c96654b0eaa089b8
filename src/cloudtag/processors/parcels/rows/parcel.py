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


_Said = tuple[str | None, str | None]
"""The order and the destination that a scan names."""
_Meant = tuple[str, tuple[str, ...]]
"""The order of a use, and where it was to go."""


class ParcelIndex(Struct, gc=False):
    """What was ever seen of a number; of most there is nothing to tell anybody until the parcel is somewhere."""

    is_used: bool = False
    is_return: bool = False
    is_nameless: bool = False
    """Whether somebody was sent something under it by a courier that is not known."""
    has_arrived: bool = False
    is_elsewhere: bool = False
    """Whether any scan ever named another order or address than somebody who was sent something under it."""
    said: tuple[_Said, ...] = ()
    """What scans said, each once."""
    meant: tuple[_Meant, ...] = ()
    """What uses said, each once."""


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """Note uses, the end, and what contradicts."""
    del row
    index: ParcelIndex = state.index
    if type(fact) is ParcelScanned:
        if fact.scan in _ARRIVES:
            index.has_arrived = True
        order_id, destination = fact.order_id, fact.destination_hash
        # Most scans name neither.
        if order_id is None and destination is None:
            return ()
        said = order_id, destination
        if said not in index.said:
            index.said += (said,)
            index.is_elsewhere = index.is_elsewhere or any(_is_another(said, meant) for meant in index.meant)
        return ()
    index.is_used = True
    index.is_return = index.is_return or fact.role == "return"
    index.is_nameless = index.is_nameless or not is_known(canonical_courier(fact.carrier))
    meant = fact.order_id, fact.address_hashes
    if meant not in index.meant:
        index.meant += (meant,)
        index.is_elsewhere = index.is_elsewhere or any(_is_another(said, meant) for said in index.said)
    return ()


def _is_another(said: _Said, meant: _Meant) -> bool:
    (order_id, destination_hash), (own_id, address_hashes) = said, meant
    if order_id is not None and order_id != own_id:
        return True
    return destination_hash is not None and bool(address_hashes) and destination_hash not in address_hashes


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """One report per buyer who uses the number, if there is something to report."""
    del policies, now_ms
    index: ParcelIndex = state.index
    if not index.is_used or not (index.is_return or index.has_arrived or index.is_nameless or index.is_elsewhere):
        return EMPTY
    facts = row.facts.values()
    uses = [fact for fact in facts if type(fact) is WaybillUsed and fact.is_held]
    scans = [fact for fact in facts if type(fact) is ParcelScanned]
    # One use of a number that nobody has scanned yet is nobody's news: there is no journey, and no other use.
    if not uses or (not scans and len(uses) < 2):
        return EMPTY
    judgement = Judgement()
    for report in reports_of(uses, told_of(scans, uses)):
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
