"""What the demonstration prints."""

from collections import Counter

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from cloudtag.cli.demo.ask import ALERTS, CONSEQUENCES, TAGS, Warehouse
from cloudtag.cli.demo.rate import Rate
from cloudtag.cli.demo.story import tell
from cloudtag.cli.demo.week import POISON, Week
from cloudtag.cli.score import score_table
from cloudtag.contract.records import Alert, Consequence, DeadLetter, TagConfirmation
from cloudtag.simulate import Tally, latest, score


def report(console: Console, week: Week, records: list[Struct], warehouse: Warehouse, rate: Rate | None) -> bool:
    """Print everything; true when all was found, nothing else, and every event is accounted for."""
    published = [record for record in records if not isinstance(record, DeadLetter)]
    tallies = score(week.labels, published)
    console.print(score_table(tallies))
    _stories(console, week, published)
    _confirmations(console, published)
    agrees = _from_sql(console, warehouse, tallies)
    agrees = _what_followed(console, warehouse, published) and agrees
    if rate:
        console.print(f"\n[bold]Speed[/]: {_speed(rate)}")
    letters = {(r.topic, r.partition, r.offset) for r in records if isinstance(r, DeadLetter)}
    is_whole = _account(console, week, warehouse, len(letters))
    return agrees and is_whole and all(tally.is_clean for tally in tallies.values())


def _speed(rate: Rate) -> str:
    computing = f", {rate.per_cpu_second:,.0f} for each second it computed" if rate.cpu_seconds else ""
    return (
        f"one worker judged {rate.records:,} waiting events in {rate.seconds:.1f} s: "
        f"[bold]{rate.per_second:,.0f} events/s[/]{computing}; state acknowledged by the broker, "
        "all servers on this machine"
    )


def _stories(console: Console, week: Week, published: list[Struct]) -> None:
    alerts = [record for record in published if isinstance(record, Alert)]
    console.print("\n[bold underline]Alerts explained[/]")
    for text in tell(week.labels, alerts, week.by_id()):
        console.print("\n" + text)


def _confirmations(console: Console, published: list[Struct]) -> None:
    table = Table(title="Buyers confirmed by several shops, or by platform evidence")
    for name in ("buyer", "scenario", "status", "basis", "shops"):
        table.add_column(name)
    for record in latest(published).values():
        if isinstance(record, TagConfirmation):
            table.add_row(record.buyer_id, record.scenario, record.status, record.basis, ", ".join(record.shop_ids))
    console.print()
    console.print(table)


def _from_sql(console: Console, warehouse: Warehouse, tallies: dict[str, Tally]) -> bool:
    """The same counts out of ClickHouse; whether they agree with what the topics hold."""
    table = Table(title="Counted by SQL in ClickHouse")
    for name in ("detector", "standing", "withdrawn"):
        table.add_column(name, justify="left" if name == "detector" else "right")
    standing: Counter[str] = Counter()
    for detector, count, withdrawn in warehouse.rows(ALERTS):
        standing[detector] = count
        table.add_row(detector, f"{count:,}", f"{withdrawn:,}")
    console.print()
    console.print(table)
    console.print(f"[dim]{ALERTS}[/]")
    console.print(f"tags: {', '.join(_tags(warehouse))}")
    on_topics = {name: tally.standing for name, tally in tallies.items()}
    wrong = {name for name, count in standing.items() if on_topics.get(name, 0) != count}
    for name in sorted(wrong):
        console.print(f"[red]{name}: {standing[name]} in ClickHouse, {on_topics.get(name, 0)} on the topic[/]")
    return not wrong


def _what_followed(console: Console, warehouse: Warehouse, published: list[Struct]) -> bool:
    """Consequences by kind out of ClickHouse; whether they agree with what the topic holds."""
    table = Table(title="What followed, counted by SQL in ClickHouse")
    for name in ("consequence", "active", "ended", "reversed"):
        table.add_column(name, justify="left" if name == "consequence" else "right")
    on_topic, in_sql = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    on_topic.update((r.kind, r.status) for r in latest(published).values() if isinstance(r, Consequence))
    for kind, *counts in warehouse.rows(CONSEQUENCES):
        in_sql.update({(kind, status): n for status, n in zip(("active", "ended", "reversed"), counts, strict=True)})
        table.add_row(kind, *(f"{count:,}" for count in counts))
    console.print()
    console.print(table)
    wrong = sorted(key for key in on_topic | in_sql if on_topic[key] != in_sql[key])
    for kind, status in wrong:
        key = (kind, status)
        console.print(f"[red]{kind} {status}: {in_sql[key]} in ClickHouse, {on_topic[key]} on the topic[/]")
    return not wrong


def _tags(warehouse: Warehouse) -> list[str]:
    counted = warehouse.rows(TAGS)
    return [f"{count} {status}{f' ({reason})' if reason else ''}" for status, reason, count in counted]


def _account(console: Console, week: Week, warehouse: Warehouse, letters: int) -> bool:
    """Every record that went in came out somewhere: as an event in ClickHouse, as a repeat, or as a dead letter."""
    stored = warehouse.events()
    distinct, sent = sum(stored.values()), week.sent + len(POISON)
    in_sql = warehouse.count("dead_letters_latest")
    listed = " · ".join(f"{stream} {count:,}" for stream, count in stored.items())
    console.print(f"\n[bold]Events in ClickHouse[/]: {listed}")
    is_whole = sent == distinct + week.repeats + letters and letters == in_sql == len(POISON)
    console.print(
        f"[bold]{'Everything accounted' if is_whole else '[red]NOT ACCOUNTED'}[/]: {sent:,} in = "
        f"{distinct + week.repeats:,} judged ({distinct:,} events, {week.repeats:,} repeats that changed nothing) "
        f"+ {letters:,} dead letters ({len(POISON)} unreadable records were sent on purpose)"
    )
    return is_whole
