"""What the demonstration counts: found and missed by detector, taken back and why, money."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct
from rich.console import Console

from cloudtag.backtest.money import Scoped, money_of, prices_of
from cloudtag.cli.demo.ask import ALERTS, DemoWarehouse
from cloudtag.cli.demo.diary import is_watch
from cloudtag.cli.demo.paper import heading, said, table
from cloudtag.cli.demo.story import Late
from cloudtag.contract.events import Event, InsuranceChanged
from cloudtag.contract.records import Alert, Consequence
from cloudtag.contract.standing import is_taken_back
from cloudtag.detection.wording import counted, listed, money
from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate import Score

FAMILIES = ("refund", "order", "complaint", "review", "buyer")
MOST_REASONS = 10
"""So many reasons are shown; the others are counted."""
OTHERS = ("tags", "confirmations")


def found(console: Console, tallies: Mapping[str, Score], warehouse: DemoWarehouse) -> bool:
    """By detector, what scripts must and must not find, and the same counted by SQL; whether the two counts agree."""
    in_sql = {str(name): int(count) for name, count, _ in warehouse.rows(ALERTS)}
    names = all_detectors()
    shown = table("detector", "scripted", "found", "missed", "false", "back", "SQL")
    for family in FAMILIES:
        mine = sorted(name for name in tallies if name in names and names[name].rule.family == family)
        if mine:
            shown.add_row(f"[bold]{family}[/]")
        for name in mine:
            shown.add_row(f"  {name}", *_cells(tallies[name]), str(in_sql.get(name, 0)))
    for name in OTHERS:
        shown.add_row(f"[bold]{name}[/]", *_cells(tallies[name]), "")
    count = sum(tally.standing > 0 for name, tally in tallies.items() if name in names)
    heading(console, f"What {count} of {len(names)} detectors found, against what the scripts know")
    console.print(shown)
    said(console, "scripted: attacks that must be found. false: alerts about anybody else, honest buyers or others.")
    said(console, "back: alerts that were taken back.")
    said(console, "SQL: alerts that stand, counted in ClickHouse; some are about both sides of one case.")
    wrong = sorted(name for name in names if in_sql.get(name, 0) != (tallies[name].standing if name in tallies else 0))
    for name in wrong:
        said(console, f"{name}: {in_sql.get(name, 0)} in ClickHouse, another number on the topic", style="red")
    return not wrong


def _cells(tally: Score) -> list[str]:
    bad = [f"[red]{len(faults)}[/]" if faults else "0" for faults in (tally.missed, tally.false)]
    return [str(tally.expected), str(tally.found), *bad, str(tally.withdrawn) if tally.withdrawn else ""]


def withdrawals(console: Console, alerts: Iterable[Alert], late: Late) -> None:
    """How many alerts were taken back, and why, one line for each reason."""
    gone = [alert for alert in alerts if is_taken_back(alert)]
    watches = sum(alert.detector == "buyer_risk" for alert in gone)
    overdue, reasons = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for alert in gone:
        if alert.detector != "buyer_risk":
            is_late = any(named.event_id in late for named in alert.withdrawn_by)
            (overdue if is_late else reasons)[alert.detector, alert.withdrawn_because or ""] += 1
    total = len(gone) - watches
    heading(console, f"Why {counted(total, 'alert')} {'was' if total == 1 else 'were'} taken back")
    for title, counts in (
        (f"{overdue.total()} had been told before an event that was reported late (on purpose, as 3 % are):", overdue),
        (f"{reasons.total()} had been right until something happened that clears them:", reasons),
    ):
        if counts:
            said(console, title)
            for (detector, why), count in sorted(counts.items())[:MOST_REASONS]:
                said(console, f"{count} {detector}: {why}", 4, "dim")
            if len(counts) > MOST_REASONS:
                said(console, f"… and {len(counts) - MOST_REASONS} more reasons", 4, "dim")
    if watches:
        said(
            console, f"With them went {counted(watches, 'judgement')} of whole buyers (buyer_risk) that rested on them."
        )


def money_at_stake(
    console: Console, alerts: Iterable[Alert], consequences: Iterable[Consequence], events: Iterable[Event]
) -> None:
    """What the standing alerts are about, and what became of insurance claims, by currency."""
    known = list(events)
    prices = prices_of(known)
    standing = [a for a in alerts if not is_taken_back(a) and not is_watch(a)]
    heading(console, "Money")
    sums = money_of(standing, prices).sums
    amounts = listed([money(total.total_minor, total.currency) for total in sums if total.total_minor])
    said(console, f"at stake: {amounts or 'nothing'} in the refunds and orders of {len(standing)} alerts that stand")
    claims: dict[Scoped, int] = {}
    for event in known:
        if isinstance(event, InsuranceChanged) and event.amount_minor is not None:
            claims[prices.networks[event.platform], event.shop_id, event.order_id] = event.amount_minor
    for decision, words in (("refuse", "saved"), ("hold", "held"), ("pay", "paid after a hold")):
        about = [
            (prices.networks[c.platform], c.shop_id or "", c.subject_id)
            for c in consequences
            if c.kind == "insurance_decision" and c.status == "active" and c.details.get("decision") == decision
        ]
        by_currency = Counter[str]()
        for order in about:
            by_currency[prices.currencies.get(order, "")] += claims.get(order, 0)
        for currency, amount in sorted(by_currency.items()):
            said(
                console,
                f"freight insurance {words}: {money(amount, currency or None)} on {counted(len(about), 'order')}",
            )


def kinds(records: Iterable[Struct]) -> tuple[list[Alert], list[Consequence]]:
    """The alerts and the consequences among the latest revisions."""
    held = list(records)
    return [r for r in held if isinstance(r, Alert)], [r for r in held if isinstance(r, Consequence)]
