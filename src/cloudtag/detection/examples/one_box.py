"""One picture of a box that two buyers' orders came in, and what only looks like it (T7)."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.rule import Example

_BOX = {"kind": "picture", "sha256": "box", "phash": "00ff00ff00ff00ff"}
_HOME: dict[str, Any] = {"address_hash": "h1", "address_area": "c1"}
_MINE: dict[str, Any] = {"buyer_id": "b1"}
_LIKE = {"kind": "picture", "sha256": "box-again", "phash": "01ff00ff00ff00ff"}


def _shown(
    n: int, at: int, sent_at: str, number: str = "OUT1", picture: dict[str, str] = _BOX, **fields: object
) -> tuple[dict[str, object], ...]:
    """Buyer `bN`, on one device with the others, is sent order `oN` and shows the picture on a day."""
    who = {"refund_id": f"r{n}", "buyer_id": fields.pop("buyer_id", f"b{n}"), "shop_id": fields.pop("shop_id", "s1")}
    home = {name: fields.pop(name) for name in ("address_hash", "address_area") if name in fields}
    return (
        ordered("placed", sent_at, device_hash="d1", **home, **who),
        ordered("shipped", sent_at, waybill_no=number, **fields, **who),
        refunded("opened", day(at), type="refund_only", reason="damaged", evidence=[picture], **who),
    )


ONE_BOX = (
    Example(
        name="near miss: two buyers' orders in one crushed box, one photo of it",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(1))),
    ),
    Example(
        name="near miss: two photos of the box that look alike",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(1), picture=_LIKE)),
    ),
    Example(
        name="near miss: the number is named for the second order a week later",
        events=(*_shown(1, 9, day(1)), *_shown(2, 10, day(8))),
    ),
    Example(
        name="more than a week later it is of another box",
        events=(*_shown(1, 9, day(1)), *_shown(2, 10, day(8, 0, 1))),
        fires=({"severity": "critical", "buyer_id": "b2", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="the courier has given the number out again a year later",
        events=(*_shown(1, 364, day(1)), *_shown(2, 370, day(366))),
        fires=({"severity": "high", "buyer_id": "b2"},),
    ),
    Example(
        name="two buyers' orders in a box each",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(1), "OUT2")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="one number of two couriers",
        events=(*_shown(1, 4, day(1), carrier="sf"), *_shown(2, 5, day(1), carrier="yto")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: one number of a courier that is named once, or in two ways",
        events=(
            *_shown(1, 4, day(1), carrier="sf"),
            *_shown(2, 5, day(1)),
            *_shown(3, 6, day(1), carrier="SF Express"),
        ),
    ),
    Example(
        name="one number of two shops",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(1), shop_id="s2")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="the number is named for the second order after the picture",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(5, 0, 11))),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: it is named when the picture is shown, as far as clocks tell",
        events=(*_shown(1, 4, day(1)), *_shown(2, 5, day(5, 0, 10))),
    ),
    Example(
        name="the number is named for the first order after its picture",
        events=(*_shown(1, 4, day(4, 0, 11)), *_shown(2, 5, day(1))),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: one of several numbers of an order is that of the box",
        events=(
            *_shown(1, 4, day(1), "OUT0", parcels=[{"waybill_no": "OUT1"}, {"waybill_no": "OUT2"}]),
            *_shown(2, 5, day(1), "OUT1"),
        ),
    ),
    Example(
        name="whose order came in another box takes the picture, and a complaint shows it",
        events=(
            *_shown(1, 4, day(1)),
            *_shown(2, 5, day(1)),
            *_shown(3, 6, day(1), "OUT3"),
            complained("opened", day(7), type="other", refund_id="r2", buyer_id="b2", evidence=[_BOX]),
        ),
        fires=({"severity": "critical", "buyer_id": "b3", "refund_ids": ["r1", "r2", "r3"]},),
    ),
    Example(
        name="one number for whatever the shop sends in a week, to two homes",
        events=(*_shown(1, 4, day(1), "0", **_HOME), *_shown(2, 5, day(1), "0", address_hash="h2", address_area="c2")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: one box to one home",
        events=(*_shown(1, 4, day(1), **_HOME), *_shown(2, 5, day(1), **_HOME)),
    ),
    Example(
        name="near miss: one home, written in two ways",
        events=(*_shown(1, 4, day(1), **_HOME), *_shown(2, 5, day(1), address_hash="h2", address_area="c1")),
    ),
    Example(
        name="near miss: one home that lies in two cells",
        events=(*_shown(1, 4, day(1), **_HOME), *_shown(2, 5, day(1), address_hash="h1", address_area="c2")),
    ),
    Example(
        name="near miss: of one home only the area is known, of the other only the hash",
        events=(*_shown(1, 4, day(1), address_hash="h1"), *_shown(2, 5, day(1), address_area="c2")),
    ),
    Example(
        name="of neither home more than the area is known",
        events=(*_shown(1, 4, day(1), address_area="c1"), *_shown(2, 5, day(1), address_area="c2")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: where one order was to go is not known",
        events=(*_shown(1, 4, day(1), **_HOME), *_shown(2, 5, day(1))),
    ),
    Example(
        name="near miss: the first order was sent on to the home of the second",
        events=(
            *_shown(1, 4, day(1), **_HOME),
            ordered("paid", day(1, 0, 1), refund_id="r1", address_hash="h2"),
            *_shown(2, 5, day(1), address_hash="h2"),
        ),
    ),
    Example(
        name="that was said only after its picture",
        events=(
            *_shown(1, 4, day(1), **_HOME),
            ordered("paid", day(4, 0, 11), refund_id="r1", address_hash="h2"),
            *_shown(2, 5, day(1), address_hash="h2"),
        ),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="near miss: two orders of one buyer under one number, a week apart",
        events=(*_shown(1, 9, day(1), **_MINE), *_shown(2, 10, day(8), **_MINE)),
    ),
    Example(
        name="one buyer's orders under the number that the shop names for all, more than a week apart",
        events=(*_shown(1, 9, day(1), **_MINE), *_shown(2, 10, day(8, 0, 1), **_MINE)),
        fires=({"severity": "high", "buyer_id": "b1", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="one buyer's orders under one number, to two homes",
        events=(*_shown(1, 4, day(1), **_MINE, **_HOME), *_shown(2, 5, day(1), **_MINE, address_hash="h2")),
        fires=({"severity": "high", "buyer_id": "b1", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="one buyer's orders under one number of two couriers",
        events=(*_shown(1, 4, day(1), carrier="sf", **_MINE), *_shown(2, 5, day(1), carrier="yto", **_MINE)),
        fires=({"severity": "high", "buyer_id": "b1", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="near miss: what came in two boxes goes back in one, under one number",
        events=(
            *_shown(1, 9, day(1), "OUT1", **_MINE),
            *_shown(2, 40, day(30), "OUT2", **_MINE),
            *(
                refunded("waybill_filled", day(41), type="return_refund", refund_id=f"r{n}", waybill_no="RET1", **_MINE)
                for n in (1, 2)
            ),
        ),
    ),
    Example(
        name="near miss: two shops' orders of one buyer, put into one box on the way",
        events=(*_shown(1, 4, day(1), **_MINE, **_HOME), *_shown(2, 5, day(1), shop_id="s2", **_MINE, **_HOME)),
    ),
)  # fmt: skip
