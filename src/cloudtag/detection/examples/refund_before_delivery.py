"""What `refund_before_delivery` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import cited, day, event, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.broken_feed import CLAIMED
from cloudtag.detection.examples.handed_over import HANDED_OVER
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.examples.one_parcel import ONE_PARCEL
from cloudtag.detection.examples.partly_shipped import PARTLY_SHIPPED
from cloudtag.detection.examples.several_parcels import SEVERAL_PARCELS
from cloudtag.detection.rule import Example

_IDS = {"order_id": "o1", "buyer_id": "b1", "shop_id": "s1"}
_PLACED = ordered("placed", 0)
_INSURED = ordered("placed", 0, freight_insured=True)


def _sent(number: str = "OUT1", at: str = day(1), carrier: str | None = "SF") -> tuple[dict[str, object], ...]:
    """Shipped, and handed in two hours after day 1."""
    return (
        ordered("shipped", at, waybill_no=number, **({"carrier": carrier} if carrier else {})),
        scanned(number, "accepted", day(1, 2)),
    )


def _claim(at: str = day(2), **fields: object) -> dict[str, object]:
    return refunded("opened", at, **{"type": "return_refund", "reason": "quality", "claims_received": True, **fields})


def _come(at: str, number: str = "OUT1", **fields: object) -> dict[str, object]:
    return scanned(number, "signed", at, **{"signer": "recipient", **fields})


def _others(days: int, hours: int = 0) -> dict[str, object]:
    """The courier scans somebody else's parcel."""
    return scanned(f"Z{days}", "arrived", day(days, hours))


_SENT = (_PLACED, *_sent())
_SKIRT = [{"sku_id": "skirt", "quantity": 1}]
_DRESS = [{"sku_id": "dress", "quantity": 1}]
_SPLIT = (
    _PLACED,
    ordered(
        "shipped",
        day(1),
        parcels=[
            {"waybill_no": "OUT1", "carrier": "SF", "lines": _DRESS},
            {"waybill_no": "OUT2", "carrier": "SF", "lines": _SKIRT},
        ],
    ),
)

