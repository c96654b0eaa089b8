"""Honest people in odd situations: nothing may stand against them."""

import msgspec
import pytest

from cloudtag.contract import standing as contract
from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.replay.driver import replay

UNTIL_MS = 1_772_409_600_000 + 60 * 86_400_000


def one_return(n, waybill_no, **who):
    return [
        ordered("placed", day(0, n), refund_id=f"r{n}", **who),
        ordered("shipped", day(1, n), refund_id=f"r{n}", waybill_no=f"OUT{n}", **who),
        scanned(f"OUT{n}", "accepted", day(1, n + 1)),
        scanned(f"OUT{n}", "signed", day(2, n), signer="recipient"),
        refunded("opened", day(4, n), refund_id=f"r{n}", type="return_refund", reason="no_reason", **who),
        refunded("waybill_filled", day(5), refund_id=f"r{n}", type="return_refund", waybill_no=waybill_no, **who),
        scanned(waybill_no, "accepted", day(5, 3)),
        scanned(waybill_no, "signed", day(7), destination_hash="shop"),
    ]


def unique(events):
    return list({e["event_id"]: e for e in events}.values())


def together():
    events = [e for n in range(1, 4) for e in one_return(n, "RET1")]
    return unique([*events, inspected(day(8), {"dress": 6}, waybill_no="RET1")])


def apart():
    events = [e for n in range(1, 4) for e in one_return(n, f"RET{n}")]
    return events + [inspected(day(8), {"dress": 2}, refund_id=f"r{n}", waybill_no=f"RET{n}") for n in range(1, 4)]


def family():
    return [ordered("placed", day(0, n), refund_id=f"r{n}", buyer_id=f"b{n}", address_hash="home") for n in range(1, 5)]


def locker():
    return [
        ordered("placed", day(0, 0, n), refund_id=f"r{n}", buyer_id=f"b{n}", address_hash="locker")
        for n in range(1, 300)
    ]


def late_signature():
    return [
        ordered("placed", day(0)),
        ordered("shipped", day(1), waybill_no="OUT1"),
        refunded("opened", day(3), type="return_refund", reason="quality", claims_received=True),
        scanned("OUT1", "signed", day(2), signer="recipient"),
    ]


def bad_review():
    return [
        *one_return(1, "RET1")[:4],
        event("reviews", day(3), review_id="v1", order_id="o1", buyer_id="b1", shop_id="s1", rating=1),
    ]


def odd_reason():
    return [*one_return(1, "RET1")[:4], refunded("opened", day(3), type="refund_only", reason="other")]


def many_orders():
    return [
        ordered(status, day(n, hour), refund_id=f"r{n}", order_id=f"o{n}")
        for n in range(1, 40)
        for hour, status in enumerate(("placed", "paid", "completed"))
    ]


def agreed_before_shipping():
    return [
        ordered("placed", day(0)),
        refunded("opened", day(0, 2), type="refund_only", reason="not_received"),
        refunded("agreed", day(0, 3), type="refund_only"),
        ordered("cancelled", day(0, 4)),
    ]


def number_used_again():
    later = [
        refunded("opened", day(190), refund_id="r9", buyer_id="b9", type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(191), refund_id="r9", buyer_id="b9", type="return_refund", waybill_no="RET1"),
        scanned("RET1", "accepted", day(191, 2)),
    ]
    return one_return(1, "RET1") + later


STORIES = (
    together,
    apart,
    family,
    locker,
    late_signature,
    bad_review,
    odd_reason,
    many_orders,
    agreed_before_shipping,
    number_used_again,
)


def standing(events):
    told = list(replay([msgspec.json.encode(e) for e in events], UNTIL_MS))
    assert {stream for stream, _ in told} <= {"alerts"}
    return list(contract.standing(record for _, record in told).values())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_stays_silent(story):
    assert standing(story()) == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_stays_silent_when_everything_is_sent_twice(story):
    assert standing([*story(), *story()]) == []
