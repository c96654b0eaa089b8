"""What a crowd's tally amounts to: false accusations per 100,000 honest buyers, and how many there may be in truth."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.evaluate.bounds import upper_share
from cloudtag.evaluate.tally import SEVERITIES, CrowdTally, FalseAlert

PER = 100_000


class AccusationRate(Struct, frozen=True, kw_only=True):
    """So many buyers of all who were looked at, per 100,000, and at most so many by the upper 95 % bound."""

    name: str
    accused: int
    buyers: int
    per_100_000: float
    upper_per_100_000: float


class PairFigures(Struct, frozen=True, kw_only=True):
    """How many alerts of a detector stand about honest orders that met a kind of mess."""

    detector: str
    kind: str
    alerts: int


class HonestFigures(Struct, frozen=True, kw_only=True):
    """All figures about honest buyers."""

    buyers: int
    events: int
    by_severity: tuple[AccusationRate, ...]
    """By the gravest alert about each buyer, each severity for itself, and `medium or above` together."""
    by_kind: tuple[AccusationRate, ...]
    """Of the buyers whom each kind of mess met, those accused for it at medium or above; most accused first."""
    pairs: tuple[PairFigures, ...]
    named: tuple[FalseAlert, ...]
    """The gravest of them, one by one."""

    @property
    def is_good(self) -> bool:
        """Whether nobody is accused at high severity or above."""
        return not any(rate.accused for rate in self.by_severity if rate.name in ("high", "critical"))


def rate(name: str, accused: int, buyers: int) -> AccusationRate:
    """A rate with its bound; nobody can be accused of a kind that met nobody."""
    upper = upper_share(min(accused, buyers), buyers)
    share = accused / buyers if buyers else 0.0
    return AccusationRate(
        name=name, accused=accused, buyers=buyers, per_100_000=PER * share, upper_per_100_000=PER * upper
    )


def honest_figures(tally: CrowdTally, named: int) -> HonestFigures:
    """The figures of a tally, with so many alerts named."""
    severities = [rate(severity, tally.accused[severity], tally.buyers) for severity in SEVERITIES]
    kinds = [rate(kind, tally.accused_by_kind[kind], met) for kind, met in tally.touched.items()]
    pairs = [PairFigures(detector=d, kind=kind, alerts=count) for (d, kind), count in tally.pairs.items()]
    return HonestFigures(
        buyers=tally.buyers,
        events=tally.events,
        by_severity=(*severities, rate("medium or above", tally.accused_gravely, tally.buyers)),
        by_kind=tuple(sorted(kinds, key=lambda kind: (-kind.per_100_000, kind.name))),
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.alerts, pair.detector, pair.kind))),
        named=tally.alerts[:named],
    )
