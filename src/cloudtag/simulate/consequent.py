"""The labels that count, and those that follow from them: of whom several signals stand, that buyer is judged whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate.labels import AlertLabel, ExpectedLabel
from cloudtag.simulate.scripts import MODULES

FollowLabels = Callable[[list[AlertLabel]], Iterator[AlertLabel]]
"""The labels of one detector that follow from those of all others: a script file's `follow`."""


def judged_labels(labels: Iterable[ExpectedLabel]) -> list[AlertLabel]:
    """The labels of detectors that exist, those that follow from the others included."""
    detectors = all_detectors()
    known = [label for label in labels if isinstance(label, AlertLabel) and label.detector in detectors]
    following = [label for name, follow in _follows().items() if name in detectors for label in follow(known)]
    return known + following


def is_consequent(detector: str) -> bool:
    """Whether what a detector finds follows from other alerts: its own then names whatever those name."""
    return detector in _follows()


def accuses(label: AlertLabel) -> bool:
    """Whether an alert that a label is about says something against the buyer."""
    detector = all_detectors().get(label.detector)
    return detector is None or detector.rule.accuses


@cache
def _follows() -> dict[str, FollowLabels]:
    return {module.DETECTOR: module.follow for module in MODULES if hasattr(module, "follow")}
