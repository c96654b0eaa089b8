"""Edges of `shop_side`: who cancelled, where a parcel went, whose goods came back, and since when that is known."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_PAID = ordered("paid", 0)
_SENT = ordered("shipped", day(1), address_hash="home", waybill_no="OUT1")
_ALSO = ordered("shipped", day(1), refund_id="r2", address_hash="home", waybill_no="OUT1")


def _cancelled(days: int, by: str) -> Raw:
    return ordered("cancelled", day(days), cancelled_by=by)


def _missed(days: int, n: int = 1) -> Raw:
    """Refund n of the order is asked for, because nothing came."""
    return refunded("opened", day(days), refund_id=f"r{n}", order_id="o1", type="refund_only", reason="not_received")


def _accepted(days: int, **said: Any) -> Raw:
    return scanned("OUT1", "accepted", day(days), **said)


def _of(sku_id: str, quantity: int = 1) -> list[Raw]:
    return [{"sku_id": sku_id, "quantity": quantity, "unit_price_minor": 9900}]


def _return(reason: str, lines: list[Raw]) -> Events:
    return ordered("placed", 0, lines=lines), refunded("opened", day(5), type="return_refund", reason=reason)


def _called_off(*skus: str) -> Events:
    """The buyer had ordered articles there, and cancelled."""
    said = {"refund_id": "r3", "lines": [line for sku_id in skus for line in _of(sku_id)]}
    return ordered("placed", 1, **said), ordered("cancelled", 2, cancelled_by="buyer", **said)


def _sold(days: int) -> Raw:
    """Somebody else orders a clock there."""
    return ordered("paid", days, refund_id="r9", buyer_id="b9", lines=_of("clock"))


_WRONG = _return("wrong_item", _of("watch"))
_CLOCK = inspected(day(8), {"clock": 1})
_GOODS = {"what": "goods", "came": "clock"}

EDGES = (
    Example(
        name="cancelled by the shop: since then, on its platform",
        events=(_PAID, _cancelled(2, "shop")),
        fires=({"platform": "taobao", "decided_at": at(2), "evidence": cited(_cancelled(2, "shop"))},),
    ),
    Example(
        name="the shop cancels, and who did is not said once more",
        events=(_PAID, _cancelled(2, "shop"), _cancelled(3, "unknown")),
        fires=({"decided_at": at(2)},),
    ),
    Example(
        name="near miss: the shop cancelled and sent it after all, and it is not said who cancels it then",
        events=(_PAID, _cancelled(2, "shop"), ordered("shipped", day(3)), _cancelled(4, "unknown")),
    ),
    Example(
        name="bound elsewhere after two refunds were asked for: since the scan, beside the first of them",
        events=(_SENT, _missed(2), _missed(3, 2), _accepted(4, destination_hash="elsewhere")),
        fires=(
            {
                "decided_at": at(4),
                "refund_ids": ["r1", "r2"],
                "evidence": cited(_SENT, _missed(2), _accepted(4)),
            },
        ),
    ),
    Example(
        name="bound elsewhere before a refund was asked for: since the refund",
        events=(_SENT, _accepted(2, destination_hash="elsewhere"), _missed(9)),
        fires=({"decided_at": at(9)},),
    ),
    Example(
        name="one scan says that it is the order's, and bound elsewhere",
        events=(_SENT, _accepted(2, destination_hash="elsewhere", order_id="o1"), _missed(9)),
        fires=({"facts": {"went": "other_address"}},),
    ),
    Example(
        name="one scan says that it is another order's of the buyer, sent in the same parcel, and bound elsewhere",
        events=(_SENT, _ALSO, _accepted(2, destination_hash="elsewhere", order_id="o2"), _missed(9)),
        fires=({"facts": {"went": "other_address"}},),
    ),
    Example(
        name="somebody ordered the article before it came back: since it was looked at",
        events=(*_WRONG, _sold(1), _CLOCK),
        fires=({"decided_at": at(8), "evidence": cited(*_WRONG, _sold(1), _CLOCK), "facts": _GOODS},),
    ),
    Example(
        name="somebody orders the article only afterwards: since then",
        events=(*_WRONG, _CLOCK, _sold(9)),
        fires=({"decided_at": at(9), "evidence": cited(*_WRONG, _CLOCK, _sold(9))},),
    ),
    Example(
        name="the buyer had ordered the article there once, and cancelled: nobody else's order is cited",
        events=(*_WRONG, *_called_off("clock"), _CLOCK),
        fires=({"decided_at": at(8), "evidence": cited(*_WRONG, _CLOCK), "facts": _GOODS},),
    ),
    Example(
        name="near miss: the same, and the buyer had said no more that the wrong item came",
        events=(
            *_WRONG,
            refunded("modified", day(6), type="return_refund", reason="no_reason"),
            *_called_off("clock"),
            _CLOCK,
        ),
    ),
    Example(
        name="near miss: the same, and what was ordered is not known",
        events=(*_return("wrong_item", []), *_called_off("clock"), _CLOCK),
    ),
    Example(
        name="one of two pieces came back beside the wrong one: it was ordered",
        events=(
            *_return("wrong_item", _of("watch", 2)),
            *_called_off("watch", "clock"),
            inspected(day(8), {"watch": 1, "clock": 1}),
        ),
        fires=({"facts": _GOODS},),
    ),
)
