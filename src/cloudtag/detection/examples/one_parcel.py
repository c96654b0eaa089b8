"""What is made of goods that were claimed early, once they came back in one parcel with others (T1b)."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_SAID = {"type": "return_refund", "reason": "no_reason"}
_CLAIM = refunded("opened", day(2), claims_received=True, waybill_no="RET1", **_SAID)
_SENT = (
    ordered("placed", 0),
    ordered("shipped", day(1), carrier="SF", waybill_no="OUT1"),
    scanned("OUT1", "accepted", day(1, 2)),
    _CLAIM,
)


def _beside(number: str = "RET1", **where: object) -> tuple[dict[str, object], ...]:
    """Another order of the buyer's, sent back under a number."""
    return (
        ordered("placed", day(-9), refund_id="r2", **where),
        refunded("opened", day(2), refund_id="r2", **_SAID, **where),
        refunded("waybill_filled", day(5), refund_id="r2", waybill_no=number, **_SAID, **where),
    )


def _found(pieces: int, number: str = "RET1", **where: object) -> dict[str, object]:
    return inspected(day(6), {"dress": pieces}, refund_id="r2", waybill_no=number, **where)


ONE_PARCEL = (
    Example(
        name="near miss: booked for another refund, the shop has the goods of both",
        events=(*_SENT, *_beside(), _found(4)),
    ),
    Example(
        name="booked for another refund, and a piece is missing",
        events=(*_SENT, *_beside(), _found(3)),
        fires=({"refund_ids": ["r1"]},),
    ),
    Example(
        name="what came in another parcel is another matter",
        events=(*_SENT, *_beside("RET2"), _found(4, "RET2")),
        fires=({"refund_ids": ["r1"]},),
    ),
    Example(
        name="what another shop found is another matter",
        events=(*_SENT, *_beside(shop_id="s2"), _found(4, shop_id="s2")),
        fires=({"refund_ids": ["r1"]},),
    ),
    Example(
        name="near miss: one return recorded as two refunds, and inspected for the other",
        events=(
            *_SENT,
            refunded("opened", day(2, 1), refund_id="r2", order_id="o1", waybill_no="RET1", **_SAID),
            inspected(day(6), {"dress": 2}, refund_id="r2", order_id="o1", waybill_no="RET1"),
        ),
    ),
)
