"""What `account_ring` finds, and what it must not."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.scope import scoped
from cloudtag.detection.example import day, event, ordered, refunded, scanned
from cloudtag.detection.rule import Example


def _denies(n: int, at: int = 0, **shown: object) -> tuple[dict[str, object], ...]:
    """Buyer n says that what was signed for never came."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{n}"}
    return (
        ordered("shipped", day(at), waybill_no=f"OUT{n}", **{"device_hash": "d1", **who, **shown}),
        scanned(f"OUT{n}", "signed", day(at + 2), signer="recipient"),
        refunded("opened", day(at + 3), type="refund_only", reason="not_received", **who),
    )


def _buys(n: int, at: int = 0, **shown: object) -> dict[str, object]:
    return ordered("paid", day(at), **{"refund_id": f"r{n}", "buyer_id": f"b{n}", "device_hash": "d1", **shown})


def _normal(n: int) -> dict[str, object]:
    alert_id = make_alert_id("received_refund_only", "taobao", f"b{n}", scoped("s1", f"o{n}"), f"r{n}")
    said = {"alert_id": alert_id, "buyer_id": f"b{n}", "account_id": "main", "verdict": "normal"}
    return event("verdicts", day(9), shop_id="s1", **said)


_HOME: dict[str, Any] = {"device_hash": None, "address_hash": "home"}


def _phone(at: int) -> tuple[dict[str, object], ...]:
    """A phone of three, one of whom shows it so many days later."""
    shown: dict[str, Any] = {"device_hash": None, "phone_hash": "p1"}
    return *_denies(1, **shown), _buys(3, 0, **shown), *_denies(2, at, **shown)


_CHAIN = (
    *_denies(1, device_hash=None, phone_hash="p1"),
    _buys(2, 1, phone_hash="p1", device_hash="d3"),
    *_denies(3, 5, device_hash="d3"),
)
EXAMPLES = (
    Example(
        name="three accounts on one device, two of them deceive",
        events=(*_denies(1), *_denies(2, 5), _buys(3, 1)),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "decided_at": 1_773_100_800_000,
                "facts": {"buyers": "3/3", "with_alerts": "2/2", "link b2": "device:d1", "link b3": "device:d1"},
            },
            {"severity": "high", "buyer_id": "b2", "linked_buyer_ids": ["b1", "b3"]},
        ),
    ),
    Example(
        name="one in the middle, linked by a phone and by a card",
        events=(
            *_denies(1, phone_hash="p1", payment_hash="y1", device_hash=None),
            *_denies(2, 5, phone_hash="p1", device_hash=None),
            _buys(3, 1, payment_hash="y1", device_hash=None),
        ),
        fires=(
            {"buyer_id": "b1", "facts": {"link b2": "phone:p1", "link b3": "payment:y1"}},
            {"buyer_id": "b2", "facts": {"link b1": "phone:p1", "link b3": "payment:y1 over b1"}},
        ),
    ),
    Example(
        name="a go-between about whom nothing stands",
        events=_CHAIN,
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "facts": {
                    "buyers": "3/3", "with_alerts": "2/2", "link b2": "phone:p1", "link b3": "device:d3 over b2",
                },
            },
            {"severity": "high", "buyer_id": "b3", "facts": {"link b1": "phone:p1 over b2", "link b2": "device:d3"}},
        ),
    ),
    Example(name="near miss: a go-between, one black sheep", events=(*_CHAIN[:4], _buys(3, 5, device_hash="d3"))),
    Example(
        name="near miss: two go-betweens between two black sheep",
        events=(
            *_denies(1, device_hash=None, phone_hash="p1"),
            _buys(2, 1, phone_hash="p1", device_hash="d3"),
            _buys(3, 1, payment_hash="y3", device_hash="d3"),
            *_denies(4, 5, payment_hash="y3", device_hash=None),
        ),
    ),
    Example(
        name="the phone was used by both sixty days apart",
        events=_phone(60),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="the later of two orders within a month counts, too",
        events=(*_phone(61), _buys(1, 20, refund_id="r9", device_hash=None, phone_hash="p1")),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="a day more, and it may have been sold on",
        events=_phone(61),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="the device was used by both a hundred and eighty days apart",
        events=(*_denies(1), _buys(3, 1), *_denies(2, 180)),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="a day more for the device, too",
        events=(*_denies(1), _buys(3, 0), *_denies(2, 181)),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="a household, two of whom deceive",
        events=(*_denies(1, **_HOME), *_denies(2, 5, **_HOME), _buys(3, 1, **_HOME)),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="near miss: a family at one address",
        events=tuple(_buys(n, n, **_HOME) for n in range(1, 6)),
    ),
    Example(
        name="near miss: one black sheep",
        events=(*_denies(1, **_HOME), *(_buys(n, 1, **_HOME) for n in (2, 3))),
    ),
    Example(name="near miss: a couple is no ring", events=(*_denies(1), *_denies(2, 5))),
    Example(
        name="near miss: a locker of thirty, two of whom deceive",
        events=(
            *_denies(1, address_hash="locker", device_hash=None),
            *_denies(2, 5, address_hash="locker", device_hash=None),
            *(_buys(n, 1, address_hash="locker", device_hash=None) for n in range(3, 31)),
        ),
    ),
    Example(
        name="near miss: three neighbours",
        events=tuple(
            e
            for n in (1, 2, 3)
            for e in _denies(n, n, device_hash=None, address_area="a1")
        ),
    ),
    Example(
        name="near miss: the shop calls one of the two normal",
        events=(*_denies(1), *_denies(2, 5), _buys(3, 1), _normal(2)),
    ),
    Example(
        name="near miss: three at an address that cannot be shipped to",
        events=tuple(_buys(n, n, region="HK", **_HOME) for n in (1, 2, 3)),
    ),
    Example(name="near miss: the phone was sold on long ago", events=(*_denies(1), *_denies(2, 220), _buys(3, 221))),
)  # fmt: skip