EXAMPLES = (
    Example(
        name="claims to hold goods that are still travelling",
        events=(*_SENT, _claim()),
        fires=(
            {
                "severity": "medium",
                "refund_ids": ["r1"],
                "waybill_nos": ["OUT1"],
                "recommendation": None,
                "facts": {"claimed": "received", "freight_insured": "false", "courier_unknown": None},
            },
        ),
    ),
    Example(
        name="the freight is insured",
        events=(_INSURED, *_sent(), _claim()),
        fires=({"severity": "high", "recommendation": "hold_insurance", "facts": {"freight_insured": "true"}},),
    ),
    Example(
        name="the freight is insured, and the parcel came two days after the claim",
        events=(_INSURED, *_sent(), _claim(), _come(day(4))),
        fires=({"severity": "high", "evidence": cited(_sent()[0], _claim(), _come(day(4)))},),
    ),
    Example(
        name="the insurance is claimed",
        events=(*_SENT, _claim(), event("insurance", day(2, 1), claim_id="c1", status="claimed", **_IDS)),
        fires=({"severity": "high", "facts": {"high_since": day(2, 1)}},),
    ),
    Example(
        name="the insurance was bound only: nothing is claimed",
        events=(*_SENT, _claim(), event("insurance", day(2, 1), claim_id="c1", status="bound", **_IDS)),
        fires=({"severity": "medium", "recommendation": None},),
    ),
    Example(
        name="says nothing, and names a return number",
        events=(
            *_SENT,
            refunded("opened", day(2), type="return_refund", reason="no_reason"),
            refunded("waybill_filled", day(2, 1), type="return_refund", waybill_no="RET1"),
        ),
        fires=({"facts": {"claimed": "return_number"}},),
    ),
    Example(
        name="near miss: neither claimed nor sent back yet",
        events=(*_SENT, refunded("opened", day(2), type="return_refund", reason="no_reason")),
    ),
    Example(name="near miss: money only, nothing to send back", events=(*_SENT, _claim(type="refund_only"))),
    Example(name="near miss: an exchange", events=(*_SENT, _claim(type="exchange"))),
    Example(name="near miss: signed for before the claim", events=(*_SENT, _come(day(1, 20)), _claim())),
    Example(name="near miss: at the very moment of the signature", events=(*_SENT, _come(day(2)), _claim())),
    Example(name="near miss: nine minutes before the signature", events=(*_SENT, _come(day(2, 0, 9)), _claim())),
    Example(
        name="ten minutes before the signature",
        events=(*_SENT, _come(day(2, 0, 10)), _claim()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: waiting in a locker when it was claimed",
        events=(*_SENT, _come(day(1, 20), signer="locker"), _claim()),
    ),
    Example(
        name="near miss: left with somebody when it was claimed",
        events=(*_SENT, _come(day(1, 20), signer="other"), _claim()),
    ),
    Example(
        name="signed for at the depot by mistake, and still carried about",
        events=(*_SENT, _come(day(1, 20)), scanned("OUT1", "out_for_delivery", day(3)), _claim(), _come(day(3, 5))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: refused at the door, and on its way home",
        events=(*_SENT, scanned("OUT1", "refused", day(3)), _claim()),
    ),
    Example(
        name="near miss: the number was that of somebody else's parcel",
        events=(*_SENT, scanned("OUT1", "arrived", day(1, 9), order_id="o9"), _claim(), _come(day(4), order_id="o9")),
    ),
    Example(
        name="near miss: the number is that of somebody else's parcel, which only arrived so far",
        events=(*_SENT, scanned("OUT1", "arrived", day(1, 9), order_id="o9"), _claim()),
    ),
    Example(
        name="near miss: local time, and signed for within half a day of the claim",
        events=(*_SENT, _claim(), _come(day(2, 14, 9), time_is_local=True)),
    ),
    Example(
        name="local time supports no more than medium",
        events=(_INSURED, *_sent(), _claim(), _come(day(2, 14, 10), time_is_local=True)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: money back agreed before shipping",
        events=(_PLACED, refunded("opened", day(0, 5), type="refund_only", reason="no_reason")),
    ),
    Example(
        name="near miss: opened nine minutes after shipping was booked, by two clocks",
        events=(*_SENT, _claim(day(1, 0, 9))),
    ),
    Example(
        name="opened ten minutes after shipping was booked",
        events=(*_SENT, _claim(day(1, 0, 10))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="claimed exactly 20 days after shipping",
        events=(*_SENT, _others(20), _claim(day(21))),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: claimed later than that", events=(*_SENT, _others(20), _claim(day(21, 0, 1)))),
    Example(
        name="claimed a week after shipping, while the courier carries on",
        events=(*_SENT, _others(7), _claim(day(8))),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: the courier's feed died on the way", events=(*_SENT, _claim(day(8)))),
    Example(
        name="near miss: it died on the way, and parcels are scanned again after the claim",
        events=(*_SENT, _claim(day(8)), _others(8, 1), _others(9)),
    ),
    Example(
        name="it died on the way, and this very parcel is delivered after the claim",
        events=(*_SENT, _claim(day(8)), _come(day(9))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="last heard of in the hour three days before the claim",
        events=(*_SENT, _others(5), _claim(day(8, 0, 59))),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: last heard of in the hour before that", events=(*_SENT, _others(5), _claim(day(8, 1)))),
    Example(
        name="near miss: another courier carries on",
        events=(*_SENT, scanned("Z9", "arrived", day(7), carrier="yto"), _claim(day(8))),
    ),
    Example(
        name="near miss: one of two couriers' feeds died",
        events=(*_SENT, *_sent("OUT2", carrier="yto"), _others(7), _claim(day(8))),
    ),
    Example(name="near miss: the order was completed", events=(*_SENT, ordered("completed", day(1, 23)), _claim())),
    Example(
        name="completed only after the claim",
        events=(*_SENT, _claim(), ordered("completed", day(2, 1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: asked early, sent back after delivery",
        events=(
            *_SENT,
            refunded("opened", day(2), type="return_refund", reason="no_reason"),
            _come(day(3)),
            refunded("waybill_filled", day(4), type="return_refund", waybill_no="RET1"),
            scanned("RET1", "accepted", day(4, 1)),
        ),
    ),
    Example(
        name="near miss: withdrawn before money moved",
        events=(*_SENT, _claim(), refunded("withdrawn", day(3), type="return_refund")),
    ),
    Example(
        name="withdrawn once the money had come",
        events=(
            *_SENT,
            _claim(),
            refunded("completed", day(3), type="return_refund"),
            refunded("withdrawn", day(4), type="return_refund"),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: the shop has all the goods",
        events=(*_SENT, _claim(), inspected(day(6), {"dress": 2})),
    ),
    Example(
        name="the shop has half of the goods",
        events=(*_SENT, _claim(), inspected(day(6), {"dress": 1})),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: one of two parcels had come",
        events=(*_SENT, *_sent("OUT2", day(1, 1)), _come(day(1, 20)), _claim()),
    ),
    Example(
        name="the parcel with the claimed skirt had not come, the other had",
        events=(*_SPLIT, _come(day(1, 20)), _claim(lines=_SKIRT)),
        fires=({"waybill_nos": ["OUT2"]},),
    ),
    Example(
        name="near miss: the parcel with the claimed dress had come, the other had not",
        events=(*_SPLIT, _come(day(1, 20)), _claim(lines=_DRESS)),
    ),
    Example(
        name="near miss: a replacement is sent after the goods came back",
        events=(*_SENT, _come(day(1, 20)), _claim(), *_sent("OUT2", day(9))),
    ),
    Example(
        name="near miss: the shop puts the number right, and that parcel had come",
        events=(
            *_SENT,
            _come(day(1, 20), "OUT2"),
            _claim(),
            ordered("shipped", day(3), waybill_no="OUT2", carrier="SF"),
        ),
    ),
    Example(
        name="nobody names the courier, but the parcel is seen to travel",
        events=(_PLACED, *_sent(carrier=None), _claim()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="nobody names the courier, and nobody ever scanned it: no more than a hint",
        events=(_INSURED, _sent(carrier=None)[0], _claim()),
        fires=({"severity": "low", "recommendation": None, "facts": {"courier_unknown": "true"}},),
    ),
    Example(
        name="the shop brings it round itself",
        events=(_PLACED, _sent(carrier="our own van")[0], _claim()),
        fires=({"severity": "low"},),
    ),
    Example(
        name="never scanned, by a courier that carries on",
        events=(_PLACED, _sent()[0], _others(1, 12), _claim(day(2, 0, 1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: never scanned, by a courier of which nothing is heard",
        events=(_INSURED, _sent()[0], _claim(day(2, 0, 1))),
    ),
    Example(
        name="never scanned, and claimed a day after shipping: that soon nothing comes",
        events=(_PLACED, _sent()[0], _claim()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: the number was last scanned before the order was placed",
        events=(scanned("OUT1", "accepted", day(-40)), _come(day(-38)), _PLACED, _sent()[0], _claim()),
    ),
    *SEVERAL_PARCELS,
    *CLAIMED,
    *ONE_PARCEL,
    *HANDED_OVER,
    *PARTLY_SHIPPED,
    *missent(lambda reason: (*_SENT, _claim(reason=reason)), ({"severity": "medium"},)),
)
