"""What `reused_waybill` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, in_ms, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_IDS = ("buyer_id", "shop_id")


def _filled(n: int, at: str, **fields: object) -> dict[str, object]:
    return refunded("waybill_filled", at, refund_id=f"r{n}", type="return_refund", waybill_no="RET1", **fields)


def _return(n: int, days: int, **who: object) -> tuple[dict[str, object], ...]:
    kind = {"type": "return_refund", "reason": "no_reason"}
    own = {name: value for name, value in who.items() if name not in ("waybill_no", "carrier")}
    return (
        ordered(
            "placed", days, refund_id=f"r{n}", **{name: who[name] for name in who if name in ("buyer_id", "shop_id")}
        ),
        refunded("opened", day(days + 1), refund_id=f"r{n}", **{**kind, **own}),
        refunded("waybill_filled", day(days + 2), refund_id=f"r{n}", **{"waybill_no": "RET1", **kind, **who}),
    )


def _parcel(days: int, destination: str = "warehouse") -> tuple[dict[str, object], ...]:
    """The parcel, handed in that day and signed for a day later."""
    return (
        scanned("RET1", "accepted", day(days, 5), destination_hash=destination),
        scanned("RET1", "signed", day(days + 1, 5), signer="station"),
        scanned("RET1", "collected", day(days + 1, 9)),
    )


def _told(n: int, days: int) -> tuple[dict[str, object], ...]:
    return (
        *_return(n, days)[:2],
        refunded(
            "waybill_filled", day(days + 2), refund_id=f"r{n}", type="return_refund", waybill_no="RET1", offline=True
        ),
    )


def _on_one(field: str, days: int) -> tuple[dict[str, object], ...]:
    """Two buyers' returns under one number, so many days apart, who share something."""
    events = (*_return(1, 0), *_return(2, days, buyer_id="b2"))
    return tuple({**event, field: "shared"} if event["stream"] == "orders" else event for event in events)


def _shops(*days: int) -> tuple[dict[str, object], ...]:
    """The buyer's returns under one number, to another shop each time."""
    return tuple(e for n, at in enumerate(days, start=1) for e in _return(n, at, shop_id=f"s{n}"))


