"""Where a switch begins and ends: whose share of a parcel, which words, at which moment."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.rule import Example

_WATCH = {"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}
_AT_EIGHT = 1_773_100_800_000


def _return(
    n: int = 1, reason: str = "no_reason", kind: str = "return_refund", pieces: int = 1, **fields: object
) -> tuple[dict[str, object], ...]:
    """Refund n goes back in the one parcel."""
    who = {"refund_id": f"r{n}", **fields}
    return (
        ordered("placed", day(0, n), lines=[{**_WATCH, "quantity": pieces}], **who),
        refunded("opened", day(5, n), type=kind, reason=reason, **who),
        refunded("waybill_filled", day(6, n), type=kind, waybill_no="RET1", **who),
    )


def _found(n: int = 1, **pieces: int) -> dict[str, object]:
    return inspected(day(8, n - 1), pieces, refund_id=f"r{n}", waybill_no="RET1")


def _imitation(n: int = 1) -> dict[str, object]:
    return inspected(day(8), {"watch": 1}, refund_id=f"r{n}", waybill_no="RET1", authentic=False)


def _counterfeit(at: str) -> dict[str, object]:
    return refunded("modified", at, type="return_refund", reason="counterfeit")


def _beside(kind: str, status: str, at: str) -> tuple[dict[str, object], ...]:
    """Another refund of the first order."""
    who = {"refund_id": "r7", "order_id": "o1", "type": kind}
    return refunded("opened", at, reason="other", **who), refunded(status, day(7), **who)


_HIGH = ({"severity": "high", "refund_ids": ["r1"]},)
EDGES = (
    Example(
        name="decided when the shop looked; it rests on the order too",
        events=(*_return(), _found(stone=1)),
        fires=(
            {
                "decided_at": _AT_EIGHT,
                "first_event_at": 1_772_413_200_000,
                "platform": "taobao",
                "explanation": "Parcel RET1 was to bring back watch; the shop found 1 piece it never sent (stone).",
                "explanation_zh": "包裹 RET1 应退回 watch，商家验货发现 1 件非所发商品（stone）。",
            },
        ),
    ),
    Example(
        name="an imitation is told as one",
        events=(*_return(), _imitation()),
        fires=(
            {
                "facts": {"found": "imitation", "switched": "0/1"},
                "explanation": "Parcel RET1 was to bring back watch; 1 inspection calls the goods an imitation.",
                "explanation_zh": "包裹 RET1 应退回 watch，1 次验货认定为仿品。",
            },
        ),
    ),
    Example(
        name="an imitation of goods whose order has not come yet",
        events=(*_return()[1:], _imitation()),
        fires=_HIGH,
    ),
    Example(
        name="a return of which no number was named",
        events=(*_return()[:2], inspected(day(8), {"stone": 1})),
        fires=({"severity": "high", "waybill_nos": []},),
    ),
    Example(
        name="two imitations, of which the buyer called one counterfeit",
        events=(*_return(reason="counterfeit"), *_return(2), _imitation(), _imitation(2)),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="called counterfeit as late as clocks allow",
        events=(*_return(), _imitation(), _counterfeit(day(8, 0, 10))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="called counterfeit once the shop had looked",
        events=(*_return(), _imitation(), _counterfeit(day(8, 0, 11))),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: what one of two orders in the parcel holds is not known",
        events=(
            *_return(),
            ordered("placed", day(0, 2), lines=[], refund_id="r2"),
            *_return(2)[1:],
            _found(stone=1),
            _found(2),
        ),
    ),
    Example(
        name="a stone, while the other refund's goods were not looked for yet",
        events=(*_return(), *_return(2), _found(stone=1)),
        fires=_HIGH,
    ),
    Example(
        name="near miss: the goods and a gift, while the other refund's were not looked for yet",
        events=(*_return(), *_return(2), _found(watch=1, stone=1)),
    ),
    Example(
        name="two of three watches and a stone, all booked for the first refund",
        events=(*_return(), *_return(2), *_return(3), _found(watch=2, stone=1)),
        fires=({"severity": "high", "refund_ids": ["r1", "r2", "r3"]},),
    ),
    Example(
        name="two stones, and of one refund the buyer had said that the wrong item came",
        events=(*_return(reason="wrong_item"), *_return(2), _found(stone=1), _found(2, rock=1)),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="said between two looks that the wrong item came",
        events=(
            *_return(pieces=2),
            refunded("waybill_filled", day(6, 2), type="return_refund", waybill_no="RET2"),
            _found(stone=1),
            refunded("modified", day(9), type="return_refund", reason="wrong_item"),
            inspected(day(10), {"rock": 1}, waybill_no="RET2"),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="money was paid back before for something else, which is no exchange",
        events=(*_return(), *_beside("refund_only", "completed", day(2)), _found(stone=1)),
        fires=_HIGH,
    ),
    Example(
        name="what goes back for an exchange is a stone",
        events=(*_return(kind="exchange"), _found(stone=1)),
        fires=_HIGH,
    ),
    Example(
        name="an exchange is asked for afterwards",
        events=(*_return(), *_beside("exchange", "agreed", day(5, 2)), _found(stone=1)),
        fires=_HIGH,
    ),
    Example(
        name="near miss: an exchange is asked for at the same moment",
        events=(*_return(), *_beside("exchange", "agreed", day(5, 1)), _found(stone=1)),
    ),
    Example(
        name="two platforms of one network share the parcel",
        events=(*_return(), *_return(2, platform="tmall"), _found(stone=1), _found(2, rock=1)),
        fires=({"platform": "taobao"},),
    ),
)
