"""What `no_circulation` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.examples.other_courier import OTHER_COURIER
from cloudtag.detection.examples.unscanned import UNSCANNED
from cloudtag.detection.rule import Example


def _return(n: int = 1, carrier: str | None = "YTO", reason: str = "no_reason") -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", 0, refund_id=f"r{n}"),
        refunded("opened", day(5), refund_id=f"r{n}", type="return_refund", reason=reason),
        _filled("RET1", day(6), refund_id=f"r{n}", carrier=carrier),
    )


def _filled(number: str, at: str, **fields: object) -> dict[str, object]:
    return refunded("waybill_filled", at, type="return_refund", waybill_no=number, **{"carrier": "YTO", **fields})


def _busy(until_hours: int, since_hours: int = 0, carrier: str = "圆通") -> tuple[dict[str, object], ...]:
    """The courier scans somebody else's parcels, once an hour from day 6 on."""
    return tuple(
        scanned("BUSY", "arrived", day(6, hour, 30), carrier=carrier) for hour in range(since_hours, until_hours)
    )


def _nothing_came() -> dict[str, object]:
    return inspected(day(9, 5), {}, arrived=False, waybill_no="RET1")


_RETURN = _return()
_UNKNOWN = _return(carrier=None)
_SECOND = (ordered("placed", 0, refund_id="r2"), _filled("RET1", day(7, 12), refund_id="r2"))
_AGAIN = (*_RETURN, refunded("withdrawn", day(7), type="return_refund"), *_SECOND)
_REFUSED = (*_RETURN, refunded("refused", day(7), type="return_refund"), *_SECOND)

