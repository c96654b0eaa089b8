"""Edges of `complaint_abuse`: which withdrawals the shop had earned by making good, and which nobody had."""

from typing import Any

from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, at, firing, on

_TWO = firing("complaint_abuse", "near miss: two")
_THREE = firing("complaint_abuse", "three lost over two shops")
_WHO: dict[str, Any] = {"complaint_id": "c3", "refund_id": "r3", "shop_id": "s2"}


def _third(status: str, **fields: Any) -> Events:
    said = {**_WHO, "type": "invoice", **fields}
    return complained("opened", day(20), **said), complained(status, day(23), **said)


_DROPPED = (*_TWO, *_third("withdrawn"))

EDGES = (
    Example(name="withdrawn, and nothing was made good", events=_DROPPED, fires=({"decided_at": at(23)},)),
    Example(
        name="withdrawn, and it was about no order",
        events=(*_TWO, *_third("withdrawn", order_id=None)),
        fires=({"facts": {"complaints": "3/3"}, "order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="near miss: the third is still open",
        events=(*_TWO, _third("withdrawn")[0]),
    ),
    Example(
        name="a word about a lost complaint that decides nothing",
        events=(*_THREE, complained("unknown", day(30), type="invoice", **_WHO)),
        fires=({"decided_at": at(23), "facts": {"complaints": "3/3"}},),
    ),
    Example(
        name="near miss: withdrawn, for the shop agreed to pay the money back",
        events=(*_DROPPED, refunded("agreed", day(21), refund_id="r3", shop_id="s2", type="refund_only")),
    ),
    Example(
        name="the money was only asked back",
        events=(*_DROPPED, refunded("opened", day(21), refund_id="r3", shop_id="s2", type="refund_only")),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(
        name="the platform closed an order that the buyer never paid: nobody made anything good",
        events=(*_DROPPED, ordered("closed_unpaid", day(21), cancelled_by="platform", refund_id="r3", shop_id="s2")),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(
        name="the last one on the other platform of the network",
        events=(*_TWO, *on("tmall", _third("rejected"))),
        fires=({"platform": "tmall"},),
    ),
)
