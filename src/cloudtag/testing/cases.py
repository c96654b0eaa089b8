"""The tests of a detector as a class that pytest collects; pytest itself is not needed to import it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.testing.examples import Withdrawal, check_example, check_near_misses, check_withdrawal
from cloudtag.testing.laws import LAWS, Law, check_law
from cloudtag.testing.source import check_headings, check_purity


class DetectorTests:
    """Everything a detector is held to. A subclass names the detector, and what refutes its alerts.

    `irrefutable` says why nothing can, where nothing can. A detector that is not found fails every test.
    """

    detector: ClassVar[str] = ""
    withdrawals: ClassVar[tuple[Withdrawal, ...]] = ()
    irrefutable: ClassVar[str] = ""

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """One test for each example, each law of each example, each withdrawal."""
        names = metafunc.fixturenames
        if "example" in names:
            _spread(metafunc, "example", self.found().examples)
        if "law" in names:
            metafunc.parametrize("law", LAWS, ids=[law.__name__ for law in LAWS])
        if "withdrawal" in names:
            _spread(metafunc, "withdrawal", self.withdrawals)

    @classmethod
    def found(cls) -> Detector:
        """The detector, found as the engine finds it. Raises LookupError when it is not."""
        if cls.detector not in all_detectors():
            raise LookupError(f"no detector {cls.detector!r} is installed: does an entry point name it?")
        return all_detectors()[cls.detector]

    def test_example(self, example: Example) -> None:
        """What must fire fires, what must stay quiet stays quiet."""
        check_example(self.found(), example)

    def test_law(self, example: Example, law: Law) -> None:
        """Order, repeats, cuts and crashes change nothing."""
        check_law(law, example)

    def test_withdrawal(self, withdrawal: Withdrawal) -> None:
        """What refutes an alert takes it back."""
        check_withdrawal(self.found(), withdrawal)

    def test_it_can_be_refuted(self) -> None:
        """At least one fact is known that takes an alert back, or a reason why none can."""
        assert self.withdrawals or self.irrefutable, f"nothing is known that clears an alert of {self.detector}"

    def test_near_misses(self) -> None:
        """It has examples on both sides of its condition."""
        check_near_misses(self.found())

    def test_headings(self) -> None:
        """Its text tells what people need."""
        check_headings(self.found())

    def test_purity(self) -> None:
        """It leans on nothing but the facts."""
        check_purity(self.found())


def _spread(metafunc: Any, name: str, cases: Iterable[Any]) -> None:
    found = list(cases)
    metafunc.parametrize(name, found, ids=[case.name for case in found])
