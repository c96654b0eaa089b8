"""Signals are seen from just so many orders on, in any order of arrival, and never too late."""

import itertools
from typing import Any

import pytest

from cloudtag.detection.example import day, ordered, refunded
from cloudtag.detection.signals import AFFILIATES, INVALID_ADDRESS, NOTES, SHOP_COMPLAINT, UNDONE, UNPAID, Signal
from cloudtag.detectors.registry import of_scope
from cloudtag.processors.buyers.prefilter import OWN, Prefilter
from cloudtag.wire.replay_form import decode_json
from tests.detectors.judged import Raw


def seen(*events: Raw) -> frozenset[Signal]:
    prefilter = Prefilter()
    for told in events:
        prefilter.note(decode_json(told)[1])
    return prefilter.seen


def order(n: int, status: str = "placed", pieces: int = 1, **fields: Any) -> Raw:
    lines = [{"sku_id": "phone", "quantity": pieces, "unit_price_minor": 900}]
    return ordered(status, day(n), refund_id=f"r{n}", lines=lines, **fields)


def test_nothing_is_seen_of_a_buyer_who_only_buys() -> None:
    assert seen(order(1, "paid"), order(2, "shipped"), order(3, "completed")) == frozenset()


def test_one_fact_is_enough_where_one_order_is() -> None:
    assert INVALID_ADDRESS in seen(order(1, address_valid=False))
    assert INVALID_ADDRESS not in seen(order(1, address_valid=True))
    assert NOTES in seen(order(1, buyer_note="x"))
    assert NOTES in seen(order(1, note_meaningless=True))
    assert NOTES not in seen(order(1))


def test_a_habit_takes_several_orders_whatever_kind_of_fact_tells_of_each() -> None:
    gone = [order(1, "cancelled"), order(2, "closed_unpaid")]
    assert UNDONE not in seen(*gone)
    assert UNDONE not in seen(*gone, order(2, "cancelled"))
    assert UNDONE in seen(*gone, refunded("opened", day(5), refund_id="r3", type="refund_only"))
    assert AFFILIATES not in seen(order(1, affiliate_id="x"), order(1, "paid", affiliate_id="y"))
    assert AFFILIATES in seen(order(1, affiliate_id="x"), order(2, affiliate_id="y"))


@pytest.mark.parametrize(
    ("events", "is_seen"),
    [
        ([order(n) for n in range(1, 4)], True),
        ([order(n) for n in range(1, 3)], False),
        ([order(1, pieces=10)], True),
        ([order(1, pieces=9)], False),
        ([order(1, pieces=5), order(2, pieces=5)], True),
        ([order(1, pieces=5), order(2, pieces=4)], False),
        ([order(1, pieces=5), order(1, "cancelled", pieces=5)], False),
    ],
)
def test_so_many_orders_or_so_many_pieces_at_once(events: list[Raw], is_seen: bool) -> None:
    for arrived in itertools.permutations(events):
        assert (UNPAID in seen(*arrived)) is is_seen


def test_an_order_that_is_settled_counts_no_more_whenever_that_comes() -> None:
    assert UNPAID not in seen(order(1, "paid"), order(1), order(2), order(3))
    assert UNPAID not in seen(order(1), order(1, "paid"), order(2), order(3))
    assert UNPAID in seen(order(1), order(1, "paid"), order(2), order(3), order(4))


def test_every_signal_that_a_detector_names_can_be_seen() -> None:
    named = {
        signal for scope in ("buyer", "alerted") for detector in of_scope(scope) for signal in detector.rule.signals
    }
    watched = {signal for watch in Prefilter()._watched.values() for signal in watch.signals}
    assert watched == {*named, *OWN}
    assert SHOP_COMPLAINT in watched
