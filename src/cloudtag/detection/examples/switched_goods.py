"""What `switched_goods` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.by_item import SWITCHED
from cloudtag.detection.examples.crosswise import CROSSWISE
from cloudtag.detection.examples.exchanged import EXCHANGED
from cloudtag.detection.examples.own_goods import OWN_GOODS
from cloudtag.detection.examples.switched_edges import EDGES
from cloudtag.detection.rule import Example

_WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]


def _return(n: int = 1, reason: str = "no_reason", **fields: object) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}", **{"lines": _WATCH, **fields}),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason=reason),
        refunded("waybill_filled", day(6, n), refund_id=f"r{n}", type="return_refund", waybill_no="RET1"),
    )


_SHOES = [{"sku_id": "shoes", "quantity": 1, "unit_price_minor": 29900}]

_SET = [
    {
        "sku_id": "watch-set",
        "quantity": 1,
        "unit_price_minor": 99900,
        "components": [{"sku_id": "strap", "quantity": 2}, {"sku_id": "dial", "quantity": 1}],
    }
]


def _other(at: int = 1, price: int = 9900, status: str = "paid", **who: object) -> dict[str, object]:
    """Somebody orders a clock in the shop."""
    said = {"refund_id": "r9", "buyer_id": "b9", **who}
    return ordered(status, day(at), lines=[{"sku_id": "clock", "quantity": 1, "unit_price_minor": price}], **said)


def _sent_and_amended(amended: str) -> tuple[dict[str, object], ...]:
    """A watch is ordered, and sent on day 1; the order is amended to another one."""
    return (
        ordered("placed", 0, lines=_WATCH),
        ordered("shipped", day(1), lines=[]),
        ordered("paid", amended, lines=[{**_WATCH[0], "sku_id": "watch-xl"}]),
    )


EXAMPLES = (
    Example(
        name="a key ring in place of a watch",
        events=(*_return(), inspected(day(8), {"key-ring": 1}, waybill_no="RET1")),
        fires=({"severity": "high", "facts": {"switched": "1/1", "sent": "watch", "found": "key-ring"}},),
    ),
    Example(
        name="an imitation of the watch",
        events=(*_return(), inspected(day(8), {"watch": 1}, authentic=False)),
        fires=({"severity": "high", "facts": {"imitations": "1/1"}},),
    ),
    Example(
        name="both call it an imitation; who made it so is in dispute",
        events=(*_return(reason="counterfeit"), inspected(day(8), {"watch": 1}, authentic=False)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="one of two refunds in one parcel holds a stone",
        events=(
            *_return(1),
            *_return(2),
            inspected(day(8), {"watch": 1, "stone": 1}),
            inspected(day(8, 1), {}, refund_id="r2"),
        ),
        fires=({"refund_ids": ["r1", "r2"], "facts": {"switched": "1/1"}},),
    ),
    Example(
        name="the refund now claims that the key ring was to come back",
        events=(
            *_return(),
            refunded("modified", day(7), type="return_refund", lines=[{"sku_id": "key-ring", "quantity": 1}]),
            inspected(day(8), {"key-ring": 1}),
        ),
        fires=({"severity": "high", "facts": {"switched": "1/1"}},),
    ),
    Example(
        name="near miss: two refunds in one parcel, all booked to the first",
        events=(*_return(1), *_return(2, lines=_SHOES), inspected(day(8), {"watch": 1, "shoes": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the shop had sent the wrong item, one that others order there",
        events=(*_return(reason="wrong_item"), _other(), inspected(day(8), {"clock": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: not as described, and what comes back is what others order there",
        events=(*_return(reason="not_as_described"), _other(), inspected(day(8), {"clock": 1}, waybill_no="RET1")),
    ),
    Example(
        name="the article is another shop's",
        events=(
            *_return(reason="wrong_item"),
            _other(shop_id="s2"),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="a brick comes back after a wrong item was claimed",
        events=(*_return(reason="wrong_item"), _other(), inspected(day(8), {"brick": 1}, waybill_no="RET1")),
        fires=({"severity": "medium", "facts": {"found": "brick"}},),
    ),
    Example(
        name="near miss: a linked buyer has a dearer one, and the claim was made beforehand",
        events=(
            *_return(reason="wrong_item", device_hash="d1"),
            _other(device_hash="d1", price=999900),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="says that the wrong item came only once the parcel was opened",
        events=(
            *_return(),
            _other(),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
            refunded("modified", day(8, 1), type="return_refund", reason="wrong_item"),
        ),
        fires=({"severity": "high", "facts": {"reasons": "no_reason, wrong_item"}},),
    ),
    Example(
        name="near miss: says so within the minutes by which clocks differ",
        events=(
            *_return(),
            _other(),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
            refunded("modified", day(8, 0, 10), type="return_refund", reason="wrong_item"),
        ),
    ),
    Example(
        name="said so first, and gave no reason when the parcel was opened",
        events=(
            *_return(reason="wrong_item"),
            _other(),
            refunded("modified", day(7), type="return_refund", reason="no_reason"),
            inspected(day(8), {"clock": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "medium", "facts": {"reasons": "wrong_item, no_reason"}},),
    ),
    Example(
        name="two pieces claimed, one by mistake of the shop, one a brick",
        events=(
            *_return(reason="wrong_item", lines=[{**_WATCH[0], "quantity": 2}]),
            _other(),
            inspected(day(8), {"clock": 1, "brick": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "medium", "facts": {"switched": "1/1", "found": "brick"}},),
    ),
    Example(
        name="near miss: a gift in the first of two boxes, the watch still on its way",
        events=(
            *_return(),
            refunded("waybill_filled", day(6, 5), type="return_refund", waybill_no="RET2"),
            scanned("RET2", "accepted", day(6, 8)),
            inspected(day(8), {"gift": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="two boxes are here, and there is a stone in them",
        events=(
            *_return(),
            refunded("waybill_filled", day(6, 5), type="return_refund", waybill_no="RET2"),
            scanned("RET2", "accepted", day(6, 8)),
            scanned("RET2", "signed", day(8), signer="recipient"),
            inspected(day(8), {"stone": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "high", "facts": {"switched": "1/1"}},),
    ),
    Example(
        name="an imitation in the first of two boxes",
        events=(
            *_return(lines=[{**_WATCH[0], "quantity": 2}]),
            refunded("waybill_filled", day(6, 5), type="return_refund", waybill_no="RET2"),
            scanned("RET2", "accepted", day(6, 8)),
            inspected(day(8), {"watch": 1}, waybill_no="RET1", authentic=False),
        ),
        fires=({"severity": "high", "facts": {"imitations": "1/1"}},),
    ),
    Example(
        name="near miss: a set, inspected by its pieces",
        events=(*_return(lines=_SET), inspected(day(8), {"strap": 2, "dial": 1}, waybill_no="RET1")),
    ),
    Example(
        name="a set of which another dial came back",
        events=(*_return(lines=_SET), inspected(day(8), {"strap": 2, "toy-dial": 1}, waybill_no="RET1")),
        fires=({"severity": "high", "facts": {"switched": "1/1", "found": "toy-dial"}},),
    ),
    Example(
        name="near miss: an amount that pays for one of two pieces",
        events=(
            *_return(lines=[{**_WATCH[0], "quantity": 2}]),
            refunded("modified", day(7), type="return_refund", amount_minor=899900),
            inspected(day(8), {"watch": 1, "gift": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: money only, and a gift is sent back out of courtesy",
        events=(
            *_return(),
            refunded("modified", day(7), type="refund_only"),
            inspected(day(8), {"gift": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: the free gift comes back too",
        events=(*_return(), inspected(day(8), {"watch": 1, "gift": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: booked under the wrong sku, put right",
        events=(
            *_return(),
            inspected(day(8), {"wotch": 1}),
            inspected(day(8, 2), {"watch": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: fewer pieces, but the right ones",
        events=(*_return(lines=[{**_WATCH[0], "quantity": 2}]), inspected(day(8), {"watch": 1})),
    ),
    Example(
        name="near miss: the order was amended to the model it is exchanged for, and the first one comes back",
        events=(
            *_sent_and_amended(day(3)),
            refunded("opened", day(2), type="exchange", reason="other"),
            inspected(day(8), {"watch": 1}),
        ),
    ),
    Example(
        name="amended before it was sent: the first model was never sent, and comes back",
        events=(
            *_sent_and_amended(day(0, 5)),
            refunded("opened", day(2), type="return_refund", reason="no_reason"),
            inspected(day(8), {"watch": 1}),
        ),
        fires=({"severity": "high", "facts": {"sent": "watch-xl", "found": "watch"}},),
    ),
    *CROSSWISE,
    *EXCHANGED,
    *OWN_GOODS,
    *SWITCHED,
    *EDGES,
)
