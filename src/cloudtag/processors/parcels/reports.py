"""What each buyer who uses a waybill number is told: the milestones some judgement reads, and, for a return number, its
other uses."""

from __future__ import annotations

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import ParcelReported, ScanSeen, WaybillUsed
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS

MAX_USES = 50
"""Uses reported: an alert names no more, and a number used this often needs no more proof."""
_REACH_MS = LONGEST_WINDOW_DAYS * DAY_MS
SIGNED, REFUSED = frozenset(("signed",)), frozenset(("refused", "returned"))
ENDS = SIGNED | REFUSED
"""The scans that end a journey."""
_EARLY_MS = 3 * DAY_MS
"""How much earlier than `shipped` a scan of the same journey may be: shops book late."""


def report_of(
    buyer_id: str, uses: list[WaybillUsed], returns: list[WaybillUsed], scans: list[ParcelScanned]
) -> ParcelReported | None:
    """What one buyer is told of a number, given the scans and the uses as a return number, both in order; None for
    nothing."""
    is_return = any(use.role == "return" for use in uses)
    near = _near(uses, scans)
    signed, refused = _first(near, SIGNED), _first(near, REFUSED)
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
        network=uses[0].network,
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
        network=report.network,
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
