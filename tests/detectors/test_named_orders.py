"""An alert names with their shops the orders of its buyer alone, whoever else has such numbers."""

import msgspec
import pytest

from cloudtag.contract.records import Alert
from cloudtag.detection.example import refunded
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.replay.driver import replay
from tests.detectors.judged import Raw, alerts, end_of

DETECTORS = [detector for detector in all_detectors().values() if detector.is_own]


def dealt_in(raws: list[Raw]) -> set[tuple[str, str, str]]:
    """The buyer, the shop and the order of all that events tell."""
    names = ("buyer_id", "shop_id", "order_id")
    return {tuple(raw[name] for name in names) for raw in raws if all(raw.get(name) for name in names)}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_whose_orders_an_alert_names(detector: Detector) -> None:
    for example in detector.examples:
        raws = list(example.events)
        dealt = dealt_in(raws)
        published = replay([msgspec.json.encode(raw) for raw in raws], end_of(example))
        for alert in [record for _, record in published if isinstance(record, Alert)]:
            named = {(alert.buyer_id, order.shop_id, order.order_id) for order in alert.orders}
            assert named <= dealt, (example.name, alert.detector)


def returned(n: int, buyer_id: str, shop_id: str) -> list[Raw]:
    """A return under a number that all use."""
    about = {
        "buyer_id": buyer_id,
        "shop_id": shop_id,
        "order_id": f"o{n}",
        "refund_id": f"r{n}",
        "type": "return_refund",
    }
    opened = refunded("opened", n, **about, reason="no_reason")
    return [opened, refunded("waybill_filled", 10 + n, **about, reason="no_reason", waybill_no="RET1")]


def test_two_buyers_at_two_shops_under_one_number() -> None:
    (alert,) = alerts([*returned(1, "b2", "s1"), *returned(2, "b1", "s2")], "reused_waybill")
    assert (alert.buyer_id, alert.order_ids) == ("b1", ("o1", "o2"))
    assert [(order.shop_id, order.order_id) for order in alert.orders] == [("s2", "o2")]
