"""Each declared read is needed: without it something is told too late or never, with it all is told at once."""

from collections.abc import Callable
from typing import Any

import pytest

from cloudtag.contract import events as ev
from cloudtag.contract.types import OrderLine, TaggedOrder
from cloudtag.detectors.registry import all_detectors
from cloudtag.wire.replay_form import decode_json
from tests.histories.signals import DAY_MS, START_MS
from tests.processors.recorded import Recorded, told_last, whole, without

ABOUT = ("o1", "b1", "s1")


def tagged(event_id: str, account_id: str) -> ev.TagSubmitted:
    orders = (TaggedOrder("o1", "b1"),)
    return ev.TagSubmitted(event_id, START_MS + 1, "jd", "sub", "s1", account_id, ("worn_return",), orders)


def with_last(detector: str, example: str, is_last: Callable[[Any], bool]) -> list[Any]:
    """The events of an example, some of them after all others."""
    (events,) = [each.events for each in all_detectors()[detector].examples if each.name == example]
    decoded: list[Any] = [decode_json(event)[1] for event in events]
    decoded.sort(key=lambda event: event.occurred_at)
    return sorted(decoded, key=is_last)


REFUNDED_AFTER_SHOWING = [
    ev.OrderChanged("e1", START_MS, "taobao", *ABOUT, "shipped", device_hash="d1", lines=(OrderLine("a", 1, 900),)),
    ev.RefundChanged("e2", START_MS + DAY_MS, "taobao", "r1", *ABOUT, "opened", "return_refund", "no_reason"),
]
ORDERED_AFTER_TAGGING = [
    ev.AccountChanged("exam", START_MS, "jd", "s1", "main", "exam_passed"),
    tagged("t1", "main"),
    ev.OrderChanged("e1", START_MS - DAY_MS, "jd", *ABOUT, "completed"),
]
COMPLAINED_OF = [
    ev.ComplaintChanged("c1", START_MS, "taobao", "k1", "b1", "s1", complainant="shop", status="opened", type="other")
]
UNKNOWN_ACCOUNT_OF_A_CHEAT = [
    ev.AbuseFound("a1", START_MS, "jd", "s1", None, "false_report"),
    tagged("t1", "other"),
]


@pytest.mark.parametrize(
    ("processor", "kind", "read", "events"),
    [
        ("buyers", "links", "order", REFUNDED_AFTER_SHOWING),
        ("buyers", "tags", "order", ORDERED_AFTER_TAGGING),
        ("buyers", "consequences", "buyer", COMPLAINED_OF),
        ("shops", "permission", "submission", UNKNOWN_ACCOUNT_OF_A_CHEAT),
        (
            "buyers",
            "buyer",
            "shops",
            with_last(
                "competitor_order",
                "three orders from a rival's device, all cancelled",
                lambda event: isinstance(event, ev.ShopDescribed),
            ),
        ),
        (
            "buyers",
            "parcel",
            "links",
            with_last(
                "switched_goods",
                "near miss: the shop had sent the wrong item, one that others order there",
                lambda event: event.buyer_id != "b1",
            ),
        ),
    ],
)
def test_what_is_read_is_declared(processor: str, kind: str, read: str, events: list[Any]) -> None:
    declared, undeclared, everything = Recorded(), without(processor, kind, read), whole(0)
    for topology in (declared, undeclared, everything):
        for event in events:
            topology.feed([event])
        list(topology.pass_time(max(event.occurred_at for event in events) + 10 * DAY_MS))
    assert told_last(declared) == told_last(everything)
    assert told_last(declared) != told_last(undeclared)
