"""Edges of `repeat_reopen`: what is another try, which refusal it follows, and beside which alert it stands."""

from typing import Any

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.detection.example import complained, day, event, inspected, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_SAID: dict[str, Any] = {"type": "refund_only", "reason": "quality", "order_id": "o1"}
_DRESS = [{"sku_id": "dress", "quantity": 1}]
_HAT = [{"sku_id": "hat", "quantity": 1}]
_TO_RETURN: dict[str, Any] = {"type": "return_refund", "waybill_no": "RET1"}


def _told(status: str, days: int, minutes: int = 0, n: int = 1, **fields: Any) -> Raw:
    """What becomes of refund n of the order."""
    return refunded(status, day(days, 0, minutes), refund_id=f"r{n}", **{**_SAID, **fields})


def _tries(*days: int, **fields: Any) -> Events:
    return tuple(_told("modified", each, **fields) for each in days)


def _sent_back(n: int, goods: list[dict[str, Any]]) -> Raw:
    return _told("opened", 4, n=n, type="return_refund", waybill_no=f"RET{n}", lines=goods)


def _found(n: int, days: int, **goods: int) -> Raw:
    return inspected(day(days), goods, refund_id=f"r{n}", order_id="o1", waybill_no=f"RET{n}")


_ORDER = ordered("placed", 0)
_REFUSED = (_ORDER, _told("opened", 4), _told("refused", 5))
_BOTH = (
    ordered("placed", 0, lines=[{**each, "unit_price_minor": 19900} for each in (*_DRESS, *_HAT)]),
    _sent_back(1, _DRESS),
    _sent_back(2, _HAT),
)
_MISSING = _found(1, 8)
_TWO_REFUSED = (
    _ORDER,
    _told("opened", 4, lines=_DRESS),
    _told("refused", 5),
    _told("opened", 4, n=2, lines=_HAT),
    _told("refused", 6, n=2),
)
_UNDER_OTHERS = (
    _told("opened", 7, n=3, lines=_DRESS),
    _told("opened", 8, n=4, lines=_DRESS),
    _told("opened", 9, n=5, lines=_HAT),
)
_SHORT = (_ORDER, _told("opened", 4, **_TO_RETURN), _told("refused", 5, type="return_refund"))
_HALF = make_alert_id("short_return", "taobao", "b1", "RET1", "s1")
_ALONE = ({"severity": "low", "scenario": "false_return_info", "facts": {"beside": None}},)

