"""Every detector that comes along is held to what the kit holds any detector to."""

import pytest

from cloudtag.detectors.registry import all_detectors
from cloudtag.testing import LAWS, check_example, check_headings, check_law, check_near_misses, check_purity

DETECTORS = [detector for detector in all_detectors().values() if detector.is_own]
CASES = [
    pytest.param(detector, example, id=f"{detector.name}: {example.name}")
    for detector in DETECTORS
    for example in detector.examples
]


@pytest.mark.parametrize(("detector", "example"), CASES)
def test_example(detector, example):
    check_example(detector, example)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize(("detector", "example"), CASES)
def test_law(detector, example, law):
    check_law(law, example)


@pytest.mark.parametrize("check", [check_near_misses, check_headings, check_purity], ids=lambda c: c.__name__)
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_a_detector_carries_its_own_proof(detector, check):
    check(detector)
