"""Whom only time tells of asks to be woken for it; whoever was told does not wait."""

from collections.abc import Sequence

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.shops import ShopReported
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered
from cloudtag.detection.finding import Finding, Timer
from cloudtag.detectors import competitor_order
from tests.detectors.edges.building import Raw, at
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
