"""Return number that had already been delivered.

What it finds: a return number that the courier had delivered before the buyer filled it in (T3.1).

Why it is abuse: the number belongs to someone else's finished parcel; its scans end in a signature, and the refund's
clock runs.

How it decides: the parcel's first `signed` scan lies before the first moment at which any of the buyer's refunds in
that shop named the number, and not more than `window_days` before it. High if it was signed for before the refund was
even opened, else medium. A number the shop recorded (`offline`) was given earlier than it was written down and says
nothing; nor does one that was sent as the order's own parcel, that was refused on its way, or in which the shop found
any of the goods.

Known false positives: a buyer who sends the goods first and fills the number in when asked for it, until the shop
opens the parcel.

What would clear it: an inspection that finds the goods, or an earlier event that named the number.

What to do: compare destination and weight with the shop's own parcels of that day before any refund.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.parcels import ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import has_goods, sends_goods
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import span, span_zh

RULE = Rule(
    title="Return number that had already been delivered",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.1",),
    clears="An inspection that finds the goods in the parcel, or an earlier event that named the number.",
    clears_zh="验货记录显示包裹内确有商品，或有更早的记录填写过该单号。",
    recommendation="compare_parcel_with_each_refund",
)
_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How far back a signature still belongs to the same parcel; couriers use numbers again after that."""

    window_days: Annotated[int, Meta(ge=1)] = 180


def _opened(n: int = 1) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}"),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason="no_reason"),
    )


def _filled(at: str, n: int = 1, **fields: object) -> dict[str, object]:
    filled = {"type": "return_refund", "waybill_no": "RET1", **fields}
    return refunded("waybill_filled", at, refund_id=f"r{n}", **filled)


def _delivered(days: int) -> tuple[dict[str, object], ...]:
    return (scanned("RET1", "accepted", day(days)), scanned("RET1", "signed", day(days + 1, 5), signer="other"))


EXAMPLES = (
    Example(
        name="somebody else's parcel, delivered before the refund was opened",
        events=(*_delivered(2), *_opened(), _filled(day(6))),
        fires=({"severity": "high", "waybill_nos": ["RET1"]},),
    ),
    Example(
        name="delivered between opening and filling in",
        events=(*_opened(), *_delivered(6), _filled(day(9, 5))),
        fires=({"severity": "medium", "facts": {"hours_since_signature": "48.0/0"}},),
    ),
    Example(name="near miss: filled in, then delivered", events=(*_opened(), _filled(day(6)), *_delivered(6))),
    Example(
        name="near miss: sent first, filled in when asked, and the goods are there",
        events=(*_opened(), *_delivered(6), _filled(day(9)), inspected(day(10), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: told by phone, written down by the shop afterwards",
        events=(*_opened(), *_delivered(6), _filled(day(9), offline=True)),
    ),
    Example(
        name="near miss: a second refund in a parcel that had been announced",
        events=(*_opened(1), *_opened(2), _filled(day(6)), *_delivered(6), _filled(day(9), 2)),
    ),
    Example(
        name="near miss: mistyped, then set back to the number given first",
        events=(
            *_opened(),
            _filled(day(6)),
            _filled(day(6, 1), waybill_no="RET2"),
            *_delivered(6),
            scanned("RET2", "accepted", day(6, 8)),
            refunded("modified", day(8), type="return_refund", waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: the courier uses the number again",
        events=(
            *_delivered(0),
            ordered("placed", day(200)),
            refunded("opened", day(205), type="return_refund"),
            _filled(day(206)),
            scanned("RET1", "accepted", day(206, 5)),
        ),
    ),
    Example(
        name="near miss: refused at the door, so it is the order's own parcel",
        events=(
            ordered("placed", 0),
            ordered("shipped", day(1), waybill_no="RET1"),
            scanned("RET1", "refused", day(2)),
            scanned("RET1", "signed", day(4)),
            refunded("opened", day(5), type="return_refund"),
            _filled(day(6)),
        ),
    ),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop for which the number was first named after its delivery."""
    report = case.report
    signed = report.signed if report else None
    if report is None or signed is None or case.outbound:
        return
    if report.refused is not None and report.refused.occurred_at <= signed.occurred_at:
        return
    for shop_id, refunds in sorted(case.by_shop().items()):
        named = {r.refund_id: _first_named(r, report.waybill_no) for _, r in refunds}
        first = min(named.values(), key=lambda change: (change.occurred_at, change.event_id))
        late_ms = first.occurred_at - signed.occurred_at
        if late_ms <= 0 or late_ms > parameters.window_days * _DAY_MS:
            continue
        judged = [r for _, r in refunds if sends_goods(r) and not r.is_offline]
        if judged and not has_goods(refunds, report.waybill_no):
            yield _finding(report.waybill_no, shop_id, judged, [named[r.refund_id] for r in judged], signed)


def _first_named(refund: RefundView, waybill_no: str) -> RefundChanged:
    return next(change for change in refund.changes if change.waybill_no == waybill_no)


def _finding(
    waybill_no: str, shop_id: str, refunds: list[RefundView], named: list[RefundChanged], signed: ScanSeen
) -> Finding:
    first = min(named, key=lambda change: (change.occurred_at, change.event_id))
    opened = min((r.opened for r in refunds), key=lambda change: (change.occurred_at, change.event_id))
    after_ms = first.occurred_at - signed.occurred_at
    hours = after_ms / _HOUR_MS
    when = "before the refund was opened" if signed.occurred_at < opened.occurred_at else "after the refund was opened"
    when_zh = "退款申请之前" if signed.occurred_at < opened.occurred_at else "退款申请之后"
    return Finding(
        anchor=shop_id,
        severity="high" if signed.occurred_at < opened.occurred_at else "medium",
        platform=first.platform,
        shop_id=shop_id,
        order_ids=unique(refund.order_id for refund in refunds),
        refund_ids=unique(refund.refund_id for refund in refunds),
        waybill_nos=(waybill_no,),
        decided_at=first.occurred_at,
        evidence=(
            Reference("logistics", signed.event_id, signed.occurred_at),
            *cite(opened, *named),
        ),
        facts={"hours_since_signature": f"{hours:.1f}/0", "signed": when},
        explanation=(
            f"Return number {waybill_no} was filled in {span(after_ms)} after its parcel had been signed "
            f"for, and the signature came {when}."
        ),
        explanation_zh=f"退货单号 {waybill_no} 在其包裹签收 {span_zh(after_ms)}后才填写，签收在{when_zh}。",
    )
