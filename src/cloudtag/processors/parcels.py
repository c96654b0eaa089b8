"""The `parcels` processor: what couriers say of a waybill, joined with who uses it.

To each buyer using a number go the milestones some judgement reads, and, for a return number, its other uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import ParcelReported, ScanSeen, WaybillUsed
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import EMPTY, Judgement
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.processors.base import DAY_MS, INTERNAL_ID, LONGEST_WINDOW_DAYS, KeyedProcessor

MAX_USES = 50
"""Uses reported: an alert names no more, and a number used this often needs no more proof."""
MAX_FACTS = 1000
_REACH_MS = LONGEST_WINDOW_DAYS * DAY_MS
_SIGNED, _REFUSED = frozenset(("signed",)), frozenset(("refused", "returned"))
_ENDS = _SIGNED | _REFUSED
_MOMENT = attrgetter("occurred_at", "event_id")
_EARLY_MS = 3 * DAY_MS
"""How much earlier than `shipped` a scan of the same journey may be: shops book late."""


class ParcelIndex(Struct, gc=False):
    """What was ever seen of a number; of most there is nothing to report but their end."""

    is_used: bool = False
    is_return: bool = False
    has_end: bool = False


class Parcels(KeyedProcessor):
    """Keyed state by waybill number, one row each."""

    name = "parcels"
    fact_type: Any = ParcelScanned | WaybillUsed
    identities = MappingProxyType({WaybillUsed: INTERNAL_ID})
    retention_ms = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
    most_facts = MAX_FACTS

    def new_state(self, key: str) -> KeyedState:
        """A keyed state with its index."""
        return KeyedState(key, ParcelIndex())

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """Note uses and the end."""
        del row
        index: ParcelIndex = state.index
        if type(fact) is not ParcelScanned:
            index.is_used = True
            index.is_return = index.is_return or fact.role == "return"
        elif fact.scan in _ENDS:
            index.has_end = True
        return ()

    def place(self, fact: Any) -> tuple[str, str]:
        """The number's only row."""
        return fact.waybill_no, "p"

    def bound(self, row: Row) -> None:
        """An overfull row loses its median fact: the first and the last scans and uses stay."""
        ordered = sorted(row.facts.items(), key=lambda item: (item[1].occurred_at, item[0]))
        del row.facts[ordered[len(ordered) // 2][0]]

    def judge(self, state: KeyedState, row_id: str, now_ms: int) -> Judgement:
        """One report per buyer who uses the number, if there is something to report."""
        del now_ms
        index: ParcelIndex = state.index
        # Whoever was only sent something learns of nothing but its end; most scans are no end.
        if not index.is_used or not (index.is_return or index.has_end):
            return EMPTY
        facts = state.rows[row_id].facts.values()
        by_buyer: dict[str, list[WaybillUsed]] = {}
        returns: list[WaybillUsed] = []
        scans: list[ParcelScanned] = []
        has_end = False
        for fact in facts:
            if type(fact) is ParcelScanned:
                # A label is printed before anything is handed over: the parcel does not travel yet.
                if fact.scan != "label_created":
                    scans.append(fact)
                has_end = has_end or fact.scan in _ENDS
            elif fact.is_held:
                by_buyer.setdefault(fact.buyer_id, []).append(fact)
                if fact.role == "return":
                    returns.append(fact)
        if not by_buyer or not (returns or has_end):
            return EMPTY
        judgement = Judgement()
        scans.sort(key=_MOMENT)
        returns.sort(key=lambda u: (u.occurred_at, u.refund_id or ""))
        for buyer_id, uses in by_buyer.items():
            report = _report(buyer_id, uses, returns, scans)
            if report is not None:
                report_id = report.internal_id
                judgement.conclusions[report_id] = Conclusion(report_id, buyer_id, report.occurred_at, report)
        return judgement


def _report(
    buyer_id: str, uses: list[WaybillUsed], returns: list[WaybillUsed], scans: list[ParcelScanned]
) -> ParcelReported | None:
    is_return = any(use.role == "return" for use in uses)
    near = _near(uses, scans)
    signed, refused = _first(near, _SIGNED), _first(near, _REFUSED)
    told: list[ParcelScanned] = [s for s in (signed, refused) if s]
    shared = returns if is_return and len(returns) > 1 else []
    if is_return and near:
        told.append(near[0])
    if not told and not shared:
        return None
    report = ParcelReported(
        revision=0,
        is_held=True,
        buyer_id=buyer_id,
        waybill_no=uses[0].waybill_no,
        occurred_at=max([s.occurred_at for s in told] + [u.occurred_at for u in (*uses, *shared)]),
        signed=_seen(signed),
        refused=_seen(refused),
        uses=_sample(buyer_id, shared),
        use_count=len(shared),
    )
    return _with_journey(report, near, signed) if is_return and near else report


def _with_journey(report: ParcelReported, scans: list[ParcelScanned], signed: ParcelScanned | None) -> ParcelReported:
    """The report with what only a return parcel is judged by; the journey's end is reported once it has ended."""
    facilities = {s.facility for s in scans if s.facility is not None}
    bound_for = _bound_for(scans)
    return ParcelReported(
        revision=0,
        is_held=True,
        buyer_id=report.buyer_id,
        waybill_no=report.waybill_no,
        occurred_at=report.occurred_at,
        first_scan=_seen(scans[0]),
        last_scan=_seen(scans[-1]) if signed else None,
        signed=report.signed,
        refused=report.refused,
        has_one_facility=bool(signed) and len(facilities) == 1,
        destination_hash=bound_for.destination_hash if bound_for else None,
        destination=_seen(bound_for),
        package=next((s.package for s in scans if s.package != "unknown"), "unknown"),
        weight_grams=next((s.weight_grams for s in scans if s.weight_grams is not None), None),
        uses=report.uses,
        use_count=report.use_count,
    )


def _bound_for(scans: list[ParcelScanned]) -> ParcelScanned | None:
    """The scan since which the parcel's destination is said, before it was refused or sent back: then it goes home."""
    found: ParcelScanned | None = None
    for scan in scans:
        if scan.destination_hash and (found is None or scan.destination_hash != found.destination_hash):
            found = scan
        if scan.scan in ("refused", "returned"):
            break
    return found


def _near(uses: list[WaybillUsed], scans: list[ParcelScanned]) -> list[ParcelScanned]:
    """The scans of this buyer's journey: couriers use a number again after a while."""
    sent = [use.occurred_at for use in uses if use.role == "outbound"]
    if sent:
        from_ms, until_ms = min(sent) - _EARLY_MS, max(sent) + _REACH_MS
        return [s for s in scans if from_ms <= s.occurred_at <= until_ms]
    return [s for s in scans if any(abs(s.occurred_at - use.occurred_at) <= _REACH_MS for use in uses)]


def _sample(buyer_id: str, returns: list[WaybillUsed]) -> tuple[WaybillUsed, ...]:
    """The buyer's own uses and the earliest others, up to the limit, as they were reported the first time."""
    own = [use for use in returns if use.buyer_id == buyer_id]
    others = [use for use in returns if use.buyer_id != buyer_id]
    return tuple(_plain(use) for use in (own + others)[:MAX_USES])


def _plain(use: WaybillUsed) -> WaybillUsed:
    if not use.revision:
        return use
    fields = {name: getattr(use, name) for name in use.__struct_fields__}
    return WaybillUsed(**{**fields, "revision": 0, "because": ()})


def _first(scans: list[ParcelScanned], wanted: frozenset[str]) -> ParcelScanned | None:
    # A plain loop: this is asked of every scan that comes after the end.
    for scan in scans:
        if scan.scan in wanted:
            return scan
    return None


def _seen(scan: ParcelScanned | None) -> ScanSeen | None:
    if scan is None:
        return None
    return ScanSeen(scan.event_id, scan.occurred_at, scan.scan, scan.facility, scan.signer)
