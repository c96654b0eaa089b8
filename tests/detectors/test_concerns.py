"""A detector that says which orders concern it finds the same as one that is asked about all."""

from typing import Any

import pytest

from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.model import Policy
from cloudtag.processors.buyers.rows import order as order_row
from cloudtag.processors.buyers.run_detectors import Asked, askable
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from cloudtag.testing.standing import standing

CHOOSY = [detector for detector in all_detectors().values() if detector.rule.concerns is not None]
CASES = [
    pytest.param(example, id=f"{detector.name}: {example.name}")
    for detector in all_detectors().values()
    if detector.rule.scope == "order"
    for example in detector.examples
]


def everybody(_: OrderView, kinds: frozenset[type[Any]], policy: Policy) -> Asked:
    return askable("order", kinds, policy)


def found(example: Example) -> object:
    events, until_ms = decoded(example)
    return standing(record for _, record in judge(list(events), until_ms))


@pytest.mark.parametrize("example", CASES)
def test_nothing_is_missed(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = found(example)
    monkeypatch.setattr(order_row, "concerned", everybody)
    assert found(example) == expected


def test_some_are_choosy() -> None:
    assert {detector.name for detector in CHOOSY} == {"double_refund", "extortion", "shipping_exemption", "shop_side"}
    assert all(detector.rule.scope == "order" for detector in CHOOSY)
