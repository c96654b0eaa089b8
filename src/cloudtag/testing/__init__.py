"""The proof kit for detectors: what cloudtag holds its own to, for the detectors of any package.

A test file is a class, run by pytest:

    from cloudtag.testing import DetectorTests, Withdrawal

    class TestLightReturn(DetectorTests):
        detector = "light_return"
        withdrawals = (Withdrawal(name="weighed again", example="two kilograms short", by=(...,)),)
"""

from cloudtag.testing.cases import DetectorTests
from cloudtag.testing.examples import (
    Withdrawal,
    check_example,
    check_near_misses,
    check_withdrawal,
)
from cloudtag.testing.laws import (
    LAWS,
    check_law,
    judged_twice,
    shuffled_and_repeated,
    split,
    stopped_and_resumed,
)
from cloudtag.testing.source import HEADINGS, check_headings, check_purity, impurities
from cloudtag.testing.standing import latest, standing

__all__ = [
    "HEADINGS",
    "LAWS",
    "DetectorTests",
    "Withdrawal",
    "check_example",
    "check_headings",
    "check_law",
    "check_near_misses",
    "check_purity",
    "check_withdrawal",
    "impurities",
    "judged_twice",
    "latest",
    "shuffled_and_repeated",
    "split",
    "standing",
    "stopped_and_resumed",
]
