"""Whom only time tells of asks to be woken for it; whoever was told does not wait."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.records import Alert
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered
from cloudtag.detection.finding import Finding, Timer
from cloudtag.detection.rule import Example
from cloudtag.detectors import competitor_order, order_harassment
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies, Policy
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from tests.detectors.edges.building import Raw, at
from tests.detectors.test_edges import EDGES
from tests.detectors.test_looking_back import orders

TEA = ShopReported(0, True, "s1", "b1", at(-90), category="tea")
SHOWN = AttributeUsed(0, True, "device:d2", at(-90), "e-s2", "taobao", "", shop_id="s2", category="tea")


def rival(own: Sequence[Raw], now_ms: int) -> BuyerCase:
    """A buyer on the device of another tea shop, at that time."""
    links = [LinkReported(0, True, "b1", "device:d2", 0, (SHOWN,))]
    return BuyerCase("b1", orders(own), [], links, lambda _: TEA, now_ms)


def placed(n: int, hours: int) -> Raw:
    return ordered("placed", day(1, hours), refund_id=f"r{n}", device_hash="d2")


def test_competitor_order_waits_for_each_order_that_is_not_due() -> None:
    case = rival([placed(n, n) for n in (1, 2, 3, 4)], at(1, 3, 30))
    *timers, found = competitor_order.detect(case, competitor_order.Parameters())
    assert timers == [Timer(at(1, 4, 30))]
    assert isinstance(found, Finding)
    assert (found.decided_at, found.order_ids) == (at(1, 3, 30), ("o1", "o2", "o3"))


def test_competitor_order_waits_a_millisecond_before_the_third_is_due() -> None:
    case = rival([placed(n, n) for n in (1, 2, 3)], at(1, 3, 30) - 1)
    assert list(competitor_order.detect(case, competitor_order.Parameters())) == [Timer(at(1, 3, 30))]


def test_competitor_order_does_not_wait_for_what_was_cancelled() -> None:
    own = [e for n in (1, 2, 3) for e in (placed(n, n), ordered("cancelled", day(1, n + 1), refund_id=f"r{n}"))]
    (found,) = competitor_order.detect(rival(own, at(1)), competitor_order.Parameters())
    assert isinstance(found, Finding)
    assert found.decided_at == at(1, 4)


def buyer(now_ms: int, *own: Raw) -> BuyerCase:
    """A buyer who did that, at that time."""
    return BuyerCase("b1", orders(own), [], [], lambda _: None, now_ms)


def noted(n: int, hours: int) -> tuple[Raw, Raw]:
    """Order n comes with a note, and is closed an hour later."""
    who = {"refund_id": f"r{n}", "buyer_note": "you again"}
    return ordered("placed", day(1, hours), **who), ordered("closed_unpaid", day(1, hours + 1), **who)


HARASSING = order_harassment.Parameters()


def test_order_harassment_waits_for_the_first_order_that_is_not_due() -> None:
    own = (noted(1, 1)[0], noted(2, 2)[0], noted(3, 3)[0])
    assert list(order_harassment.detect(buyer(at(2, 1) - 1, *own), HARASSING)) == [Timer(at(2, 1))]
    assert list(order_harassment.detect(buyer(at(2, 1), *own), HARASSING)) == [Timer(at(2, 2))]
    found, *timers = order_harassment.detect(buyer(at(2, 2), *own), HARASSING)
    assert isinstance(found, Finding)
    assert (found.decided_at, found.order_ids) == (at(2, 2), ("o1", "o2"))
    assert timers == [Timer(at(2, 3))]


def test_order_harassment_counts_what_was_closed_though_time_has_not_come_so_far() -> None:
    (found,) = order_harassment.detect(buyer(at(1), *noted(1, 1), *noted(2, 2)), HARASSING)
    assert isinstance(found, Finding)
    assert found.decided_at == at(1, 3)


def test_order_harassment_waits_for_nothing_where_too_few_orders_may_come_to_count() -> None:
    assert list(order_harassment.detect(buyer(at(1, 7), noted(1, 1)[0]), HARASSING)) == []
    own = (noted(1, 1)[0], noted(4, 6)[0], ordered("paid", day(1, 5), refund_id="r9"))
    assert list(order_harassment.detect(buyer(at(1, 7), *own), HARASSING)) == []


def alone(detector: str) -> Policies:
    """The shipped policies with that detector on, and no other that might wake it."""
    packs: dict[str, list[Policy]] = {}
    for policy in shipped().versions():
        only = {detector: policy.detectors[detector]}
        packs.setdefault(policy.platform, []).append(replace(policy, detectors=only))
    return Policies(packs)


BY_ITSELF = [
    pytest.param(name, example, id=f"{name}: {example.name}")
    for name in ("light_return", "mass_unpaid", "order_harassment", "short_return", "switched_goods")
    for example in (*all_detectors()[name].examples, *EDGES.get(name, ()))
    if example.until is not None
]


@pytest.mark.parametrize(("detector", "example"), BY_ITSELF)
def test_it_needs_nobody_else_to_wake_it(detector: str, example: Example) -> None:
    events, until_ms = decoded(example)
    told = {
        record.alert_id: record
        for _, record in judge(list(events), until_ms, alone(detector))
        if isinstance(record, Alert)
    }
    assert sum(alert.status != "withdrawn" for alert in told.values()) == len(example.fires)