EXAMPLES = (
    Example(
        name="one number, two shops",
        events=(*_return(1, 0), *_return(2, 3, shop_id="s2")),
        fires=({"severity": "medium", "refund_ids": ["r1", "r2"], "buyer_id": "b1"},),
    ),
    Example(
        name="one number, two buyers",
        events=(*_return(1, 0), *_return(2, 3, buyer_id="b2")),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="told by phone for one refund, filled in for another",
        events=(*_told(1, 0), *_return(2, 3)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="two buyers on one phone",
        events=_on_one("device_hash", 3),
        fires=({"severity": "critical", "linked_buyer_ids": ["b1"]},),
    ),
    Example(
        name="two buyers who had one phone, sixty days apart",
        events=_on_one("phone_hash", 60),
        fires=({"severity": "critical", "linked_buyer_ids": ["b1"], "facts": {"linked_buyers": "1"}},),
    ),
    Example(
        name="longer apart, and the phone may have been sold on",
        events=_on_one("phone_hash", 61),
        fires=({"severity": "high", "linked_buyer_ids": ["b1"], "facts": {"linked_buyers": "0"}},),
    ),
    Example(
        name="a device is kept longer",
        events=_on_one("device_hash", 180),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="one number, two buyers, exactly 180 days apart",
        events=(*_return(1, 0), *_return(2, 180, buyer_id="b2")),
        fires=({"severity": "high", "buyer_id": "b2", "facts": {"uses": "2/2"}},),
    ),
    Example(
        name="near miss: 180 days and a minute apart",
        events=(
            *_return(1, 0),
            *_return(2, 180, buyer_id="b2")[:2],
            refunded(
                "waybill_filled", day(182, 0, 1), refund_id="r2", type="return_refund", waybill_no="RET1", buyer_id="b2"
            ),
        ),
    ),
    Example(
        name="one number in two writings",
        events=(*_return(1, 0), *_return(2, 3, shop_id="s2", waybill_no="ret-1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the parcel has long been signed for, and another buyer gives its number",
        events=(*_return(1, 0), *_parcel(2), *_return(2, 60, buyer_id="b2")),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: the courier gave the number to a parcel to somewhere else two months later",
        events=(*_return(1, 0), *_parcel(2), *_return(2, 60, buyer_id="b2"), *_parcel(62, "s2")),
    ),
    Example(
        name="two buyers name no courier and one",
        events=(*_return(1, 0), *_return(2, 3, buyer_id="b2", carrier="SF")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: the same digits at two couriers",
        events=(*_return(1, 0, carrier="YTO"), *_return(2, 3, buyer_id="b2", carrier="顺丰")),
    ),
    Example(
        name="near miss: one return recorded as two refunds, one of them told by phone",
        events=(
            *_return(1, 0),
            refunded("opened", day(1), refund_id="r2", order_id="o1", type="return_refund"),
            refunded(
                "waybill_filled",
                day(3),
                refund_id="r2",
                order_id="o1",
                type="return_refund",
                waybill_no="RET1",
                offline=True,
            ),
        ),
    ),
    Example(
        name="near miss: a claim for the postage names the return's number at another shop",
        events=(*_return(1, 0), *_return(2, 3, shop_id="s2", type="postage")),
    ),
    Example(
        name="near miss: the platform took the number back from the other return",
        events=(
            *_return(1, 0),
            *_return(2, 3, buyer_id="b2"),
            refunded("modified", day(6), refund_id="r1", type="return_refund", waybill_cleared=True),
        ),
    ),
    Example(
        name="near miss: given up before any money moved",
        events=(
            *_return(1, 0),
            *_return(2, 3, buyer_id="b2"),
            refunded("withdrawn", day(6), refund_id="r2", buyer_id="b2", type="return_refund"),
        ),
    ),
    Example(name="near miss: several refunds of one shop in one parcel", events=(*_return(1, 0), *_return(2, 1))),
    Example(
        name="near miss: the courier uses the number again", events=(*_return(1, 0), *_return(2, 190, buyer_id="b2"))
    ),
    Example(
        name="near miss: a wrong digit, corrected",
        events=(
            *_return(1, 0),
            *_return(2, 3, buyer_id="b2"),
            refunded("modified", day(6), refund_id="r2", buyer_id="b2", type="return_refund", waybill_no="RET2"),
        ),
    ),
    Example(
        name="near miss: husband and wife send two returns in one box, and the shop finds both",
        events=(
            *_return(1, 0),
            *_return(2, 1, buyer_id="b2"),
            inspected(day(9), {"dress": 2}, waybill_no="RET1"),
            inspected(day(9), {"dress": 2}, refund_id="r2", buyer_id="b2", waybill_no="RET1"),
        ),
    ),
    Example(
        name="and the shop finds those of one of them",
        events=(*_return(1, 0), *_return(2, 1, buyer_id="b2"), inspected(day(9), {"dress": 2}, waybill_no="RET1")),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="and the shop finds half of the goods of the later one",
        events=(
            *_return(1, 0),
            *_return(2, 1, buyer_id="b2"),
            inspected(day(9), {"dress": 1}, refund_id="r2", buyer_id="b2", waybill_no="RET1"),
        ),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: returns of two shops at one warehouse, which finds both",
        events=(
            *_return(1, 0),
            *_return(2, 3, shop_id="s2"),
            inspected(day(9), {"dress": 2}, waybill_no="RET1"),
            inspected(day(9), {"dress": 2}, refund_id="r2", shop_id="s2", waybill_no="RET1"),
        ),
    ),
    Example(
        name="the second shop has the goods, and the first was given the number",
        events=(
            *_return(1, 0),
            *_return(2, 3, shop_id="s2"),
            inspected(day(9), {"dress": 2}, refund_id="r2", shop_id="s2", waybill_no="RET1"),
        ),
        fires=({"severity": "medium", "shop_id": "s1", "decided_at": in_ms(day(5))},),
    ),
    Example(
        name="near miss: the courier gave the number out again, and one buyer sent both parcels",
        events=(*_return(1, 0), *_parcel(2), *_return(2, 60, shop_id="s2"), *_parcel(62, "s2")),
    ),
    Example(
        name="two buyers name two couriers, and one parcel travels whose courier nobody names",
        events=(
            *_return(1, 0, carrier="YTO"),
            *_return(2, 3, buyer_id="b2", carrier="SF"),
            *({**scan, "carrier": None} for scan in _parcel(5)),
        ),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="two buyers at one moment: the refund of the higher number is the later one",
        events=(*_return(1, 0, buyer_id="b2"), *_return(2, 0)),
        fires=({"severity": "high", "buyer_id": "b1", "shop_id": "s1", "waybill_nos": ["RET1"]},),
    ),
    Example(
        name="the buyer's own parcel at a second shop, and later that of a stranger",
        events=(*_shops(0, 3, 6, 9), *_return(9, 4, buyer_id="b2")),
        fires=(
            {
                "severity": "high",
                "shop_id": "s2",
                "refund_ids": ["r1", "r2", "r3", "r4", "r9"],
                "decided_at": in_ms(day(5)),
                "facts": {"high_since": day(8), "critical_since": None},
            },
            {"buyer_id": "b2", "severity": "high", "linked_buyer_ids": []},
        ),
    ),
    Example(
        name="first a stranger's, then that of somebody on the same phone",
        events=tuple(
            {**e, "device_hash": "shared"} if e["stream"] == "orders" and e["buyer_id"] != "b2" else e
            for e in (
                *_shops(0, 3, 6, 9),
                *_return(8, 4, buyer_id="b2"),
                *_return(9, 7, buyer_id="b3"),
            )
        ),
        fires=(
            {"severity": "critical", "buyer_id": "b1", "facts": {"high_since": day(8), "critical_since": day(11)}},
            {"severity": "high", "buyer_id": "b2"},
            {"severity": "critical", "buyer_id": "b3"},
        ),
    ),
)
