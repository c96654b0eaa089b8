"""Edges of `invalid_address`: what arrived, what is one slip at the checkout, and who tells of it."""

from cloudtag.detection.example import day, ordered, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Raw, at, firing, on

_THREE = firing("invalid_address", "three orders to nowhere")


def _to_nowhere(n: int, days: int, **fields: object) -> Raw:
    return ordered("placed", day(days), refund_id=f"r{n}", address_valid=False, **fields)


_SENT = ordered("shipped", day(25), refund_id="r2", waybill_no="OUT2", carrier="sf")

EDGES = (
    Example(
        name="near miss: two to nowhere, and one whose address nobody has checked",
        events=(*_THREE[:2], ordered("placed", day(20), refund_id="r3")),
    ),
    Example(
        name="found invalid a day after the order: since then",
        events=(
            *_THREE[:2],
            ordered("placed", day(20), refund_id="r3"),
            ordered("paid", day(21), refund_id="r3", address_valid=False),
        ),
        fires=({"decided_at": at(21)},),
    ),
    Example(
        name="left at a station, where nobody took it, and sent home",
        events=(
            *_THREE,
            _SENT,
            scanned("OUT2", "accepted", day(25, 3)),
            scanned("OUT2", "signed", day(27), signer="station"),
            scanned("OUT2", "returned", day(35)),
        ),
        fires=({"order_ids": ["o1", "o2", "o3"]},),
    ),
    Example(
        name="scanned as delivered by mistake, and still on its way",
        events=(
            *_THREE,
            _SENT,
            scanned("OUT2", "accepted", day(25, 3)),
            scanned("OUT2", "signed", day(27), signer="recipient"),
            scanned("OUT2", "out_for_delivery", day(28)),
        ),
        fires=({"order_ids": ["o1", "o2", "o3"]},),
    ),
    Example(
        name="still on its way",
        events=(*_THREE, _SENT, scanned("OUT2", "accepted", day(25, 3))),
        fires=({"order_ids": ["o1", "o2", "o3"]},),
    ),
    Example(
        name="three orders at one checkout, of whose addresses nobody knows whether they are one",
        events=tuple(_to_nowhere(n, 0) for n in range(1, 4)),
        fires=({"facts": {"orders": "3/3"}},),
    ),
    Example(
        name="the last one on the other platform of the network",
        events=(*_THREE[:2], *on("tmall", _THREE[2:])),
        fires=({"platform": "tmall"},),
    ),
)
