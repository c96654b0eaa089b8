"""The number of an order's parcel given as that of its return, where it has journeys beside that parcel's (T4a, F1)."""

from __future__ import annotations

from cloudtag.detection.example import day, event, in_ms, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_PLACED = ordered("placed", 0)
_SHOP = event("shops", day(-90), shop_id="s1", return_address_hashes=["warehouse"])


def _shipped(**fields: object) -> dict[str, object]:
    return ordered("shipped", day(1), waybill_no="OUT1", **fields)


def _return(**fields: object) -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "waybill_no": "OUT1", **fields}
    return refunded("opened", day(3), type="return_refund"), refunded("waybill_filled", day(4), **said)


def _travelled(begin: int, end: int, to: str, **fields: object) -> tuple[dict[str, object], ...]:
    return (
        scanned("OUT1", "accepted", day(begin), destination_hash=to, **fields),
        scanned("OUT1", "signed", day(end), signer="recipient", destination_hash=to, **fields),
    )


OTHER_JOURNEYS = (
    Example(
        name="the parcel still travels, and its scans name the order",
        events=(_PLACED, _shipped(), scanned("OUT1", "accepted", day(1, 2), order_id="o1"), *_return()),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="the buyer gives it under another courier's name",
        events=(_PLACED, _shipped(carrier="SF"), *_travelled(1, 2, "home"), *_return(carrier="YTO")),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="the shop named the wrong courier, and the buyer the one that brought it",
        events=(_PLACED, _shipped(carrier="SF"), *_travelled(1, 2, "home", carrier="yto"), *_return(carrier="YTO")),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="somebody's return had the number before the order was placed, and nobody handed the order in",
        events=(_SHOP, *_travelled(-40, -38, "warehouse"), _PLACED, _shipped(), *_return()),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="and a parcel is handed in under it only after the buyer gave it",
        events=(
            *_travelled(-40, -38, "stranger"),
            _PLACED,
            _shipped(),
            *_return(),
            scanned("OUT1", "accepted", day(6), destination_hash="warehouse"),
        ),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="two orders in one parcel, and a return of one of them",
        events=(
            _PLACED,
            _shipped(),
            ordered("placed", 0, refund_id="r2"),
            ordered("shipped", day(1), refund_id="r2", waybill_no="OUT1"),
            *_return(),
        ),
        fires=(
            {"order_ids": ["o1"], "decided_at": in_ms(day(4))},
            {"order_ids": ["o1", "o2"], "refund_ids": ["r1"]},
        ),
    ),
)
