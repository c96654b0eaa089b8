"""What the demonstration prints."""

from msgspec import Struct
from rich.console import Console

from cloudtag.cli.demo.ask import DemoWarehouse
from cloudtag.cli.demo.figures import found, kinds, money_at_stake, withdrawals
from cloudtag.cli.demo.followed import confirmations, consequences, verdicts
from cloudtag.cli.demo.paper import heading, said
from cloudtag.cli.demo.rate import Rate
from cloudtag.cli.demo.story import stories, taken_back
from cloudtag.cli.demo.week import POISON, Week
from cloudtag.cli.score import name_faults
from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.contract.standing import latest
from cloudtag.simulate import score


def report(console: Console, week: Week, records: list[Struct], warehouse: DemoWarehouse, rate: Rate | None) -> bool:
    """Print everything; true when all was found, nothing else, and every event is accounted for."""
    published = [record for record in records if not isinstance(record, DeadLetter)]
    tallies, now, events, late = score(week.labels, published), latest(published).values(), week.by_id(), week.late()
    alerts, followed = kinds(now)
    agrees = found(console, tallies, warehouse)
    name_faults(tallies)
    stories(console, alerts, events)
    taken_back(console, (r for r in published if isinstance(r, Alert)), late, events)
    withdrawals(console, alerts, late)
    confirmations(console, now, warehouse)
    verdicts(console, now, published)
    money_at_stake(console, alerts, followed, events.values())
    agrees = consequences(console, now, warehouse) and agrees
    if rate:
        heading(console, "Speed")
        said(console, _speed(rate))
    letters = {(r.topic, r.partition, r.offset) for r in records if isinstance(r, DeadLetter)}
    is_whole = _account(console, week, warehouse, len(letters))
    return agrees and is_whole and all(tally.is_clean for tally in tallies.values())


def _speed(rate: Rate) -> str:
    computing = f", {rate.per_cpu_second:,.0f} for each second it computed" if rate.cpu_seconds else ""
    return (
        f"one worker that found events waiting judged {rate.records:,} of them in {rate.seconds:.1f} s, which is "
        f"{rate.per_second:,.0f} events/s{computing}; state acknowledged by the broker, all servers on this machine"
    )


def _account(console: Console, week: Week, warehouse: DemoWarehouse, letters: int) -> bool:
    """Every record that went in came out somewhere: as an event in ClickHouse, as a repeat, or as a dead letter."""
    stored = warehouse.events()
    distinct, sent = sum(stored.values()), week.sent + len(POISON)
    in_sql = warehouse.count("dead_letters_latest")
    is_whole = sent == distinct + week.repeats + letters and letters == in_sql == len(POISON)
    heading(console, "Everything accounted for" if is_whole else "NOT ACCOUNTED FOR")
    said(console, f"{sent:8,} records in", style="bold")
    said(console, f"{distinct:8,} events in ClickHouse, each once")
    said(console, f"{week.repeats:8,} repeats of them, which changed nothing")
    said(console, f"{letters:8,} dead letters: {len(POISON)} unreadable records were sent on purpose")
    return is_whole
