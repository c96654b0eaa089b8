"""What `short_return` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.by_item import SHORT
from cloudtag.detection.examples.exchanged_before import EXCHANGED_BEFORE
from cloudtag.detection.examples.not_due import NOT_DUE
from cloudtag.detection.examples.several_boxes import SEVERAL_BOXES
from cloudtag.detection.rule import Example


def _return(n: int, waybill_no: str = "RET1", **fields: object) -> tuple[dict[str, object], ...]:
    lines = [{"sku_id": "dress", "quantity": 1, "unit_price_minor": 19900}]
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}", lines=lines),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason="no_reason", **fields),
        refunded("waybill_filled", day(6, n), refund_id=f"r{n}", type="return_refund", waybill_no=waybill_no),
    )


def _two(*refunds: dict[str, object], **fields: object) -> tuple[dict[str, object], ...]:
    """Two dresses, sent back as r1 under RET1 unless `refunds` say otherwise."""
    asked = refunds or ({"refund_id": "r1"},)
    said = {"type": "return_refund", "reason": "no_reason", "order_id": "o1", "waybill_no": "RET1"}
    return (
        ordered("placed", 0, **fields),
        *(refunded("opened", day(5), **{**said, **refund}) for refund in asked),
    )


def _weighed(back_grams: int, received: int = 1, **fields: object) -> tuple[dict[str, object], ...]:
    """Two dresses of one kilogram weigh so much on their way back, and the shop finds so many."""
    return (
        *_two(),
        ordered("shipped", day(1), waybill_no="OUT1"),
        scanned("OUT1", "accepted", day(1, 2), weight_grams=1000),
        scanned("OUT1", "signed", day(3), signer="recipient"),
        scanned("RET1", "accepted", day(6), weight_grams=back_grams),
        inspected(day(8), {"dress": received} if received else {}, waybill_no="RET1", **fields),
    )


_FIVE = tuple(event for n in range(1, 6) for event in _return(n))


def _given_up(at: str) -> dict[str, object]:
    return refunded("withdrawn", at, refund_id="r5", type="return_refund", reason="no_reason")


_SET = [
    {
        "sku_id": "tea-set",
        "quantity": 1,
        "unit_price_minor": 29900,
        "components": [{"sku_id": "pot", "quantity": 1}, {"sku_id": "cup", "quantity": 4}],
    }
]
_SIGNED = scanned("RET1", "signed", day(7), signer="recipient")

EXAMPLES = (
    Example(
        name="one of two pieces missing",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="return_refund"),
            refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"severity": "high", "facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="five refunds, one parcel, one item",
        events=(*_FIVE, inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4", "r5"], "facts": {"expected": "5", "received": "1"}},),
    ),
    Example(name="an empty parcel", events=(*_return(1), inspected(day(8), {})), fires=({"severity": "critical"},)),
    Example(
        name="near miss: five refunds, one parcel, five items",
        events=(*_FIVE, inspected(day(8), {"dress": 5}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: each refund of the parcel inspected by itself",
        events=(*_FIVE, *(inspected(day(8, n), {"dress": 1}, refund_id=f"r{n}") for n in range(1, 6))),
    ),
    Example(
        name="near miss: separate parcels, one not opened yet",
        events=(*_return(1, "RET1"), *_return(2, "RET2"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: a miscount, corrected",
        events=(*_return(1), inspected(day(8), {}), inspected(day(8, 2), {"dress": 1})),
    ),
    Example(
        name="near miss: the inspection is corrected under another refund of the parcel",
        events=(
            *_FIVE,
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
            inspected(day(8, 2), {"dress": 5}, refund_id="r3", waybill_no="RET1"),
        ),
    ),
    Example(
        name="recounted under another refund of the parcel, and it is less",
        events=(
            *_FIVE,
            inspected(day(8), {"dress": 5}, waybill_no="RET1"),
            inspected(day(8, 2), {"dress": 2}, refund_id="r3", waybill_no="RET1"),
        ),
        fires=({"facts": {"expected": "5", "received": "2", "refunds": "5"}},),
    ),
    Example(
        name="near miss: all booked under the first refund, nothing under the others",
        events=(
            *_FIVE,
            inspected(day(8), {"dress": 5}, waybill_no="RET1"),
            *(inspected(day(8, n), {}, refund_id=f"r{n}", waybill_no="RET1") for n in range(2, 6)),
        ),
    ),
    Example(
        name="one return recorded as two refunds, half of it missing",
        events=(
            *_two({"refund_id": "r1"}, {"refund_id": "r2"}),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"refund_ids": ["r1", "r2"], "facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: one return recorded as two refunds, each with all pieces",
        events=(
            *_two({"refund_id": "r1"}, {"refund_id": "r2"}),
            inspected(day(8), {"dress": 2}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: one return recorded as two refunds without a number, found for one of them",
        events=(
            *_two({"refund_id": "r1", "waybill_no": None}, {"refund_id": "r2", "waybill_no": None}),
            inspected(day(8), {"dress": 2}),
            inspected(day(8), {}, refund_id="r2", order_id="o1"),
        ),
    ),
    Example(
        name="near miss: a claim for the postage names the parcel as well",
        events=(
            *_two({"refund_id": "r1"}, {"refund_id": "r2", "type": "postage", "reason": "other"}),
            inspected(day(8), {"dress": 2}, waybill_no="RET1"),
            inspected(day(8), {}, refund_id="r2", order_id="o1", waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: money only, and nothing comes back",
        events=(*_two({"type": "refund_only"}), inspected(day(8), {}, waybill_no="RET1")),
    ),
    Example(
        name="turned into money only once the parcel was found empty",
        events=(
            *_two(),
            inspected(day(8), {}, waybill_no="RET1"),
            refunded("modified", day(9), type="refund_only"),
        ),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: the amount pays for one piece and most of another",
        events=(*_two({"amount_minor": 39700}), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
    ),
    Example(
        name="the amount pays for both pieces",
        events=(*_two({"amount_minor": 39800}), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="empty, though the amount pays for less than a piece",
        events=(*_two({"amount_minor": 100}), inspected(day(8), {}, waybill_no="RET1")),
        fires=({"severity": "critical", "facts": {"expected": "1", "received": "0"}},),
    ),
    Example(
        name="an amount in another currency says nothing of pieces",
        events=(
            *_two({"amount_minor": 19900, "currency": "USD"}, currency="CNY"),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: an amount in the order's own currency",
        events=(
            *_two({"amount_minor": 19900, "currency": "CNY"}, currency="CNY"),
            inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: the refund lists more than was ever bought",
        events=(
            *_two({"lines": [{"sku_id": "dress", "quantity": 5}]}),
            inspected(day(8), {"dress": 2}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: a set, inspected by its pieces",
        events=(*_two(lines=_SET), inspected(day(8), {"pot": 1, "cup": 4}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: a set, inspected as one",
        events=(*_two(lines=_SET), inspected(day(8), {"tea-set": 1}, waybill_no="RET1")),
    ),
    Example(
        name="a set without one of its cups",
        events=(*_two(lines=_SET), inspected(day(8), {"pot": 1, "cup": 3}, waybill_no="RET1")),
        fires=({"severity": "high", "facts": {"expected": "5", "received": "4"}},),
    ),
    Example(
        name="an empty parcel of an order nobody knows",
        events=(_two()[1], inspected(day(8), {}, waybill_no="RET1")),
        fires=({"severity": "critical"},),
    ),
    Example(name="near miss: something came of an order nobody knows", events=(_two()[1], inspected(day(8), {"x": 1}))),
    Example(
        name="signed for, and the shop says that nothing came",
        events=(*_two(), _SIGNED, inspected(day(8), {}, waybill_no="RET1", arrived=False)),
        fires=({"severity": "medium", "facts": {"nothing_arrived": "1", "expected": "2", "received": "0"}},),
    ),
    Example(
        name="near miss: nothing came, and nobody signed for it",
        events=(
            *_two(),
            scanned("RET1", "accepted", day(6)),
            inspected(day(8), {}, waybill_no="RET1", arrived=False),
        ),
    ),
    Example(
        name="near miss: said not to have come, and found a day later",
        events=(
            *_two(),
            _SIGNED,
            inspected(day(8), {}, waybill_no="RET1", arrived=False),
            inspected(day(9), {"dress": 2}, waybill_no="RET1"),
        ),
    ),
    Example(
        name="the shop's word against the courier's scales",
        events=_weighed(850),
        fires=({"severity": "medium", "facts": {"weight_disagrees": "850/1000 g"}},),
    ),
    Example(
        name="said to be empty, and heavier than it was sent",
        events=_weighed(1150, 0),
        fires=({"severity": "medium", "facts": {"weight_disagrees": "1150/1000 g"}},),
    ),
    Example(name="too light for both pieces", events=_weighed(849), fires=({"severity": "high"},)),
    Example(name="too heavy to be the same goods", events=_weighed(1151), fires=({"severity": "high"},)),
    Example(
        name="near miss: one of five refunds was given up before the parcel was opened, and four pieces came",
        events=(*_FIVE, _given_up(day(7)), inspected(day(8), {"dress": 4}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: given up ten minutes after the parcel was opened, as far as clocks tell",
        events=(*_FIVE, _given_up(day(8, 0, 10)), inspected(day(8), {"dress": 4}, waybill_no="RET1")),
    ),
    Example(
        name="given up once the parcel had been opened",
        events=(*_FIVE, _given_up(day(8, 0, 11)), inspected(day(8), {"dress": 4}, waybill_no="RET1")),
        fires=({"facts": {"expected": "5", "received": "4"}},),
    ),
    Example(
        name="given up and asked for again before the parcel was opened",
        events=(
            *_FIVE,
            _given_up(day(7)),
            refunded("modified", day(7, 5), refund_id="r5", type="return_refund", reason="no_reason"),
            inspected(day(8), {"dress": 4}, waybill_no="RET1"),
        ),
        fires=({"facts": {"expected": "5", "received": "4"}},),
    ),
    Example(
        name="given up on paper once the money was there",
        events=(
            *_FIVE,
            refunded("completed", day(6, 12), refund_id="r5", type="return_refund"),
            _given_up(day(7)),
            inspected(day(8), {"dress": 4}, waybill_no="RET1"),
        ),
        fires=({"facts": {"expected": "5", "received": "4"}},),
    ),
    *NOT_DUE,
    *EXCHANGED_BEFORE,
    *SEVERAL_BOXES,
    *SHORT,
)
