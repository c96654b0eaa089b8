"""Return parcel that never left the courier.

What it finds: a return parcel that was signed for where it was handed in (T3.5).

Why it is abuse: someone at the courier scans a parcel in and out; the number looks delivered, and no goods moved.

How it decides: the parcel was signed for, and its first and its last scan are different scans at one and the same
facility, both known. A parcel that was refused or sent back travels home by right and is left alone; so is one in
which the shop found any of the goods. Medium.

Known false positives: buyer and shop served by one station, until the shop opens the parcel.

What would clear it: an inspection that finds the goods, or a scan of the parcel at another facility after its last.

What to do: ask the courier for weight and proof of hand-over at both ends before any refund.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.parcels import ParcelReported, ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.returned import has_goods, sends_goods
from cloudtag.detection.rule import Example, Rule

RULE = Rule(
    title="Return parcel that never left the courier",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.5",),
    clears="An inspection that finds the goods in the parcel, or a last scan at another facility.",
    clears_zh="验货记录显示包裹内确有商品，或末次扫描在其他网点。",
    recommendation="ask_courier_for_proof",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


_RETURN = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)


def _journey(*stops: str | None, last: str = "signed") -> tuple[dict[str, object], ...]:
    kinds = ["accepted", *["arrived"] * (len(stops) - 2), last]
    scans = (
        scanned("RET1", kind, day(6, 2 + 3 * n), **({"facility": stop} if stop else {}))
        for n, (kind, stop) in enumerate(zip(kinds, stops, strict=True))
    )
    return (*_RETURN, *scans)


EXAMPLES = (
    Example(
        name="in and out at one station",
        events=_journey("f1", "f1", "f1"),
        fires=({"severity": "medium", "waybill_nos": ["RET1"], "facts": {"facilities": "1/2"}},),
    ),
    Example(
        name="out to the hub and back",
        events=_journey("f1", "f2", "f1"),
        fires=({"facts": {"first_facility": "f1", "last_facility": "f1"}},),
    ),
    Example(name="near miss: from one station to another", events=_journey("f1", "f2")),
    Example(name="near miss: still under way", events=_journey("f1", "f1", last="departed")),
    Example(
        name="near miss: buyer and shop in one town, the goods are there",
        events=(*_journey("f1", "f1"), inspected(day(8), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(name="near miss: the courier scans the door without a facility", events=_journey("f1", None)),
    Example(
        name="near miss: only the signature was scanned",
        events=(*_RETURN, scanned("RET1", "signed", day(7), facility="f1")),
    ),
    Example(
        name="near miss: the shop refused the parcel, so it went home",
        events=(
            *_journey("f1", "f2", last="refused"),
            scanned("RET1", "signed", day(9), facility="f1"),
        ),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding if the parcel ended where it began."""
    del parameters
    ends = _ends(case.report)
    if ends is None or case.waybill_no is None or case.outbound:
        return
    refunds = [(order, refund) for order, refund in case.refunds if refund.filled is not None and sends_goods(refund)]
    if not refunds or has_goods(refunds, case.waybill_no):
        return
    start, signed, end = ends
    first = min((r.filled for _, r in refunds if r.filled), key=lambda f: (f.occurred_at, f.event_id))
    facilities = 1 if case.report and case.report.has_one_facility else 2
    scans = {(s.occurred_at, s.event_id) for s in ends}
    sufficed = signed if signed.facility == start.facility and signed != start else end
    yield Finding(
        anchor="",
        severity="medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(order.order_id for order, _ in refunds),
        refund_ids=unique(refund.refund_id for _, refund in refunds),
        waybill_nos=(case.waybill_no,),
        decided_at=max(first.occurred_at, signed.occurred_at, sufficed.occurred_at),
        evidence=(
            *(Reference("logistics", event_id, at_ms) for at_ms, event_id in sorted(scans)),
            *cite(*(refund.filled for _, refund in refunds)),
        ),
        facts={
            "facilities": "1/2" if facilities == 1 else "2 or more/2",
            "first_facility": str(start.facility),
            "last_facility": str(end.facility),
        },
        explanation=(
            f"Return parcel {case.waybill_no} was signed for, but its last scan is where its first was, "
            f"at facility {start.facility}."
        ),
        explanation_zh=f"退货包裹 {case.waybill_no} 已签收，但首末扫描均在同一网点 {start.facility}。",
    )


def _ends(report: ParcelReported | None) -> tuple[ScanSeen, ScanSeen, ScanSeen] | None:
    """The first scan, the signature and the last scan of a parcel that ended where it began."""
    if report is None or report.refused is not None or report.first_scan is None or report.signed is None:
        return None
    start, end = report.first_scan, report.last_scan or report.signed
    is_round = start.facility is not None and start.facility == end.facility and start.event_id != end.event_id
    return (start, report.signed, end) if is_round else None
