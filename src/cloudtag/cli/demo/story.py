"""Explains alerts: the sentence, the facts, and a timeline of the events it rests on."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from rich.markup import escape

from cloudtag.contract.events import Event, ParcelScanned
from cloudtag.contract.records import Alert
from cloudtag.simulate import AlertLabel, Label
from cloudtag.times import rfc3339

SHOWN = ("linked_accounts-0", "five_as_one-0", "goods_still_travelling-0")
"""The stories whose alerts are told in full: across buyers, across refunds, across parcels."""
TAKEN_BACK = ("handed_over_late-0", "signature_reported_late-0")
"""The stories in which a late fact refutes an alert; the first that was alerted is told."""
LONGEST = 8
"""Lines of a timeline."""
SAID = ("refund_id", "status", "type", "reason", "scan", "signer", "waybill_no", "received", "facility", "offline")
"""What of an event its line says."""


def tell(labels: Iterable[Label], alerts: list[Alert], events: dict[str, Event]) -> Iterator[str]:
    """Three alerts that stand and one that was taken back, as text with Rich's markup."""
    chosen = [label for label in labels if isinstance(label, AlertLabel)]
    for story in SHOWN:
        if alert := _latest(_of(story, chosen, alerts), is_standing=True):
            yield _explain(alert, events)
    for story in TAKEN_BACK:
        if alert := _latest(_of(story, chosen, alerts), is_standing=False):
            opened = min((a for a in alerts if a.alert_id == alert.alert_id), key=lambda a: a.revision)
            yield f"[bold]Taken back[/] when a late fact refuted it:\n{_explain(opened, events)}\n" + (
                f"{_refutation(alert, events)}  [green]{alert.status}[/] at revision {alert.revision}"
            )
            return


def _of(story: str, labels: list[AlertLabel], alerts: list[Alert]) -> list[Alert]:
    wanted = {(label.detector, label.buyer_id) for label in labels if label.story == story}
    return [alert for alert in alerts if (alert.detector, alert.buyer_id) in wanted]


def _latest(alerts: list[Alert], *, is_standing: bool) -> Alert | None:
    last = max(alerts, key=lambda alert: alert.revision, default=None)
    if last is None or (last.status == "withdrawn") == is_standing:
        return None
    return last


def _explain(alert: Alert, events: dict[str, Event]) -> str:
    head = f"[bold]{alert.detector}[/] [red]{alert.severity}[/] {alert.platform} {escape(alert.buyer_id)}"
    facts = ", ".join(f"{name} {value}" for name, value in alert.facts.items() if name != "clears")
    lines = [head, f"  {escape(alert.explanation)}", f"  [dim]{escape(facts)}[/]"]
    evidence = sorted(alert.evidence, key=lambda reference: reference.occurred_at)
    for reference in evidence[:LONGEST]:
        told = _line(events[reference.event_id], alert) if reference.event_id in events else reference.event_id
        lines.append(f"  {_minute(reference.occurred_at)}  {reference.stream:11} {escape(told)}")
    if len(evidence) > LONGEST:
        lines.append(f"  … and {len(evidence) - LONGEST} more")
    if clears := alert.facts.get("clears"):
        lines.append(f"  cleared by: {escape(clears)}")
    return "\n".join(lines)


def _refutation(alert: Alert, events: dict[str, Event]) -> str:
    """The scan that cleared a withdrawn alert: the first of its parcel, or the signature."""
    scans = [e for e in events.values() if isinstance(e, ParcelScanned) and e.waybill_no in alert.waybill_nos]
    if alert.detector == "refund_before_delivery":
        scans = [scan for scan in scans if scan.scan == "signed"]
    if not scans:
        return ""
    first = min(scans, key=lambda scan: scan.occurred_at)
    return f"  {_minute(first.occurred_at)}  {'logistics':11} {escape(_line(first, alert))}\n"


def _minute(time_ms: int) -> str:
    return rfc3339(time_ms)[:16].replace("T", " ")


def _line(event: Event, alert: Alert) -> str:
    """What an event says, in a few words, and who it is about when that is not the alert's buyer."""
    fields = [name for name in SAID if getattr(event, name, None) not in (None, False, "unknown")]
    who = getattr(event, "buyer_id", alert.buyer_id)
    return " ".join(_value(name, getattr(event, name)) for name in fields) + (
        f" (buyer {who})" if who != alert.buyer_id else ""
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return f"{name}: " + (", ".join(_goods(item) for item in value) or "nothing")
    return "offline" if value is True else str(value)


def _goods(item: Struct) -> str:
    return f"{getattr(item, 'quantity', '')} × {getattr(item, 'sku_id', item)}"
