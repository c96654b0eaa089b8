"""The labels that count, and those that follow from them: of whom several signals stand, that buyer is judged whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate.labels import AlertLabel, ExpectedLabel

RISK = "buyer_risk"
"""The detector that judges the whole buyer by all that stands of him (A1, B26)."""
PROTECTIVE = "shipping_exemption"
"""The detector that accuses nobody: nothing follows from it."""


def judged_labels(labels: Iterable[ExpectedLabel]) -> list[AlertLabel]:
    """The labels of detectors that exist, those of the whole-site judgement included."""
    detectors = all_detectors()
    known = [label for label in labels if isinstance(label, AlertLabel) and label.detector in detectors]
    return known + (list(_risks(known)) if RISK in detectors else [])


def _risks(labels: list[AlertLabel]) -> Iterator[AlertLabel]:
    """One label for each buyer of whom signals of several scenarios stand, unless a label of his own says what follows.

    Of different families they are independent of each other; within one it depends on what each rests on.
    """
    told = {label.buyer_id for label in labels if label.detector == RISK}
    by_buyer: dict[str, list[AlertLabel]] = defaultdict(list)
    for label in labels:
        is_signal = label.detector != PROTECTIVE and all_detectors()[label.detector].rule.scope != "risk"
        if label.stands and is_signal:
            for buyer_id in {label.buyer_id, *label.among} - told:
                by_buyer[buyer_id].append(label)
    for buyer_id, mine in by_buyer.items():
        if len({all_detectors()[label.detector].rule.scenario for label in mine}) > 1:
            yield _risk(buyer_id, mine)


def _risk(buyer_id: str, labels: list[AlertLabel]) -> AlertLabel:
    """What the labels of a buyer amount to: certain once those that are certain are of two families."""
    since: dict[str, int | None] = {}
    for label in labels:
        if not label.is_open and not label.among:
            family = all_detectors()[label.detector].rule.family
            held = since.get(family)
            since[family] = label.at if held is None or (label.at is not None and label.at < held) else held
    times = sorted(at for at in since.values() if at is not None)
    return AlertLabel(
        story=labels[0].story,
        detector=RISK,
        buyer_id=buyer_id,
        at=times[1] if len(times) > 1 else None,
        is_open=len(since) < 2,
    )
