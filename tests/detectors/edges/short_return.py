"""Edges of `short_return`: of which refunds the shop's words speak, and how what is missing is told."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_SAID: dict[str, Any] = {"type": "return_refund", "reason": "no_reason"}
_DRESS = [{"sku_id": "dress", "quantity": 1, "unit_price_minor": 19900}]
_ORDER = ordered("placed", 0)
_ASKED = refunded("opened", day(5), waybill_no="RET1", **_SAID)
_BOTH = (_ORDER, _ASKED)
_DENIED = inspected(day(8), {}, waybill_no="RET1", arrived=False)
_NOTHING = "Parcel RET1 was to bring back 2 pieces for 1 refund; the shop found none"


def _one(n: int, **fields: Any) -> Events:
    """A dress goes back in the one parcel, as refund n."""
    who = {"refund_id": f"r{n}", **fields}
    return ordered("placed", day(0, n), lines=_DRESS, **who), refunded(
        "opened", day(5), waybill_no="RET1", **_SAID, **who
    )


def _signed(days: int, number: str = "RET1") -> Raw:
    return scanned(number, "signed", day(days), signer="recipient")


_THREE = (*_one(1), *_one(2), *_one(3))
_TWO_BOXES = (
    *_BOTH,
    refunded("waybill_filled", day(5, 2), waybill_no="RET2", **_SAID),
    _signed(6),
    _signed(7, "RET2"),
    inspected(day(8), {"dress": 1}, waybill_no="RET2"),
)
_WEIGHED = (
    *_BOTH,
    ordered("shipped", day(1), waybill_no="OUT1"),
    scanned("OUT1", "accepted", day(1, 2), weight_grams=1000),
    scanned("OUT1", "signed", day(3), signer="recipient"),
    scanned("RET1", "accepted", day(6), weight_grams=1000),
)

EDGES = (
    Example(
        name="near miss: one of three refunds was looked at by itself so far, and is whole",
        events=(*_THREE, inspected(day(8), {"dress": 1})),
    ),
    Example(
        name="one was looked at in the parcel, one by itself: the parcel was open, and the third piece is not there",
        events=(
            *_THREE,
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
            inspected(day(8), {"dress": 1}, refund_id="r2"),
        ),
        fires=({"refund_ids": ["r1", "r2", "r3"], "facts": {"expected": "3", "received": "2"}},),
    ),
    Example(
        name="near miss: nothing came of a number that nobody ever scanned, three days on",
        events=(*_BOTH, _DENIED),
        until=day(9),
    ),
    Example(
        name="one piece of two: told in numbers",
        events=(*_BOTH, inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=(
            {
                "decided_at": at(8),
                "waybill_nos": ["RET1"],
                "explanation": "Parcel RET1 was to bring back 2 pieces for 1 refund; the shop found 1.",
                "explanation_zh": "包裹 RET1 应退回 1 笔退款的 2 件商品，商家实收 1 件。",
            },
        ),
    ),
    Example(
        name="a return of which no number was named",
        events=(_ORDER, refunded("opened", day(5), **_SAID), inspected(day(8), {"dress": 1})),
        fires=({"severity": "high", "waybill_nos": []},),
    ),
    Example(
        name="the courier's scales say otherwise: told in grams",
        events=(*_WEIGHED, inspected(day(8), {}, waybill_no="RET1")),
        fires=(
            {
                "severity": "medium",
                "explanation": f"{_NOTHING}, though the courier weighed it at 1000 g, and what was claimed had weighed "
                "1000 g.",
                "explanation_zh": "包裹 RET1 应退回 1 笔退款的 2 件商品，商家实收 0 件，但快递称重 1000 克，"
                "与所退商品发出时的 1000 克相符。",
            },
        ),
    ),
    Example(
        name="signed for, and denied a day later: since it is denied",
        events=(*_BOTH, _signed(7), _DENIED),
        fires=(
            {
                "decided_at": at(8),
                "evidence": cited(_ASKED, _signed(7), _DENIED),
                "explanation": f"{_NOTHING}, for nothing came though the parcel was signed for.",
                "explanation_zh": "包裹 RET1 应退回 1 笔退款的 2 件商品，商家实收 0 件，称包裹未到，而物流显示已签收。",
            },
        ),
    ),
    Example(
        name="denied before it is signed for: since the signature",
        events=(*_BOTH, _DENIED, _signed(9)),
        fires=({"decided_at": at(9), "evidence": cited(_ASKED, _DENIED, _signed(9))},),
    ),
    Example(
        name="nothing came of the first of two boxes, and half in the second: it rests on the first one's signature",
        events=(*_TWO_BOXES, _DENIED),
        fires=(
            {
                "severity": "medium",
                "waybill_nos": ["RET2"],
                "facts": {"nothing_arrived": "1"},
                "evidence": cited(_TWO_BOXES[2], _signed(6), _TWO_BOXES[5], _DENIED),
            },
        ),
    ),
    Example(
        name="two platforms of one network share the parcel",
        events=(*_one(1), *_one(2, platform="tmall"), inspected(day(8), {}, waybill_no="RET1")),
        fires=({"platform": "taobao", "refund_ids": ["r1", "r2"]},),
    ),
)
