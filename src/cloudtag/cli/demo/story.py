"""Explains alerts: the sentence, and a timeline of the events it rests on."""

from collections.abc import Iterable, Mapping

from rich.console import Console

from cloudtag.cli.demo.paper import heading, said
from cloudtag.cli.words import at_stake
from cloudtag.contract.events import Event, OrderChanged
from cloudtag.contract.records import SEVERITIES, Alert
from cloudtag.contract.standing import is_taken_back, latest
from cloudtag.contract.times import rfc3339
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.words import plain, tell

SHOWN = (
    ("refund", ("reused_waybill", "short_return")),
    ("order", ("competitor_order", "mass_unpaid")),
    ("complaint", ("card_extortion", "complaint_abuse")),
    ("review", ("extortion", "competitor_review")),
    ("buyer", ("account_ring",)),
)
"""One alert of each family, by the first of these detectors that found something."""
TAKEN_BACK = ("refund_before_delivery", "no_circulation", "outbound_waybill_as_return")
"""Those that a fact which came late clears, the first that was."""
EventsById = Mapping[str, Event]
"""By event id."""
Late = Mapping[str, int]
"""Of events that were reported late, how many milliseconds late."""
LONGEST = 5
"""Lines of a timeline."""


def stories(console: Console, alerts: Iterable[Alert], events: EventsById) -> None:
    """One alert of each family, the last one about a ring of accounts. `alerts` are the latest revisions."""
    heading(console, "One alert of each family, and what it rests on")
    standing = [alert for alert in alerts if alert.status in ("open", "upgraded")]
    for family, detectors in SHOWN:
        if alert := _first(standing, detectors):
            console.print()
            explain(console, f"{family}: {plain(alert.detector)}", alert, events)


def taken_back(console: Console, revisions: Iterable[Alert], late: Mapping[str, int], events: EventsById) -> None:
    """An alert that stood until a fact refuted it, with that fact."""
    known: dict[str, list[Alert]] = {}
    for revision in revisions:
        known.setdefault(revision.alert_id, []).append(revision)
    ends = latest(alert for told in known.values() for alert in told).values()
    alert = _first([alert for alert in ends if is_taken_back(alert)], TAKEN_BACK)
    if alert is None:
        return
    heading(console, "An alert that was taken back, and the fact that did it")
    console.print()
    explain(console, plain(alert.detector), min(known[alert.alert_id], key=lambda a: a.revision), events)
    for named in alert.withdrawn_by:
        if fact := events.get(named.event_id):
            hours = late.get(fact.event_id, 0) / 3_600_000
            delay = f" (reported {hours:.0f} hours late)" if hours >= 1 else ""
            said(console, f"{_minute(fact.occurred_at)}  {tell(fact)}{delay}", style="green")
    said(console, f"withdrawn: {alert.withdrawn_because}", style="bold green")


def explain(console: Console, title: str, alert: Alert, events: EventsById) -> None:
    """An alert in words: what, who, how grave, why, and the events it cites."""
    shop = f" at shop {alert.shop_id}" if alert.shop_id else ""
    about = f"about buyer {alert.buyer_id} on {alert.platform}{shop}{at_stake(alert)}"
    said(console, f"{title}, {alert.severity}, {about}", 0, "bold")
    said(console, alert.explanation)
    for name, value in alert.facts.items():
        if name.startswith("link "):
            said(console, f"link: buyer {name.removeprefix('link ')} by {value.replace(':', ' ')}")
    evidence = sorted(alert.evidence, key=lambda reference: reference.occurred_at)
    for reference in evidence[:LONGEST]:
        event = events.get(reference.event_id)
        if event is not None:
            said(console, f"{_minute(reference.occurred_at)}  {_line(event, alert)}", 4, "dim")
    if len(evidence) > LONGEST:
        said(console, f"… and {len(evidence) - LONGEST} more events", 4, "dim")
    if not is_taken_back(alert) and (clears := alert.facts.get("clears")):
        said(console, f"what would clear it: {clears}", style="dim")


def _first(alerts: list[Alert], detectors: Iterable[str]) -> Alert | None:
    """The gravest alert of the first detector that has one; the same one every time."""
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    for name in detectors:
        if mine := [alert for alert in alerts if alert.detector == name and name in all_detectors()]:
            return max(mine, key=lambda a: (rank.get(a.severity, 0), _links(a), -a.decided_at, a.alert_id))
    return None


def _links(alert: Alert) -> int:
    """By how many different things the buyers of a ring are linked."""
    return len({value for name, value in alert.facts.items() if name.startswith("link ")})


def _minute(time_ms: int) -> str:
    return rfc3339(time_ms)[:16].replace("T", " ")


def _line(event: Event, alert: Alert) -> str:
    """What an event says, and who it is about when that is not the alert's buyer; hashes are named above."""
    who = getattr(event, "buyer_id", alert.buyer_id)
    words = tell(event)
    if isinstance(event, OrderChanged):
        words = ", ".join(part for part in words.split(", ") if not part.startswith(HASHES))
    return f"{words} [buyer {who}]" if who != alert.buyer_id else words


HASHES = ("address ", "area ", "phone ", "device ", "payment ")
"""How the parts of an order's line begin that hold nothing but a hash or a check."""
