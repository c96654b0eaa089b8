"""An alert is taken back by the fact that refutes it, and comes back when that fact is itself corrected."""

from typing import Any

import pytest

from cloudtag.contract.records import Alert
from cloudtag.detection.example import (
    complained,
    contacted,
    day,
    event,
    inspected,
    ordered,
    refunded,
    reviewed,
    scanned,
)
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.testing import Withdrawal, check_withdrawal
from tests.detectors.judged import Raw, event_of, events_of
from tests.engine.standing import records_of

DETECTORS = (
    "card_extortion",
    "deliberate_damage",
    "double_refund",
    "envelope_return",
    "extortion",
    "internal_parcel",
    "light_return",
    "repeat_reopen",
    "shipping_exemption",
    "shop_side",
    "signed_before_filled",
    "switched_goods",
)


def chargeback(status: str, at: int) -> dict[str, Any]:
    """The bank is asked for the order's price, or says what came of it."""
    ids = {"chargeback_id": "k1", "order_id": "o1", "buyer_id": "b1", "shop_id": "s1"}
    return event("chargebacks", day(at), status=status, amount_minor=39800, **ids)


RETURN = (
    ordered("placed", day(0)),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)
ENVELOPE = (*RETURN, scanned("RET1", "accepted", day(6, 5), package="envelope"))
ROUND_TRIP = (
    *RETURN,
    scanned("RET1", "accepted", day(6, 5), facility="f1"),
    scanned("RET1", "signed", day(7), facility="f1"),
)
DELIVERED = (scanned("RET1", "accepted", day(2)), scanned("RET1", "signed", day(3)), *RETURN)
GOODS, NOTHING = inspected(day(9), {"dress": 2}), inspected(day(10), {})
OTHER_NUMBER = refunded("modified", day(9), type="return_refund", waybill_no="RET2")
FIRST_NUMBER = refunded("modified", day(10), type="return_refund", waybill_no="RET1")
DAMAGE = (
    ordered("placed", day(0)),
    refunded("opened", day(5), type="refund_only", reason="damaged"),
    inspected(day(8), {"dress": 2}, condition=["damaged_by_buyer"]),
)
REOPENED = (
    ordered("placed", day(0)),
    refunded("opened", day(4), type="refund_only", reason="quality"),
    refunded("refused", day(5)),
    *(refunded("modified", day(5 + n), type="refund_only") for n in range(1, 4)),
)
DEMAND = (
    ordered("placed", day(0)),
    ordered("completed", day(4)),
    reviewed(day(5), 1),
    complained("opened", day(6), type="other", demands_money=True),
)
CARD = (
    ordered("placed", day(0)),
    complained("opened", day(1), type="instalments"),
    complained("opened", day(2), complaint_id="c2", type="credit_card", demands_money=True),
)
SILENT = (ordered("placed", day(0), custom_made=True), contacted(day(1)), contacted(day(2)))

PAID_TWICE = (
    ordered("paid", day(0)),
    refunded("completed", day(5), type="refund_only", amount_minor=39800),
    chargeback("opened", 6),
)
LIGHT = (
    ordered("shipped", day(0), waybill_no="OUT1"),
    scanned("OUT1", "signed", day(2), weight_grams=1000, signer="recipient"),
    *RETURN[1:],
    scanned("RET1", "accepted", day(6, 5), weight_grams=100),
)
CANCELLED = (ordered("paid", day(0)), ordered("cancelled", day(1), cancelled_by="shop"))
STRAYED = (
    ordered("shipped", day(0), address_hash="home", waybill_no="OUT1"),
    scanned("OUT1", "signed", day(2), destination_hash="elsewhere", signer="recipient"),
    refunded("opened", day(5), type="refund_only", reason="not_received"),
)

