"""What `outbound_waybill_as_return` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, event, in_ms, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.examples.other_journeys import OTHER_JOURNEYS
from cloudtag.detection.rule import Example

_SENT = (
    ordered("placed", 0),
    ordered("shipped", day(1), waybill_no="OUT1"),
    scanned("OUT1", "accepted", day(1, 2)),
    scanned("OUT1", "signed", day(2), signer="recipient"),
)
_OPENED = refunded("opened", day(3), type="return_refund", reason="quality")


def _filled(waybill_no: str, at: str = day(4)) -> dict[str, object]:
    return refunded("waybill_filled", at, type="return_refund", waybill_no=waybill_no)


def _outbound_again(reason: str) -> tuple[dict[str, object], ...]:
    return (
        *_SENT,
        refunded("opened", day(3), type="return_refund", reason=reason),
        refunded("waybill_filled", day(4), type="return_refund", reason=reason, waybill_no="OUT1"),
    )


def _shop(address_hash: str, at: str = day(-90)) -> dict[str, object]:
    return event("shops", at, shop_id="s1", return_address_hashes=[address_hash])


def _label(destination_hash: str | None) -> tuple[dict[str, object], ...]:
    """A second number of the order, given as that of the return; its parcel travels somewhere."""
    return (
        ordered("shipped", day(1, 1), parcels=[{"waybill_no": "OUT2"}]),
        _filled("OUT2"),
        scanned("OUT2", "accepted", day(4, 2), destination_hash=destination_hash),
        scanned("OUT2", "signed", day(6), destination_hash=destination_hash),
    )


def _booked_late(order_id: str | None) -> tuple[dict[str, object], ...]:
    """An order whose number the shop names a day after the buyer gave it as that of the return."""
    return (
        ordered("placed", 0),
        ordered("shipped", day(1)),
        scanned("OUT1", "accepted", day(1, 2), order_id=order_id),
        scanned("OUT1", "signed", day(2), order_id=order_id, signer="recipient"),
        _filled("OUT1"),
        ordered("shipped", day(5), waybill_no="OUT1"),
    )


EXAMPLES = (
    Example(
        name="the shop's own number comes back",
        events=(*_SENT, _OPENED, _filled("OUT1")),
        fires=(
            {
                "alert_id": "outbound_waybill_as_return-0910f252821e08de552bb6cc",
                "severity": "critical",
                "waybill_nos": ["OUT1"],
                "decided_at": in_ms(day(4)),
                "recommendation": "ask_for_real_return_number",
            },
        ),
    ),
    Example(
        name="the freight is insured",
        events=(ordered("placed", 0, freight_insured=True), *_SENT[1:], _OPENED, _filled("OUT1")),
        fires=({"severity": "critical", "recommendation": "hold_insurance"},),
    ),
    Example(
        name="near miss: a number of its own",
        events=(*_SENT, _OPENED, _filled("RET1"), scanned("RET1", "accepted", day(4, 2))),
    ),
    Example(
        name="near miss: a typing error, put right",
        events=(*_SENT, _OPENED, _filled("OUT1"), _filled("RET1", day(4, 1)), scanned("RET1", "accepted", day(4, 2))),
    ),
    Example(
        name="near miss: refused at the door",
        events=(*_SENT[:3], scanned("OUT1", "refused", day(2)), _OPENED, _filled("OUT1")),
    ),
    Example(
        name="near miss: signed for where it had set out from, though it had been elsewhere",
        events=(
            *_SENT[:2],
            scanned("OUT1", "accepted", day(1, 2), facility="hub"),
            scanned("OUT1", "arrived", day(2), facility="town"),
            scanned("OUT1", "signed", day(4), facility="hub", signer="recipient"),
            _OPENED,
            _filled("OUT1"),
        ),
    ),
    Example(
        name="in another writing",
        events=(*_SENT, _OPENED, _filled("out-1")),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="the first of two parcels in which the order was sent",
        events=(*_SENT, ordered("shipped", day(1, 1), waybill_no="OUT2"), _OPENED, _filled("OUT1")),
        fires=({"severity": "critical", "waybill_nos": ["OUT1"]},),
    ),
    Example(
        name="a parcel that the order only lists",
        events=(
            ordered("placed", 0),
            ordered("shipped", day(1), parcels=[{"waybill_no": "OUT1"}]),
            _OPENED,
            _filled("OUT1"),
        ),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="the number of another order of the buyer's",
        events=(
            *_SENT,
            ordered("placed", 1, refund_id="r2"),
            refunded("opened", day(3), refund_id="r2", type="return_refund"),
            refunded("waybill_filled", day(4), refund_id="r2", type="return_refund", waybill_no="OUT1"),
        ),
        fires=({"refund_ids": ["r2"], "order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="filled in exactly 180 days after shipping",
        events=(*_SENT[:2], refunded("opened", day(180), type="return_refund"), _filled("OUT1", day(181))),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: filled in later than that",
        events=(*_SENT[:2], refunded("opened", day(180), type="return_refund"), _filled("OUT1", day(181, 0, 1))),
    ),
    Example(
        name="filled in ten minutes before shipping was booked, less one, by two clocks",
        events=(ordered("placed", 0), _OPENED, _filled("OUT1"), ordered("shipped", day(4, 0, 9), waybill_no="OUT1")),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: filled in ten minutes before the order was sent under it",
        events=(ordered("placed", 0), _OPENED, _filled("OUT1"), ordered("shipped", day(4, 0, 10), waybill_no="OUT1")),
    ),
    Example(
        name="the shop names the number days after the buyer has, of a parcel that the buyer had signed for",
        events=(*_booked_late("o1"), _OPENED),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: named late, and no scan says that it is the order's",
        events=(*_booked_late(None), _OPENED),
    ),
    Example(
        name="near miss: named late, and the refund was opened before it came",
        events=(*_booked_late("o1"), refunded("opened", day(1, 20), type="return_refund", reason="quality")),
    ),
    Example(
        name="near miss: the courier gave the number to the return two months later",
        events=(
            ordered("placed", 0),
            ordered("shipped", day(1), waybill_no="OUT1"),
            scanned("OUT1", "accepted", day(1, 2), destination_hash="home"),
            scanned("OUT1", "signed", day(2), signer="recipient"),
            refunded("opened", day(60), type="return_refund"),
            _filled("OUT1", day(61)),
            scanned("OUT1", "accepted", day(61, 2), destination_hash="warehouse"),
        ),
    ),
    Example(
        name="refused at the door, and delivered at the second attempt",
        events=(
            *_SENT[:3],
            scanned("OUT1", "refused", day(2)),
            scanned("OUT1", "out_for_delivery", day(2, 5)),
            scanned("OUT1", "signed", day(2, 8), signer="recipient"),
            _OPENED,
            _filled("OUT1"),
        ),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: signed for, handed straight back, and home again",
        events=(
            *_SENT,
            scanned("OUT1", "returned", day(2, 5)),
            scanned("OUT1", "signed", day(5), signer="other"),
            _OPENED,
            _filled("OUT1"),
        ),
    ),
    Example(
        name="near miss: the shop's number was of a parcel to somebody else",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2, 1), signer="recipient", order_id="o9"),
            _OPENED,
            _filled("OUT1"),
        ),
    ),
    Example(
        name="near miss: the goods are there, under whatever number",
        events=(*_SENT, _OPENED, _filled("OUT1"), inspected(day(6), {"dress": 2}, waybill_no="OUT1")),
    ),
    Example(
        name="half of the goods are there",
        events=(*_SENT, _OPENED, _filled("OUT1"), inspected(day(6), {"dress": 1}, waybill_no="OUT1")),
        fires=({"severity": "critical"},),
    ),
    Example(
        name="near miss: withdrawn before money moved",
        events=(*_SENT, _OPENED, _filled("OUT1"), refunded("withdrawn", day(5), type="return_refund")),
    ),
    Example(
        name="near miss: a claim for the postage names the number the goods came under",
        events=(
            *_SENT,
            refunded("opened", day(3), type="postage", reason="other", waybill_no="OUT1"),
        ),
    ),
    Example(
        name="near miss: the return label that lay in the box is booked as a parcel of the order",
        events=(_shop("warehouse"), *_SENT, _OPENED, *_label("warehouse")),
    ),
    Example(
        name="near miss: such a label of a warehouse that the shop gave up since",
        events=(_shop("warehouse"), _shop("other", day(5)), *_SENT, _OPENED, *_label("warehouse")),
    ),
    Example(
        name="a second parcel of the order, which went to the buyer",
        events=(_shop("warehouse"), *_SENT, _OPENED, *_label("home")),
        fires=({"severity": "critical", "waybill_nos": ["OUT2"]},),
    ),
    Example(
        name="nobody says where the second parcel went",
        events=(_shop("warehouse"), *_SENT, _OPENED, *_label(None)),
        fires=({"severity": "critical"},),
    ),
    *OTHER_JOURNEYS,
    *missent(_outbound_again, ({"severity": "critical"},)),
)
