"""What values of the contract are called."""

from typing import get_args

import pytest

from cloudtag.contract.types import ComplaintType, Condition, PackageKind
from cloudtag.detection.names import attributes, attributes_zh, called, called_zh
from cloudtag.detectors.registry import all_detectors

ENUMS = (ComplaintType, Condition, PackageKind)


@pytest.mark.parametrize("value", sorted({value for enum in ENUMS for value in get_args(enum)}))
def test_a_value_has_words_in_both_languages(value):
    assert "_" not in called(value)
    assert not any(character.isascii() for character in called_zh(value))


def test_a_scenario_has_one_name_in_each_language():
    found = {(d.rule.scenario, d.rule.scenario_zh) for d in all_detectors().values()}
    assert len({scenario for scenario, _ in found}) == len(found)
    for scenario, name in found:
        assert "_" not in called(scenario)
        assert name
        assert not any(character.isascii() for character in name)


def test_a_value_without_a_chinese_name_keeps_its_words():
    assert called_zh("a_scenario_of_tomorrow") == "a scenario of tomorrow"


def test_what_is_shared_is_told_by_its_kind():
    shown = ["device:d1", "payment:y:2", "area:shop-1/cell"]
    assert attributes(shown) == "device d1, payment account y:2 and area cell"
    assert attributes_zh(shown) == "设备 d1、支付账户 y:2、区域 cell"
    assert attributes(["iris:i1"]) == "iris i1"
