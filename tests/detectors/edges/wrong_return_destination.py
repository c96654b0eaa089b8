"""Edges of `wrong_return_destination`: which of a shop's addresses count for which return, and since when."""

from typing import Any

from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_SAID: dict[str, Any] = {"type": "return_refund", "reason": "no_reason"}
_HIGH: Raw = {"severity": "high"}


def _shop(days: int, *hashes: str, hours: int = 0, shop_id: str = "s1") -> Raw:
    return event("shops", day(days, hours), shop_id=shop_id, return_address_hashes=list(hashes))


def _asked(n: int = 1, opened: int = 5, filled: int = 6, **who: Any) -> Events:
    """Order n goes back under RET1."""
    ids = {"refund_id": f"r{n}", **who}
    return (
        ordered("placed", 0, **ids),
        refunded("opened", day(opened), **ids, **_SAID),
        refunded("waybill_filled", day(filled), waybill_no="RET1", **ids, **_SAID),
    )


def _to(destination: str | None, days: int = 6, **scan: Any) -> Raw:
    return scanned("RET1", "accepted", day(days, 4), destination_hash=destination, **scan)


_OLD = _shop(-90, "old")

EDGES = (
    Example(
        name="near miss: no courier says where it goes, while another parcel of the buyer goes to the shop",
        events=(
            _OLD,
            *_asked(),
            _to(None),
            ordered("placed", 0, refund_id="r2"),
            refunded("waybill_filled", day(6), refund_id="r2", waybill_no="RET2", **_SAID),
            scanned("RET2", "accepted", day(6, 5), destination_hash="old"),
        ),
    ),
    Example(
        name="two shops' goods in one parcel, of which one shop knows the address",
        events=(_OLD, _shop(-90, "friend", shop_id="s2"), *_asked(), *_asked(2, shop_id="s2"), _to("friend")),
        fires=({"shop_id": "s1", "order_ids": ["o1"], "refund_ids": ["r1"]},),
    ),
    Example(
        name="two shops' goods in one parcel to a friend, and one shop has its goods",
        events=(
            _OLD,
            _shop(-90, "other", shop_id="s2"),
            *_asked(),
            *_asked(2, shop_id="s2"),
            _to("friend"),
            inspected(day(9), {"dress": 2}, waybill_no="RET1"),
        ),
        fires=({"shop_id": "s2", "refund_ids": ["r2"]},),
    ),
    Example(
        name="near miss: the shop listed no address when the return was opened, and one before the number was named",
        events=(_shop(-90), _shop(5, "new", hours=12), *_asked(), _to("friend")),
    ),
    Example(
        name="near miss: the shop lists no address any more",
        events=(_OLD, *_asked(), _to("friend"), _shop(20)),
    ),
    Example(
        name="near miss: the shop moved after it had told one of two returns in the parcel where to",
        events=(_OLD, *_asked(), *_asked(2, opened=8, filled=9), _shop(7, "new"), _to("old", 10)),
    ),
    Example(
        name="near miss: the shop had moved before the second of two returns named the parcel, and has moved again",
        events=(_OLD, *_asked(), *_asked(2, filled=9), _shop(8, "new"), _shop(10, "newest"), _to("new", 9)),
    ),
    Example(
        name="near miss: to where the shop moved at the moment the return was opened",
        events=(_OLD, _shop(5, "new"), *_asked(), _shop(20, "newest"), _to("new")),
    ),
    Example(
        name="to where the shop was until the moment the return was opened",
        events=(_OLD, _shop(5, "new"), *_asked(), _to("old")),
        fires=({"facts": {"destination": "old/new"}},),
    ),
    Example(
        name="near miss: to where the shop moved at the moment the number was named",
        events=(_OLD, _shop(6, "new"), *_asked(), _shop(20, "newest"), _to("new")),
    ),
    Example(
        name="to where the shop was for a week after the number had been named",
        events=(_OLD, *_asked(), _shop(7, "new"), _shop(14, "newest"), _to("new")),
        fires=({"facts": {"destination": "new/newest, old"}},),
    ),
    Example(
        name="near miss: the shop moves while the parcel is on its way, and the courier takes it there",
        events=(
            _OLD,
            *_asked(),
            _to("old"),
            _shop(7, "new"),
            scanned("RET1", "arrived", day(8), destination_hash="new"),
        ),
    ),
    Example(
        name="to a friend, and the shop moves later: decided by what it listed then",
        events=(_OLD, *_asked(), _to("friend"), _shop(20, "new")),
        fires=(
            {
                **_HIGH,
                "decided_at": at(6, 4),
                "facts": {"destination": "friend/new, old"},
                "explanation": (
                    "Return parcel RET1 travels to address friend, which is none of the shop's return addresses "
                    "(new, old)."
                ),
                "explanation_zh": "退货包裹 RET1 寄往地址 friend，并非店铺的任一退货地址（new, old）。",
            },
        ),
    ),
    Example(
        name="to a friend, and the shop tells of itself only later: decided then, by the first address it listed",
        events=(*_asked(), _to("friend"), _shop(8, "first"), _shop(9, "second"), _shop(10, "third")),
        fires=({"decided_at": at(8), "facts": {"destination": "friend/first, third"}},),
    ),
    Example(
        name="near miss: to the first address that the shop listed, after the parcel had been sent",
        events=(*_asked(), _to("first"), _shop(8, "first"), _shop(9, "second")),
    ),
    Example(
        name="near miss: the shop first listed its address while the return was open",
        events=(_shop(5, "first", hours=12), _shop(20, "second"), *_asked(), _to("first")),
    ),
    Example(
        name="the scan that names the friend is stamped in local time, the delivery three days later is not",
        events=(
            _OLD,
            *_asked(),
            _to("friend", time_is_local=True),
            scanned("RET1", "signed", day(9), signer="recipient"),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="one listed address, told as it is, with what it rests on",
        events=(_OLD, *_asked(), _to("friend")),
        fires=(
            {
                **_HIGH,
                "evidence": cited(_OLD, _asked()[2], _to("friend")),
                "explanation": (
                    "Return parcel RET1 travels to address friend, which is not the shop's return address (old)."
                ),
            },
        ),
    ),
)
