"""Edges of `account_ring`: whose alerts count, since when somebody is linked, and how the links are told."""

from typing import Any

from cloudtag.detection.example import day, ordered
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, called_normal, denied, firing

_RING = firing("account_ring", "three accounts on one device, two of them deceive")
_CHAIN = firing("account_ring", "a go-between about whom nothing stands")


def _denies(n: int, days: int, order: int = 0, **shown: Any) -> Events:
    return denied(order or n, days, **{"buyer_id": f"b{n}", "device_hash": "d1", **shown})


def _buys(n: int, days: int, order: int = 0, **shown: Any) -> Raw:
    return ordered("paid", day(days), **{"refund_id": f"r{order or n}", "buyer_id": f"b{n}", **shown})


EDGES = (
    Example(
        name="the buyer deceives once more, a month after it is a ring",
        events=(*_RING, *_denies(1, 40, order=9)),
        fires=(
            {"buyer_id": "b1", "decided_at": at(8), "order_ids": ["o1", "o9"]},
            {"buyer_id": "b2", "order_ids": ["o2"]},
        ),
    ),
    Example(
        name="an order of which the shop says that all is well is not named",
        events=(*_RING, *_denies(1, 6, order=9), called_normal(9, 20)),
        fires=({"buyer_id": "b1", "order_ids": ["o1"]}, {"buyer_id": "b2", "order_ids": ["o2"]}),
    ),
    Example(
        name="they share a device and the home",
        events=(
            *_denies(1, 0, address_hash="home"),
            *_denies(2, 5, address_hash="home"),
            _buys(3, 1, device_hash="d1"),
        ),
        fires=(
            {"severity": "high", "buyer_id": "b1", "facts": {"link b2": "address:home, device:d1"}},
            {"severity": "high", "buyer_id": "b2", "facts": {"link b1": "address:home, device:d1"}},
        ),
    ),
    Example(
        name="the third is linked by a phone, and a month later by the device, too",
        events=(
            *_denies(1, 0, phone_hash="p1"),
            *_denies(2, 5),
            _buys(3, 1, phone_hash="p1"),
            _buys(3, 40, order=7, device_hash="d1"),
        ),
        fires=({"buyer_id": "b1", "decided_at": at(8)}, {"buyer_id": "b2", "decided_at": at(40)}),
    ),
    Example(
        name="how each is linked, in words",
        events=_RING,
        fires=(
            {
                "buyer_id": "b1",
                "explanation": (
                    "3 buyers belong together, 2 of them with alerts: buyer b1 is linked to b2 by device d1 "
                    "and to b3 by device d1."
                ),
            },
            {"buyer_id": "b2"},
        ),
    ),
    Example(
        name="how each is linked over a go-between, in words",
        events=_CHAIN,
        fires=(
            {
                "buyer_id": "b1",
                "explanation": (
                    "3 buyers belong together, 2 of them with alerts: buyer b1 is linked to b2 by phone p1 "
                    "and over b2 to b3, who shares device d3 with b2."
                ),
            },
            {"buyer_id": "b3"},
        ),
    ),
)