EXAMPLES = (
    Example(
        name="nothing moves for three days while the courier carries on",
        events=(*_RETURN, *_busy(72)),
        until=day(9),
        fires=({"waybill_nos": ["RET1"], "severity": "medium", "decided_at": 1_773_187_200_000},),
    ),
    Example(
        name="near miss: three days are over but for a minute", events=(*_RETURN, *_busy(72)), until=day(8, 23, 59)
    ),
    Example(
        name="nobody knows the courier: no more than a hint",
        events=_UNKNOWN,
        until=day(9),
        fires=({"severity": "low", "facts": {"courier_unknown": "true"}},),
    ),
    Example(name="near miss: nobody knows the courier, a minute before", events=_UNKNOWN, until=day(8, 23, 59)),
    Example(
        name="nobody knows the courier, and the shop says that nothing came",
        events=(*_UNKNOWN, _nothing_came()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the shop said that nothing came, and found a part after all",
        events=(
            *_UNKNOWN,
            _nothing_came(),
            inspected(day(9, 6), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "low"},),
    ),
    Example(
        name="near miss: never scanned, and all the goods are there",
        events=(*_UNKNOWN, inspected(day(9, 5), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the courier showed no scan at all for an hour",
        events=(*_RETURN, *_busy(30), *_busy(73, 31)),
        until=day(9, 0, 59),
    ),
    Example(
        name="an hour of the courier's silence is made up for",
        events=(*_RETURN, *_busy(30), *_busy(73, 31)),
        until=day(9, 1),
        fires=({"severity": "medium", "decided_at": 1_773_190_800_000},),
    ),
    Example(name="near miss: no scan of the courier comes in at all", events=_RETURN, until=day(40)),
    Example(
        name="near miss: only another courier carries on",
        events=(*_RETURN, *_busy(80, carrier="SF")),
        until=day(9, 12),
    ),
    Example(
        name="near miss: the feed fell silent before the wait was over",
        events=(*_RETURN, *_busy(71)),
        until=day(40),
    ),
    Example(
        name="near miss: a public holiday is no day to hand in a parcel",
        events=(
            ordered("placed", 0),
            refunded("opened", day(30), type="return_refund"),
            _filled("RET1", day(32), carrier=None),
        ),
        until=day(37, 23, 59),
    ),
    Example(
        name="three days besides the public holiday",
        events=(
            ordered("placed", 0),
            refunded("opened", day(30), type="return_refund"),
            _filled("RET1", day(32), carrier=None),
        ),
        until=day(38),
        fires=({"severity": "low"},),
    ),
    Example(
        name="a label alone is no circulation",
        events=(*_RETURN, *_busy(80), scanned("RET1", "label_created", day(6, 1), carrier="YTO")),
        until=day(9, 1),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: handed in on the third day",
        events=(*_RETURN, *_busy(80), scanned("RET1", "accepted", day(8, 20), carrier="YTO")),
        until=day(20),
    ),
    Example(
        name="near miss: scanned late, so it moves after all",
        events=(*_RETURN, *_busy(80), scanned("RET1", "accepted", day(9, 5), carrier="YTO")),
        until=day(20),
    ),
    Example(
        name="another parcel had the number last year, and nothing moves now",
        events=(
            scanned("RET1", "accepted", day(-190), carrier="YTO"),
            scanned("RET1", "signed", day(-188), carrier="YTO", signer="recipient"),
            *_RETURN,
            *_busy(80),
        ),
        until=day(9, 1),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: the buyer gave the refund up",
        events=(*_RETURN, *_busy(80), refunded("withdrawn", day(7), type="return_refund")),
        until=day(20),
    ),
    Example(
        name="near miss: the buyer gave the refund up once the wait was over",
        events=(*_RETURN, *_busy(80), refunded("withdrawn", day(9, 1), type="return_refund")),
        until=day(20),
    ),
    Example(
        name="the buyer gave the refund up once it was paid",
        events=(
            *_RETURN,
            *_busy(80),
            refunded("completed", day(9, 1), type="return_refund"),
            refunded("withdrawn", day(9, 2), type="return_refund"),
        ),
        until=day(20),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: the shop refused before the wait was over",
        events=(*_RETURN, *_busy(80), refunded("refused", day(9), type="return_refund")),
        until=day(20),
    ),
    Example(
        name="the shop refused once the wait was over",
        events=(*_RETURN, *_busy(80), refunded("refused", day(9, 0, 1), type="return_refund")),
        until=day(20),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="given up, and the number named again: a wait of its own",
        events=(*_AGAIN, *_busy(108)),
        until=day(10, 12),
        fires=({"refund_ids": ["r2"], "decided_at": 1_773_316_800_000},),
    ),
    Example(
        name="near miss: given up, and the number named again, a minute before",
        events=(*_AGAIN, *_busy(108)),
        until=day(10, 11, 59),
    ),
    Example(
        name="refused, and the number named again: a wait of its own",
        events=(*_REFUSED, *_busy(108)),
        until=day(10, 12),
        fires=({"refund_ids": ["r2"], "decided_at": 1_773_316_800_000},),
    ),
    Example(
        name="near miss: refused, and the number named again, a minute before",
        events=(*_REFUSED, *_busy(108)),
        until=day(10, 11, 59),
    ),
    Example(
        name="one of two refunds under the number was given up",
        events=(
            *_RETURN,
            *_return(2),
            *_busy(80),
            refunded("withdrawn", day(7), refund_id="r2", type="return_refund"),
        ),
        until=day(9, 1),
        fires=({"refund_ids": ["r1"]},),
    ),
    Example(
        name="near miss: a slip of the pen, put right by a number that travels",
        events=(
            *_RETURN,
            *_busy(80),
            _filled("RET2", day(6, 2)),
            scanned("RET2", "accepted", day(6, 3), carrier="YTO"),
        ),
        until=day(20),
    ),
    Example(
        name="put right by a number that does not travel either",
        events=(*_RETURN, *_busy(90), _filled("RET2", day(6, 2))),
        until=day(9, 3),
        fires=({"waybill_nos": ["RET1"]}, {"waybill_nos": ["RET2"]}),
    ),
    Example(
        name="two numbers that nobody scanned, and a third that travels",
        events=(
            *_RETURN,
            *_busy(80),
            _filled("RET2", day(6, 2)),
            _filled("RET3", day(6, 4)),
            scanned("RET3", "accepted", day(6, 5), carrier="YTO"),
        ),
        until=day(9, 3),
        fires=({"waybill_nos": ["RET2"]},),
    ),
    Example(
        name="of two boxes the second never travels",
        events=(
            *_RETURN,
            *_busy(80),
            scanned("RET1", "accepted", day(6, 1), carrier="YTO"),
            _filled("RET2", day(6, 2)),
        ),
        until=day(9, 3),
        fires=({"waybill_nos": ["RET2"]},),
    ),
    Example(
        name="near miss: the platform took the number back",
        events=(*_RETURN, *_busy(80), refunded("modified", day(8), type="return_refund", waybill_cleared=True)),
        until=day(20),
    ),
    Example(
        name="the platform took the number back once the wait was over",
        events=(
            *_RETURN,
            *_busy(80),
            refunded("modified", day(9, 1), type="return_refund", waybill_no="RET1", waybill_cleared=True),
        ),
        until=day(20),
        fires=({"waybill_nos": ["RET1"]},),
    ),
    Example(
        name="near miss: a claim for the postage brings nothing back",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="postage", reason="other", carrier="YTO", waybill_no="RET1"),
            *_busy(80),
        ),
        until=day(20),
    ),
    *missent(lambda reason: (*_return(reason=reason), *_busy(72)), ({"severity": "medium"},), day(11)),
    *OTHER_COURIER,
    *UNSCANNED,
)