CASES: dict[str, tuple[tuple[Raw, ...], Raw, tuple[Raw, ...]]] = {
    "double_refund: the shop wins, then loses": (PAID_TWICE, chargeback("won", 8), (chargeback("lost", 9),)),
    "light_return: the goods are found, then fewer": (LIGHT, GOODS, (inspected(day(10), {"dress": 1}),)),
    "shop_side: sent after all, then cancelled again": (
        CANCELLED,
        ordered("shipped", day(2)),
        (ordered("cancelled", day(3), cancelled_by="shop"),),
    ),
    "shop_side: the parcel goes to the buyer after all, then is signed for elsewhere": (
        STRAYED,
        scanned("OUT1", "arrived", day(6), destination_hash="home"),
        (scanned("OUT1", "signed", day(7), destination_hash="elsewhere", signer="recipient"),),
    ),
    "switched_goods: the sku put right, then found to be wrong after all": (
        (*RETURN, inspected(day(8), {"rag": 2})),
        GOODS,
        (inspected(day(10), {"rag": 2}),),
    ),
    "switched_goods: found genuine, then an imitation after all": (
        (*RETURN, inspected(day(8), {"dress": 2}, authentic=False)),
        inspected(day(9), {"dress": 2}, authentic=True),
        (inspected(day(10), {"dress": 2}, authentic=False),),
    ),
    "signed_before_filled: goods in the parcel, then none": (DELIVERED, GOODS, (NOTHING,)),
    "signed_before_filled: another number, then the first again": (DELIVERED, OTHER_NUMBER, (FIRST_NUMBER,)),
    "envelope_return: goods in the parcel, then none": (ENVELOPE, GOODS, (NOTHING,)),
    "envelope_return: another number, then the first again": (ENVELOPE, OTHER_NUMBER, (FIRST_NUMBER,)),
    "internal_parcel: goods in the parcel, then none": (ROUND_TRIP, GOODS, (NOTHING,)),
    "internal_parcel: it travels on, then is signed for where it began": (
        ROUND_TRIP,
        scanned("RET1", "arrived", day(9), facility="f2"),
        (scanned("RET1", "signed", day(10), facility="f1"),),
    ),
    "deliberate_damage: no damage by the buyer, then there was": (
        DAMAGE,
        inspected(day(9), {"dress": 2}),
        (inspected(day(10), {"dress": 2}, condition=["damaged_by_buyer"]),),
    ),
    "repeat_reopen: agreed, then refused again": (
        REOPENED,
        refunded("agreed", day(9)),
        (refunded("refused", day(10)),),
    ),
    "extortion: upheld, then rejected on appeal": (
        DEMAND,
        complained("upheld", day(9)),
        (complained("rejected", day(10)),),
    ),
    "extortion: the review read anew, then a demand after all": (
        (*DEMAND[:2], reviewed(day(5), 1, demands_money=True)),
        reviewed(day(9), 1),
        (reviewed(day(10), 1, demands_money=True),),
    ),
    "card_extortion: upheld, then rejected on appeal": (
        CARD,
        complained("upheld", day(9), complaint_id="c2"),
        (complained("rejected", day(10), complaint_id="c2"),),
    ),
    "shipping_exemption: the address put right, then wrong after all": (
        (ordered("placed", day(0), address_valid=False),),
        ordered("paid", day(1), address_valid=True),
        (ordered("paid", day(2), address_valid=False),),
    ),
    "shipping_exemption: an answer, then silence again": (
        SILENT,
        contacted(day(9), answered=True),
        (contacted(day(10)), contacted(day(11))),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refuted_and_restored(name: str) -> None:
    events, by, restored_by = CASES[name]
    found = Withdrawal(name=name, events=tuple(events), by=(by,), restored_by=restored_by)
    check_withdrawal(all_detectors()[name.partition(":")[0]], found)


def test_every_detector_here_is_refutable() -> None:
    assert {name.partition(":")[0] for name in CASES} == set(DETECTORS)


def test_an_earlier_event_that_comes_late_withdraws() -> None:
    """The buyer had named the number in time; the event was only slow."""
    topology = Topology(shipped())
    in_time = refunded("waybill_filled", day(2, 1), type="return_refund", waybill_no="RET1")
    outputs = topology.feed(events_of(DELIVERED))
    assert [a.status for a in records_of(outputs, Alert) if a.detector == "signed_before_filled"] == ["open"]
    outputs = topology.feed([event_of(in_time)])
    assert [a.status for a in records_of(outputs, Alert) if a.detector == "signed_before_filled"] == ["withdrawn"]
