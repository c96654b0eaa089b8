"""A complaint that demands money and names no order: which order of the buyer's at the shop it is about."""

from __future__ import annotations

from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.rule import Example

_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), ordered("completed", day(4)))
_DEMAND = complained("opened", day(6), type="other", demands_money=True)
_REFUND = refunded("opened", day(5), type="refund_only", reason="quality")

ORDERLESS = (
    Example(
        name="names no order: it is about the only one at the shop",
        events=(*_SENT, _REFUND, {**_DEMAND, "order_id": None}),
        fires=({"severity": "medium", "order_ids": ["o1"], "refund_ids": ["r1"]},),
    ),
    Example(
        name="names no order, and nothing presses: a complaint by itself",
        events=(*_SENT, {**_DEMAND, "order_id": None}),
        fires=({"severity": "low", "order_ids": ["o1"]},),
    ),
    Example(
        name="names no order, with a later one at the shop and one at another: a complaint by itself",
        events=(
            *_SENT,
            _REFUND,
            ordered("placed", day(5), order_id="o2"),
            ordered("placed", day(5, 23), order_id="o3", shop_id="s2"),
            {**_DEMAND, "order_id": None},
        ),
        fires=({"severity": "low", "order_ids": ["o2"]},),
    ),
    Example(
        name="names no order, ten minutes before the next one as two clocks tell it",
        events=(*_SENT, _REFUND, ordered("placed", day(6, 0, 10), order_id="o2"), {**_DEMAND, "order_id": None}),
        fires=({"severity": "low", "order_ids": ["o2"]},),
    ),
    Example(
        name="names no order, a minute sooner",
        events=(*_SENT, _REFUND, ordered("placed", day(6, 0, 11), order_id="o2"), {**_DEMAND, "order_id": None}),
        fires=({"severity": "medium", "order_ids": ["o1"]},),
    ),
    Example(
        name="the order is named later: it is not the latest one",
        events=(
            *_SENT,
            _REFUND,
            ordered("placed", day(5, 12), order_id="o2"),
            {**_DEMAND, "order_id": None},
            complained("rejected", day(9)),
        ),
        fires=({"severity": "high", "order_ids": ["o1"]},),
    ),
    Example(
        name="near miss: names no order of the shop, and the platform agreed",
        events=(
            *_SENT,
            _REFUND,
            {**_DEMAND, "order_id": None},
            complained("upheld", day(9), order_id=None),
        ),
    ),
    Example(
        name="near miss: names no order, and is the shop's own",
        events=(*_SENT, _REFUND, {**_DEMAND, "order_id": None, "complainant": "shop"}),
    ),
)
