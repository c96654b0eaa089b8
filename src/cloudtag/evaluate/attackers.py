"""Attackers one by one: which script is found least, and which deceits a rule forbids to accuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cloudtag.evaluate.figures import AttackerFigures, SilenceFigures
from cloudtag.simulate import AlertLabel, ExpectedLabel, Score
from cloudtag.simulate.consequent import accuses, judged_labels
from cloudtag.simulate.covers import COVERS

_COVERS = frozenset(script.__name__ for script in COVERS)


def script_of(label: ExpectedLabel) -> str:
    """The script a label is of: a story is its name and how often it was played before."""
    return label.story.rsplit("-", 1)[0]


def attackers(labels: Iterable[ExpectedLabel], tallies: Mapping[str, Score]) -> tuple[AttackerFigures, ...]:
    """The figures of every script that expects more than a hint, the worst first."""
    wanted = [x for x in judged_labels(labels) if x.stands and not x.is_open and not x.is_hint and accuses(x)]
    lost = [x for tally in tallies.values() for x in (*tally.missed, *tally.low)]
    unfound = Counter(script_of(x) for x in lost if isinstance(x, AlertLabel) and not x.is_hint and accuses(x))
    figures = [
        AttackerFigures(script=script, expected=expected, found=expected - unfound[script])
        for script, expected in Counter(map(script_of, wanted)).items()
    ]
    return tuple(sorted(figures, key=lambda figure: (figure.recall, figure.script)))


def silences(labels: Iterable[ExpectedLabel]) -> tuple[SilenceFigures, ...]:
    """The known losses by the rule that accepts them."""
    acts = Counter((x.silence, x.detector) for x in labels if isinstance(x, AlertLabel) and x.silence)
    return tuple(SilenceFigures(rule=rule, detector=detector, acts=n) for (rule, detector), n in sorted(acts.items()))


def undercover(labels: Iterable[ExpectedLabel]) -> frozenset[str]:
    """Buyers who hide in the mess: an alert about them that no label names is no false accusation."""
    known = [x for x in labels if isinstance(x, AlertLabel) and script_of(x) in _COVERS]
    return frozenset(buyer_id for x in known for buyer_id in (x.buyer_id, *x.among))
