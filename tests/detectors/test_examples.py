"""Every detector that comes along is held to what the kit holds any detector to."""

from collections.abc import Callable

import pytest

from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.testing import LAWS, check_example, check_headings, check_law, check_near_misses, check_purity
from cloudtag.testing.laws import Law

DETECTORS = [detector for detector in all_detectors().values() if detector.is_own]
CASES = [
    pytest.param(detector, example, id=f"{detector.name}: {example.name}")
    for detector in DETECTORS
    for example in detector.examples
]


@pytest.mark.parametrize(("detector", "example"), CASES)
def test_example(detector: Detector, example: Example) -> None:
    check_example(detector, example)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize(("detector", "example"), CASES)
def test_law(detector: Detector, example: Example, law: Law) -> None:
    check_law(law, example)


@pytest.mark.parametrize("check", [check_near_misses, check_headings, check_purity], ids=lambda c: c.__name__)
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_a_detector_carries_its_own_proof(detector: Detector, check: Callable[[Detector], None]) -> None:
    check(detector)
