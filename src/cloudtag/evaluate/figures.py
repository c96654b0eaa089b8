"""What an evaluation amounts to: figures by detector, and whether they are good enough."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cloudtag.contract.records import Alert
from cloudtag.simulate import AlertLabel, ExpectedLabel, Score
from cloudtag.simulate.world import is_scripted

LEAST_RECALL = 0.99
"""The share of what the labels expect that must be found."""
OTHERS = ("tags", "confirmations")
"""Tallies that are of no detector."""


class Figures(Struct, frozen=True, kw_only=True):
    """One detector's figures. Delays are event time in milliseconds, from the last fact needed to the decision.

    `false_accusations` are alerts that should not stand, about buyers whom a script plays; `by_chance` are those about
    anybody else, whom chance made do what the rule says.
    """

    detector: str
    expected: int
    found: int
    missed: int
    low: int
    """Of those found, those about which only alerts of severity low stand."""
    false_accusations: int
    by_chance: int
    withdrawn: int
    delay_median_ms: int | None
    delay_p90_ms: int | None

    @property
    def recall(self) -> float:
        """The share of the expected that was found; 1 where nothing was expected."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def medium_recall(self) -> float:
        """The share of the expected that was found at severity medium or above."""
        return (self.found - self.low) / self.expected if self.expected else 1.0


class AttackerFigures(Struct, frozen=True, kw_only=True):
    """One script's figures over all its performances: what was expected, and what found at medium or above."""

    script: str
    expected: int
    found: int

    @property
    def recall(self) -> float:
        """The share found; a script that expects nothing has none."""
        return self.found / self.expected


class SilenceFigures(Struct, frozen=True, kw_only=True):
    """Deceits that a rule forbids to accuse: a known loss, apart from what is missed."""

    rule: str
    detector: str
    acts: int


class Evaluation(Struct, frozen=True, kw_only=True):
    """All figures of one run, and what went wrong by name."""

    events: int
    refunds: int
    fraudulent_refunds: int
    detectors: tuple[Figures, ...]
    others: tuple[Figures, ...]
    """Tags and confirmations."""
    missed: tuple[ExpectedLabel, ...]
    false: tuple[Struct, ...]
    attackers: tuple[AttackerFigures, ...] = ()
    """Each script that must be found, the worst first; rules that accuse nobody left out."""
    silences: tuple[SilenceFigures, ...] = ()

    @property
    def expected(self) -> int:
        """Alerts the labels expect."""
        return sum(figures.expected for figures in self.detectors)

    @property
    def found(self) -> int:
        """Alerts among them that stand."""
        return sum(figures.found for figures in self.detectors)

    @property
    def recall(self) -> float:
        """Over all detectors."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def medium_recall(self) -> float:
        """At severity medium or above, over all that accuses and that no rule's text calls low."""
        expected = sum(attacker.expected for attacker in self.attackers)
        return sum(attacker.found for attacker in self.attackers) / expected if expected else 1.0

    @property
    def false_accusations(self) -> int:
        """Over everything."""
        return sum(figures.false_accusations for figures in (*self.detectors, *self.others))

    @property
    def is_good(self) -> bool:
        """Whether enough was found, and nobody whom a script plays was accused falsely."""
        return min(self.recall, *(f.recall for f in self.others)) >= LEAST_RECALL and not self.false_accusations


def figures_of(name: str, tally: Score) -> Figures:
    """A tally's figures."""
    by_chance = sum(isinstance(record, Alert) and not is_scripted(record.buyer_id) for record in tally.false)
    return Figures(
        detector=name,
        expected=tally.expected,
        found=tally.found,
        missed=len(tally.missed),
        low=len(tally.low),
        false_accusations=len(tally.false) - by_chance,
        by_chance=by_chance,
        withdrawn=tally.withdrawn,
        delay_median_ms=percentile(tally.delays, 50),
        delay_p90_ms=percentile(tally.delays, 90),
    )


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent do not exceed; none of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def accused(labels: Sequence[ExpectedLabel]) -> frozenset[str]:
    """The buyers of whom, by the labels, something stands."""
    return frozenset(x.buyer_id for x in labels if isinstance(x, AlertLabel) and x.stands and not x.is_open)
