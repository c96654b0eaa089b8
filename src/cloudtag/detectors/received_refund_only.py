"""Money back for goods that were received.

What it finds: a refund-only for "not received" though the outbound parcel was signed for by the recipient (T6, B28).

Why it is abuse: the buyer keeps the goods and the money.

How it decides: some opening, amendment or escalation of the refund with the reason `not_received` happened at or
after a `signed` scan whose signer is the recipient. Medium; high once the buyer amends the refund; critical from
`modifications` amendments on.

Known false positives: a courier that signs in the recipient's name. Parcels signed for by a household, a locker or a
station are left alone.

What would clear it: a correction that shows someone else signed, or that the claim came before the signature.

What to do: refuse with the proof of delivery before the refund's deadline passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.parcels import ScanSeen
from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted, span, span_zh

RULE = Rule(
    title="Money back for goods that were received",
    family="refund",
    scenario="received_refund_only",
    scenario_zh="收货后仅退款",
    scope="order",
    needs=("refunds",),
    rules=("T6", "B28"),
    clears="A corrected scan that shows the recipient did not sign before the claim.",
    clears_zh="更正后的扫描记录表明收件人在申请之前并未签收。",
    recommendation="refuse_with_proof_of_delivery",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """From how many amendments on the alert is critical."""

    modifications: Annotated[int, Meta(ge=1)] = 2


_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), scanned("OUT1", "accepted", day(1, 2)))
_SIGNED = scanned("OUT1", "signed", day(2), signer="recipient")
_NOT_RECEIVED = {"type": "refund_only", "reason": "not_received"}

EXAMPLES = (
    Example(
        name="signed for, then never received",
        events=(*_SENT, _SIGNED, refunded("opened", day(3), **_NOT_RECEIVED)),
        fires=({"severity": "medium", "order_ids": ["o1"]},),
    ),
    Example(
        name="amended twice",
        events=(
            *_SENT,
            _SIGNED,
            refunded("opened", day(3), **_NOT_RECEIVED),
            refunded("modified", day(3, 5), **_NOT_RECEIVED),
            refunded("modified", day(4), **_NOT_RECEIVED),
        ),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: claimed before the parcel came, then left alone",
        events=(*_SENT, refunded("opened", day(1, 12), **_NOT_RECEIVED), _SIGNED),
    ),
    Example(
        name="near miss: a locker signed",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2), signer="locker"),
            refunded("opened", day(3), **_NOT_RECEIVED),
        ),
    ),
    Example(
        name="near miss: received but damaged",
        events=(*_SENT, _SIGNED, refunded("opened", day(3), type="refund_only", reason="damaged")),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund that denies a delivery the recipient signed for."""
    parcel = case.outbound if case.order.refunds else None
    if parcel is None or parcel.signed is None or parcel.signed.signer != "recipient":
        return
    for refund in case.order.refunds.values():
        if refund.type != "refund_only" or refund.reason != "not_received":
            continue
        denial = next((c for c in refund.changes if _denies(c) and c.occurred_at >= parcel.signed.occurred_at), None)
        if denial is not None:
            yield _finding(parcel.waybill_no, parcel.signed, refund, denial, parameters)


def _denies(change: RefundChanged) -> bool:
    return change.status in ("opened", "modified", "escalated") and change.reason in ("not_received", "unknown")


def _severity(modified: int, parameters: Parameters) -> Severity:
    if modified >= parameters.modifications:
        return "critical"
    return "high" if modified else "medium"


def _rises(refund: RefundView, denial: RefundChanged, parameters: Parameters) -> dict[Severity, int]:
    """With the first amendment it became high, with enough of them critical."""
    amended = [max(c.occurred_at, denial.occurred_at) for c in refund.changes if c.status == "modified"]
    steps: tuple[tuple[Severity, int], ...] = (("high", 1), ("critical", parameters.modifications))
    return {severity: amended[count - 1] for severity, count in steps if len(amended) >= count}


def _finding(
    waybill_no: str, signed: ScanSeen, refund: RefundView, denial: RefundChanged, parameters: Parameters
) -> Finding:
    after_ms = denial.occurred_at - signed.occurred_at
    hours, amended = after_ms / 3_600_000, refund.modified_count
    told = f"amended {counted(amended, 'time')}" if amended else "never amended"
    return Finding(
        anchor=refund.refund_id,
        severity=_severity(refund.modified_count, parameters),
        platform=refund.platform,
        shop_id=refund.shop_id,
        order_ids=(refund.order_id,),
        refund_ids=(refund.refund_id,),
        waybill_nos=(waybill_no,),
        decided_at=denial.occurred_at,
        rises=_rises(refund, denial, parameters),
        evidence=(Reference("logistics", signed.event_id, signed.occurred_at), *cite(*refund.changes)),
        facts={
            "signer": "recipient",
            "hours_after_signature": f"{hours:.1f}",
            "modified": f"{refund.modified_count}/{parameters.modifications}",
        },
        explanation=(
            f"Refund {refund.refund_id} says the goods were not received, {span(after_ms)} after the recipient signed "
            f"for parcel {waybill_no}, and was {told}."
        ),
        explanation_zh=(
            f"收件人签收包裹 {waybill_no} {span_zh(after_ms)}后，退款 {refund.refund_id} 称未收到货，"
            f"{f'已修改 {amended} 次' if amended else '未曾修改'}。"
        ),
    )