EDGES = (
    Example(
        name="near miss: the first of three came at the very moment of the refusal",
        events=(_ORDER, _told("opened", 4), _told("refused", 5, event_id="a"), *_tries(5, 6, 7)),
    ),
    Example(
        name="near miss: three, of which the second followed after ten minutes",
        events=(
            *_REFUSED,
            _told("modified", 6),
            _told("modified", 6, 10),
            _told("modified", 7),
        ),
    ),
    Example(
        name="the second followed after eleven minutes",
        events=(*_REFUSED, _told("modified", 6), _told("modified", 6, 11), _told("modified", 7)),
        fires=({"decided_at": at(7), "facts": {"reopenings": "3/3"}},),
    ),
    Example(
        name="near miss: the second of two is corrected after five minutes",
        events=(*_REFUSED, *_tries(6, 7), _told("modified", 7, 5)),
    ),
    Example(
        name="three within ten minutes, each of them refused",
        events=(
            *_REFUSED,
            _told("modified", 6),
            _told("refused", 6, 3),
            _told("modified", 6, 5),
            _told("refused", 6, 7),
            _told("modified", 6, 9),
        ),
        fires=({"decided_at": at(6, 0, 9), "facts": {"reopenings": "3/3"}},),
    ),
    Example(
        name="refused at the very moment of the first, which follows that refusal no more, but the second does",
        events=(*_REFUSED, _told("modified", 6), _told("refused", 6), _told("modified", 6, 5), _told("modified", 7)),
        fires=({"facts": {"reopenings": "3/3"}},),
    ),
    Example(
        name="refused twice before the first: it rests on the first refusal",
        events=(*_REFUSED, _told("refused", 5, 480), *_tries(6, 7, 8)),
        fires=({"evidence": cited(_REFUSED[2], *_tries(6, 7, 8))},),
    ),
    Example(
        name="the last within 180 days of the first",
        events=(*_REFUSED, *_tries(6, 7, 186)),
        fires=({"decided_at": at(186)},),
    ),
    Example(name="near miss: the last a minute later", events=(*_REFUSED, *_tries(6, 7), _told("modified", 186, 1))),
    Example(
        name="refused for all, and asked for again for one of the goods under other numbers",
        events=(*_REFUSED, *(_told("opened", 4 + n, n=n, lines=_DRESS) for n in (2, 3, 4))),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4"]},),
    ),
    Example(
        name="refused for one of the goods, and asked for again for all under other numbers",
        events=(
            _ORDER,
            _told("opened", 4, lines=_DRESS),
            _told("refused", 5),
            *(_told("opened", 4 + n, n=n) for n in (2, 3, 4)),
        ),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4"]},),
    ),
    Example(
        name="refused for one of the goods, and asked for again for that one under other numbers",
        events=(
            _ORDER,
            _told("opened", 4, lines=_DRESS),
            _told("refused", 5),
            *(_told("opened", 4 + n, n=n, lines=_DRESS) for n in (2, 3, 4)),
        ),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4"]},),
    ),
    Example(
        name="two of the goods refused, and both asked for again under other numbers: it rests on the first refusal",
        events=(*_TWO_REFUSED, *_UNDER_OTHERS),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4", "r5"], "evidence": cited(_TWO_REFUSED[2], *_UNDER_OTHERS)},),
    ),
    Example(
        name="near miss: the shop agrees in the end to what it had refused second",
        events=(*_TWO_REFUSED, *_UNDER_OTHERS, _told("agreed", 11, n=2)),
    ),
    Example(
        name="near miss: right in the end, and paid",
        events=(*_REFUSED, *_tries(6, 7, 8), _told("agreed", 9), _told("completed", 10)),
    ),
    Example(
        name="the shop agrees about other goods of the order",
        events=(
            _ORDER,
            _told("opened", 4, lines=_DRESS),
            _told("refused", 5),
            *_tries(6, 7, 8),
            _told("opened", 9, n=2, lines=_HAT),
            _told("agreed", 10, n=2),
        ),
        fires=({"refund_ids": ["r1"]},),
    ),
    Example(
        name="beside money that is demanded for a review, which is no alert about a refund",
        events=(*_REFUSED, *_tries(6, 7, 8), complained("opened", day(9), type="other", demands_money=True)),
        fires=_ALONE,
    ),
    Example(
        name="beside half of the goods, which the shop calls normal",
        events=(
            *_SHORT,
            _found(1, 5, dress=1),
            *_tries(6, 7, 8, type="return_refund"),
            event("verdicts", day(9), shop_id="s1", alert_id=_HALF, buyer_id="b1", account_id="main", verdict="normal"),
        ),
        fires=_ALONE,
    ),
    Example(
        name="beside two alerts: the first that was decided",
        events=(
            *_BOTH,
            _MISSING,
            _found(2, 10, stone=1),
            _told("refused", 11),
            *_tries(12, 13, 14, type="return_refund"),
        ),
        fires=({"severity": "medium", "scenario": "short_return", "facts": {"beside": "short_return"}},),
    ),
    Example(
        name="half of the goods were found between the third and the fifth: medium since then, high since the fifth",
        events=(*_SHORT, *_tries(6, 7, 8, 10, 11, type="return_refund"), _found(1, 9, dress=1)),
        fires=(
            {
                "severity": "high",
                "decided_at": at(8),
                "facts": {"medium_since": day(9), "high_since": day(11)},
            },
        ),
    ),
    Example(
        name="half of the goods were found after the fifth: both since then",
        events=(*_SHORT, *_tries(6, 7, 8, 9, 10, type="return_refund"), _found(1, 12, dress=1)),
        fires=({"severity": "high", "facts": {"medium_since": day(12), "high_since": day(12)}},),
    ),
)
