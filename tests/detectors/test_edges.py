"""What lies exactly on the edge of a detector's conditions, and what its alerts say there word by word."""

from importlib import import_module

import pytest

from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import all_detectors
from cloudtag.testing import check_example

EDGES: dict[str, tuple[Example, ...]] = {
    name: import_module(f"tests.detectors.edges.{name}").EDGES
    for name in (
        "account_ring",
        "affiliate_abuse",
        "buyer_risk",
        "card_extortion",
        "competitor_order",
        "competitor_review",
        "complaint_abuse",
        "cross_account_switch",
        "deliberate_damage",
        "double_refund",
        "envelope_return",
        "insurance_farming",
        "internal_parcel",
        "invalid_address",
        "mass_unpaid",
        "mirror_wrong_item",
        "no_intent_to_buy",
        "order_harassment",
        "refund_frequency",
        "repeat_reopen",
        "reused_evidence",
        "shop_side",
        "short_return",
        "switched_goods",
        "wrong_return_destination",
    )
}
CASES = [pytest.param(name, edge, id=f"{name}: {edge.name}") for name, edges in EDGES.items() for edge in edges]


@pytest.mark.parametrize(("detector", "edge"), CASES)
def test_edge(detector: str, edge: Example) -> None:
    check_example(all_detectors()[detector], edge)
