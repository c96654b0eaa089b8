"""What `cloudtag evaluate` shows: attackers by detector, honest buyers by severity and by the mess they met."""

from rich.console import Console
from rich.table import Table

from cloudtag.evaluate import AccusationRate, Evaluation, Figures, HonestFigures

HOUR_MS = 3_600_000
WORST = 5
"""So many attackers are named, and so many pairs times four."""


def show(console: Console, found: Evaluation, crowd: HonestFigures | None) -> None:
    """Print everything a run found."""
    console.print(_detectors(found))
    console.print(_summary(found))
    for line in _losses(found):
        console.print(line)
    if crowd is not None:
        show_crowd(console, crowd)


def show_crowd(console: Console, crowd: HonestFigures) -> None:
    """Print what was found about honest buyers."""
    console.print(_rates(f"{crowd.buyers:,} honest buyers, {crowd.events:,} events", "severity", crowd.by_severity))
    accused = tuple(rate for rate in crowd.by_kind if rate.accused)
    console.print(_rates("accused at medium or above, by what they met", "kind of mess", accused))
    quiet = len(crowd.by_kind) - len(accused)
    console.print(f"{quiet} other kinds of mess accuse nobody at medium or above")
    console.print(_pairs(crowd))
    for alert in crowd.named:
        console.print(
            f"false: {alert.severity} {alert.detector} about {alert.buyer_id} (seed {alert.seed}, "
            f"{', '.join(alert.kinds)}): {alert.explanation}",
            markup=False,
        )


def _detectors(found: Evaluation) -> Table:
    table = Table(title=f"{found.events:,} events, {_share(found)}", pad_edge=False)
    table.add_column("detector")
    for name in ("expected", "found", "missed", "low", "false", "by chance", "withdrawn", "median delay", "90 %"):
        table.add_column(name, justify="right")
    for n, figures in enumerate((*found.detectors, *found.others)):
        table.add_row(*_cells(figures), end_section=n == len(found.detectors) - 1)
    return table


def _cells(figures: Figures) -> list[str]:
    missed, false = figures.missed, figures.false_accusations
    return [
        figures.detector,
        str(figures.expected),
        str(figures.found),
        f"[red]{missed}[/]" if missed else "0",
        str(figures.low),
        f"[red]{false}[/]" if false else "0",
        str(figures.by_chance),
        str(figures.withdrawn),
        _hours(figures.delay_median_ms),
        _hours(figures.delay_p90_ms),
    ]


def _hours(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / HOUR_MS:.1f} h"


def _share(found: Evaluation) -> str:
    share = found.fraudulent_refunds / found.refunds if found.refunds else 0.0
    return f"{found.fraudulent_refunds:,} of {found.refunds:,} refunds fraudulent ({share:.1%})"


def _summary(found: Evaluation) -> str:
    return (
        f"[bold]recall {found.recall:.2%}[/] ({found.found:,} of {found.expected:,}), "
        f"[bold]{found.medium_recall:.2%} at medium or above[/], "
        f"{found.false_accusations} false accusations of scripted buyers, "
        f"{sum(figures.by_chance for figures in found.detectors)} alerts about buyers whom chance made do it"
    )


def _losses(found: Evaluation) -> list[str]:
    """The attackers found least, and what a rule forbids to find."""
    worst = [f"{x.script} {x.found} of {x.expected}" for x in found.attackers[:WORST] if x.found < x.expected]
    known = [f"{x.acts} of {x.detector} by {x.rule}" for x in found.silences]
    return [
        f"worst attackers (at medium or above): {', '.join(worst) or 'all found'}",
        f"known losses, silent as the rules demand: {', '.join(known) or 'none'}",
    ]


def _rates(title: str, what: str, rates: tuple[AccusationRate, ...]) -> Table:
    table = Table(title=title, pad_edge=False)
    table.add_column(what)
    for name in ("buyers", "accused", "per 100,000", "at most (95 %)"):
        table.add_column(name, justify="right")
    for rate in rates:
        known = (f"{rate.per_100_000:,.1f}", f"{rate.upper_per_100_000:,.1f}")
        table.add_row(rate.name, f"{rate.buyers:,}", f"{rate.accused:,}", *known)
    return table


def _pairs(crowd: HonestFigures) -> Table:
    table = Table(title="false alerts of any severity, most frequent pairs", pad_edge=False)
    for name in ("detector", "kind of mess"):
        table.add_column(name)
    table.add_column("alerts", justify="right")
    for pair in crowd.pairs[: 4 * WORST]:
        table.add_row(pair.detector, pair.kind, f"{pair.alerts:,}")
    return table
