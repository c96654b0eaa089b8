"""What follows: a buyer whom shops confirm, one whom the platform's evidence confirms, and shops that answer alerts."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct
from rich.console import Console

from cloudtag.cli.demo.ask import CONSEQUENCES, TAGS, DemoWarehouse
from cloudtag.cli.demo.paper import heading, said, table
from cloudtag.cli.words import followed
from cloudtag.contract.records import Alert, Consequence, Label, TagConfirmation, TagStatus
from cloudtag.contract.standing import is_taken_back
from cloudtag.explain.words import plain


def confirmations(console: Console, records: Iterable[Struct], warehouse: DemoWarehouse) -> None:
    """The tags in numbers, and one confirmation on each basis with its tags and what followed."""
    known = list(records)
    heading(console, "Tags, confirmations, and what followed")
    counts = [
        f"{count} {status}{f' ({plain(reason)})' if reason else ''}" for status, reason, count in warehouse.rows(TAGS)
    ]
    said(console, f"tags by SQL: {', '.join(counts)}")
    tags = {record.tag_id: record for record in known if isinstance(record, TagStatus)}
    for basis in ("shops", "platform_evidence"):
        confirmed = [
            record
            for record in known
            if isinstance(record, TagConfirmation) and record.basis == basis and record.status == "confirmed"
        ]
        # The one that decides about insurance shows most.
        for told in sorted(confirmed, key=lambda c: (c.scenario != "freight_insurance", c.confirmed_at))[:1]:
            console.print()
            _confirmation(console, told, tags, known)


def _confirmation(
    console: Console, told: TagConfirmation, tags: Mapping[str, TagStatus], records: Iterable[Struct]
) -> None:
    by = f"{len(told.shop_ids)} shops" if told.basis == "shops" else "the platform's own evidence"
    said(console, f"buyer {told.buyer_id} confirmed as {plain(told.scenario)} by {by}", 0, "bold")
    for tag_id in told.tag_ids:
        if tag_id in tags:
            said(console, f"shop {tags[tag_id].shop_id} tags order {tags[tag_id].order_id}: {tags[tag_id].status}")
    for alert_id in told.alert_ids:
        said(console, f"borne out by alert {alert_id}")
    causes = {told.confirmation_id, *told.tag_ids}
    for record in records:
        if isinstance(record, Consequence) and causes.intersection(record.because):
            said(console, f"-> {followed(record).split('; because')[0]}", 4)


def verdicts(console: Console, records: Iterable[Struct], revisions: Iterable[Struct]) -> None:
    """What shops answered, the labels that makes, and what changed."""
    known = list(records)
    labels = [record for record in known if isinstance(record, Label)]
    alerts = {record.alert_id: record for record in known if isinstance(record, Alert)}
    watched = {r.buyer_id for r in revisions if isinstance(r, Alert) and r.detector == "buyer_risk"}
    heading(console, "Shops answer alerts")
    for label in sorted(labels, key=lambda label: label.label, reverse=True):
        alert = alerts[label.alert_id]
        verdict = alert.verdict or "unknown"
        console.print()
        said(console, f"shop {label.answered_by_shop_id} finds {plain(label.detector)} {verdict}", 0, "bold")
        said(console, f"on alert {label.alert_id}: {alert.explanation}")
        said(console, f"-> the alert is {alert.status}; the label is {plain(label.label)}", 4)
        for record in known:
            if isinstance(record, Consequence) and label.alert_id in record.because:
                said(console, f"-> {followed(record).split('; because')[0]}", 4)
        risk = [a for a in alerts.values() if a.detector == "buyer_risk" and a.buyer_id == label.buyer_id]
        if label.buyer_id in watched and all(map(is_taken_back, risk)):
            said(console, f"-> the judgement of the whole buyer {label.buyer_id} is withdrawn", 4)


def consequences(console: Console, records: Iterable[Struct], warehouse: DemoWarehouse) -> bool:
    """Consequences by kind out of ClickHouse; whether they agree with what the topic holds."""
    shown = table("consequence, by SQL", "active", "ended", "reversed")
    on_topic, in_sql = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    on_topic.update((r.kind, r.status) for r in records if isinstance(r, Consequence))
    for kind, *counts in warehouse.rows(CONSEQUENCES):
        in_sql.update({(kind, status): n for status, n in zip(("active", "ended", "reversed"), counts, strict=True)})
        shown.add_row(kind, *(f"{count:,}" for count in counts))
    console.print()
    console.print(shown)
    wrong = sorted(key for key in on_topic | in_sql if on_topic[key] != in_sql[key])
    for kind, status in wrong:
        key = (kind, status)
        said(console, f"{kind} {status}: {in_sql[key]} in ClickHouse, {on_topic[key]} on the topic", style="red")
    return not wrong
