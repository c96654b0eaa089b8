"""Return number without a parcel.

What it finds: a return number for which no courier scan exists long after the buyer filled it in (T3.4).

Why it is abuse: a made-up number starts the clock of an automatic refund although nothing was sent.

How it decides: `without_scan_hours` have passed since the number was first filled in, and no scan of it is known in
the `window_days` around that moment. Time passing opens the alert; a scan withdraws it, however late it comes.

Known false positives: a parcel handed in at a station that scans only at pick-up; a courier whose feed is down.

What would clear it: any scan of the number.

What to do: ask the buyer for the courier's receipt; do not refund on the clock alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Return number without a parcel",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.4",),
    clears="Any courier scan of the return number.",
    clears_zh="该退货单号的任意一次物流扫描。",
    recommendation="ask_for_receipt",
)
_HOUR_MS = 3_600_000
_OVER = ("withdrawn", "refused")


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a number may stay without a scan, and how far from its filling-in a scan still counts."""

    without_scan_hours: Annotated[int, Meta(ge=1)] = 72
    window_days: Annotated[int, Meta(ge=1)] = 180


_RETURN = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)

EXAMPLES = (
    Example(
        name="nothing moves for three days",
        events=_RETURN,
        until=day(9, 1),
        fires=({"waybill_nos": ["RET1"], "severity": "medium"},),
    ),
    Example(name="near miss: three days are not over", events=_RETURN, until=day(8, 23)),
    Example(
        name="near miss: handed in on the third day",
        events=(*_RETURN, scanned("RET1", "accepted", day(8, 20))),
        until=day(20),
    ),
    Example(
        name="near miss: scanned late, so it moves after all",
        events=(*_RETURN, scanned("RET1", "accepted", day(9, 5))),
        until=day(20),
    ),
    Example(
        name="near miss: the buyer gave the refund up",
        events=(*_RETURN, refunded("withdrawn", day(7), type="return_refund")),
        until=day(20),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """A timer until the wait is over, then a finding unless something was scanned."""
    filled = [(r.filled, o, r) for o, r in case.refunds if r.filled is not None]
    if not filled or case.waybill_no is None:
        return
    first = min((f for f, _, _ in filled), key=lambda f: (f.occurred_at, f.event_id))
    due_ms = first.occurred_at + parameters.without_scan_hours * _HOUR_MS
    if _was_scanned(case, first, parameters) or all(_was_over(r.changes, due_ms) for _, _, r in filled):
        return
    if case.now_ms < due_ms:
        yield Timer(due_ms)
        return
    hours = parameters.without_scan_hours
    yield Finding(
        anchor="",
        severity="medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(o.order_id for _, o, _ in filled),
        refund_ids=unique(r.refund_id for _, _, r in filled),
        waybill_nos=(case.waybill_no,),
        decided_at=due_ms,
        evidence=cite(*(f for f, _, _ in filled)),
        facts={"scans": "0/1", "hours_without_scan": f"{hours}/{hours}"},
        explanation=(
            f"Return number {case.waybill_no} has no courier scan {counted(hours, 'hour')} after it was filled in."
        ),
        explanation_zh=f"退货单号 {case.waybill_no} 填写 {hours} 小时后仍无任何物流扫描。",
    )


def _was_scanned(case: ParcelCase, first: RefundChanged, parameters: Parameters) -> bool:
    reach_ms = parameters.window_days * 24 * _HOUR_MS
    seen = (case.report.first_scan, case.report.last_scan) if case.report else ()
    return any(s is not None and abs(s.occurred_at - first.occurred_at) <= reach_ms for s in seen)


def _was_over(changes: list[RefundChanged], due_ms: int) -> bool:
    statuses = [c.status for c in changes if c.occurred_at <= due_ms and c.status != "unknown"]
    return bool(statuses) and statuses[-1] in _OVER
