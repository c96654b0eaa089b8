"""Demands and what presses for them: at which moment, by how much, and how it is told."""

from __future__ import annotations

from cloudtag.detection.example import complained, day, ordered, refunded, reviewed
from cloudtag.detection.rule import Example

_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), ordered("completed", day(4)))
_DAY_FIVE, _DAY_MS = 1_772_841_600_000, 86_400_000


def _demands(at: str, name: str = "c1", **fields: object) -> dict[str, object]:
    said = complained("opened", at, complaint_id=name, type="other", demands_money=True, **fields)
    return {**said, "event_id": f"{name}-{at}"}


def _wants_back(at: str, status: str = "opened") -> dict[str, object]:
    return refunded(status, at, type="refund_only", reason="quality")


PRESSED = (
    Example(
        name="decided by the later of the two",
        events=(*_SENT, reviewed(day(5), 1), _demands(day(6))),
        fires=(
            {
                "platform": "taobao",
                "shop_id": "s1",
                "decided_at": _DAY_FIVE + _DAY_MS,
                "first_event_at": _DAY_FIVE,
                "explanation": "About order o1 there is 1 demand for money, pressed with a rating of 1 of 5 stars.",
                "explanation_zh": "订单 o1：买家 1 次索要钱款，并以最低 1 星的评价施压。",
            },
        ),
    ),
    Example(
        name="of several demands the first that is pressed decides",
        events=(*_SENT, reviewed(day(5), 2), _wants_back(day(8)), _demands(day(9)), _demands(day(6), "c2")),
        fires=(
            {
                "severity": "high",
                "decided_at": _DAY_FIVE + _DAY_MS,
                "facts": {"demands_money": "2/1", "lowest_rating": "2/3", "refund_only": "1/1"},
                "explanation": (
                    "About order o1 there are 2 demands for money, pressed with a rating of 2 of 5 stars and 1 refund "
                    "without return."
                ),
                "explanation_zh": "订单 o1：买家 2 次索要钱款，并以最低 2 星的评价、仅退款申请 1 笔施压。",
            },
        ),
    ),
    Example(
        name="a refund alone presses",
        events=(*_SENT, _wants_back(day(5)), _demands(day(6))),
        fires=(
            {
                "severity": "medium",
                "explanation": "About order o1 there is 1 demand for money, pressed with 1 refund without return.",
                "explanation_zh": "订单 o1：买家 1 次索要钱款，并以仅退款申请 1 笔施压。",
            },
        ),
    ),
    Example(
        name="two complaints by themselves: since the first, whichever is rejected",
        events=(
            *_SENT,
            _demands(day(7), "c2"),
            _demands(day(6)),
            complained("rejected", day(9), complaint_id="c2"),
        ),
        fires=(
            {
                "severity": "low",
                "decided_at": _DAY_FIVE + _DAY_MS,
                "platform": "taobao",
                "shop_id": "s1",
                "facts": {"demands_money": "2/1", "complaint_rejected": "true"},
                "explanation": (
                    "About order o1 the buyer demands money in 2 complaints; no refund without return and no bad "
                    "rating of the order presses for it."
                ),
            },
        ),
    ),
    Example(
        name="of two demands that are pressed one was rejected",
        events=(
            *_SENT,
            reviewed(day(5), 1),
            _demands(day(6)),
            _demands(day(7), "c2"),
            complained("rejected", day(9), complaint_id="c2"),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="the rating is put right at the moment of the demand: a complaint by itself",
        events=(*_SENT, reviewed(day(5), 1), reviewed(day(6), 5), _demands(day(6))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="the refund is withdrawn at the moment of the demand: a complaint by itself",
        events=(*_SENT, _wants_back(day(5)), _wants_back(day(6), "withdrawn"), _demands(day(6))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="the refund is withdrawn a minute later",
        events=(*_SENT, _wants_back(day(5)), refunded("withdrawn", day(6, 0, 1), type="refund_only"), _demands(day(6))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the demand comes first, and half a year later the stars",
        events=(*_SENT, _demands(day(5)), reviewed(day(185), 1)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="a day later: only the complaint is left",
        events=(*_SENT, _demands(day(5)), reviewed(day(186), 1)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="two ratings press, and the lower is told",
        events=(*_SENT, reviewed(day(5), 2), _demands(day(5, 12)), reviewed(day(6), 1)),
        fires=({"severity": "medium", "facts": {"lowest_rating": "1/3"}},),
    ),
    Example(
        name="of two demands, over two platforms of one network, the first is where it is told of",
        events=(*_SENT, reviewed(day(5), 1), _demands(day(6), platform="tmall"), _demands(day(7), "c2")),
        fires=({"platform": "tmall", "facts": {"demands_money": "2/1"}},),
    ),
)
