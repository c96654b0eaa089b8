"""The labels that count, and those that follow from them: of whom something stands, that buyer is watched."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cloudtag.detection.registry import all_detectors
from cloudtag.simulate.labels import AlertLabel, Label

RISK = "buyer_risk"
"""The detector that judges the whole buyer by all that stands of him (A1, B26)."""
PROTECTIVE = "shipping_exemption"
"""The detector that accuses nobody: nothing follows from it."""


def judged_labels(labels: Iterable[Label]) -> list[AlertLabel]:
    """The labels of detectors that exist, those of the whole-site judgement included."""
    detectors = all_detectors()
    known = [label for label in labels if isinstance(label, AlertLabel) and label.detector in detectors]
    return known + (list(_watched(known)) if RISK in detectors else [])


def _watched(labels: list[AlertLabel]) -> Iterable[AlertLabel]:
    """One label for each buyer of whom a signal stands, unless a label of his own says what becomes of him."""
    told = {label.buyer_id for label in labels if label.detector == RISK}
    followed: dict[str, AlertLabel] = {}
    for label in labels:
        if not label.stands or label.detector in (RISK, PROTECTIVE):
            continue
        for buyer_id in (label.buyer_id, *label.among):
            if buyer_id in told:
                continue
            is_open = label.is_open or bool(label.among)
            mine = AlertLabel(story=label.story, detector=RISK, buyer_id=buyer_id, at=label.at, is_open=is_open)
            first = followed.setdefault(buyer_id, mine)
            if first.is_open and not is_open:
                followed[buyer_id] = mine
            elif not is_open and label.at is not None and (first.at is None or label.at < first.at):
                followed[buyer_id] = replace(first, at=label.at)
    return followed.values()
