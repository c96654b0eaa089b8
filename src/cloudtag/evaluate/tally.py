"""A tally of who is accused among honest buyers; the tallies of shards add up to that of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

SEVERITIES = ("low", "medium", "high", "critical")
MOST_ALERTS = 500
"""So many false alerts a tally names, the gravest first."""


class FalseAlert(Struct, frozen=True, kw_only=True):
    """An alert that stands about an honest buyer, and the kinds of mess its orders met."""

    seed: int
    detector: str
    severity: str
    buyer_id: str
    alert_id: str
    kinds: tuple[str, ...]
    explanation: str

    @property
    def rank(self) -> tuple[Any, ...]:
        """The gravest come first, of equals those that met fewest kinds, then in order of id."""
        return -SEVERITIES.index(self.severity), len(self.kinds), self.seed, self.alert_id


class ExampleHistory(Struct, frozen=True, kw_only=True):
    """The events, in the replay form, that led to a false alert of a detector about somebody who met a kind of mess."""

    detector: str
    kind: str
    alert: FalseAlert
    lines: tuple[bytes, ...]

    @property
    def rank(self) -> tuple[Any, ...]:
        """Those that met fewest other kinds come first."""
        return len(self.alert.kinds), self.alert.seed, self.alert.alert_id


class CrowdTally(Struct, kw_only=True):
    """Counts over honest buyers."""

    buyers: int = 0
    events: int = 0
    accused: Counter[str] = field(default_factory=Counter)
    """Buyers by the gravest severity of an alert about them."""
    touched: Counter[str] = field(default_factory=Counter)
    """Buyers whom each kind of mess met; one may be met by several."""
    accused_by_kind: Counter[str] = field(default_factory=Counter)
    """Buyers with an alert, of medium severity or above, about orders that the kind met."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Alerts of any severity by detector and kind; one about orders that met several counts for each."""
    alerts: tuple[FalseAlert, ...] = ()
    examples: tuple[ExampleHistory, ...] = ()

    def __add__(self, other: CrowdTally) -> CrowdTally:
        """Both together, in whatever order."""
        return CrowdTally(
            buyers=self.buyers + other.buyers,
            events=self.events + other.events,
            accused=self.accused + other.accused,
            touched=self.touched + other.touched,
            accused_by_kind=self.accused_by_kind + other.accused_by_kind,
            pairs=self.pairs + other.pairs,
            alerts=gravest((*self.alerts, *other.alerts)),
            examples=best_of_each((*self.examples, *other.examples)),
        )

    @property
    def accused_gravely(self) -> int:
        """Buyers accused at medium severity or above."""
        return sum(count for severity, count in self.accused.items() if severity != "low")


def gravest(alerts: Iterable[FalseAlert]) -> tuple[FalseAlert, ...]:
    """The alerts a tally names."""
    return tuple(sorted(alerts, key=lambda alert: alert.rank)[:MOST_ALERTS])


def best_of_each(examples: Iterable[ExampleHistory]) -> tuple[ExampleHistory, ...]:
    """The clearest example of each pair of detector and kind."""
    best: dict[tuple[str, str], ExampleHistory] = {}
    for example in sorted(examples, key=lambda example: example.rank):
        best.setdefault((example.detector, example.kind), example)
    return tuple(best[pair] for pair in sorted(best))
