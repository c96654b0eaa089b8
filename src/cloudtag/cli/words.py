"""Records in words, one line each, for people who look on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtag.cli.escape import visible
from cloudtag.contract import records as rec
from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven, DecisionOutcome
from cloudtag.contract.streams import INPUTS
from cloudtag.contract.surfaces import AuditEntry, CaseAct
from cloudtag.contract.times import rfc3339
from cloudtag.detection.wording import counted, money
from cloudtag.explain.any_record import any_record
from cloudtag.explain.words import plain
from cloudtag.explain.words import tell as tell_event


def describe(stream: str, record: Any) -> str:
    """What a record of an input or output stream says, as one line without anything a terminal would obey."""
    if stream in INPUTS:
        about = f" [buyer {record.buyer_id}]" if hasattr(record, "buyer_id") else ""
        return visible(f"{rfc3339(record.occurred_at)} {stream}: {tell_event(record)}{about}")
    return visible(_WORDS.get(type(record), any_record)(record))


def at_stake(alert: rec.Alert) -> str:
    """The money an alert is about, as a clause; nothing where there is none, or its sentence says it already."""
    if alert.amount_at_stake_minor is None:
        return ""
    amount = money(alert.amount_at_stake_minor, alert.currency)
    return "" if amount in alert.explanation else f", {amount} at stake"


def _past(record: Any) -> str:
    """What precedes a record that was decided before the installation went live."""
    return "historical " if record.historical is True else ""


def _alert(alert: rec.Alert) -> str:
    shop = f" at shop {alert.shop_id}" if alert.shop_id else ""
    said_so = f" by the shop's verdict {alert.verdict}" if alert.verdict and alert.status == "resolved" else ""
    why = f" Taken back: {alert.withdrawn_because}" if alert.withdrawn_because else ""
    return (
        f"{rfc3339(alert.decided_at)} {_past(alert)}alert {alert.alert_id} r{alert.revision} {alert.status}{said_so}, "
        f"{alert.severity}: {plain(alert.detector)} about buyer {alert.buyer_id}{shop}{at_stake(alert)}. "
        f"{alert.explanation}{why}"
    )


def _tag(tag: rec.TagStatus) -> str:
    named = f"as {plain(tag.scenario)} " if tag.scenario else ""
    reason = f" ({plain(tag.reason)})" if tag.reason else ""
    so_far = f"; {tag.distinct_shops} of {counted(tag.threshold, 'shop')} within {counted(tag.window_days, 'day')}"
    return (
        f"{rfc3339(tag.decided_at)} {_past(tag)}tag {tag.tag_id} r{tag.revision} {tag.status}{reason}: "
        f"shop {tag.shop_id} tags order {tag.order_id} of buyer {tag.buyer_id} {named}and is shown “{tag.shown_as}”"
        f"{so_far if tag.status in ('pending', 'confirmed', 'expired') else ''}"
    )


def _confirmation(told: rec.TagConfirmation) -> str:
    by = counted(len(told.shop_ids), "shop") if told.basis == "shops" else plain(told.basis)
    return (
        f"{rfc3339(told.confirmed_at)} {_past(told)}confirmation {told.confirmation_id} r{told.revision} "
        f"{told.status}: buyer {told.buyer_id} as {plain(told.scenario)} by {by}: {', '.join(told.shop_ids)}"
    )


def followed(told: rec.Consequence) -> str:
    """A consequence without its time and id: what it is, for whom, how it stands and why."""
    details = [f"{plain(name)} {value.replace('_', ' ')}" for name, value in told.details.items() if value]
    until = [f"until {rfc3339(told.ends_at)}"] if told.ends_at is not None else []
    because = [f"because of {', '.join(told.because)}"] if told.because else []
    return f"{plain(told.kind)} for {told.subject_kind} {told.subject_id} {told.status}: " + "; ".join(
        [*details, *until, *because]
    )


def _consequence(told: rec.Consequence) -> str:
    return (
        f"{rfc3339(told.starts_at)} {_past(told)}consequence {told.consequence_id} r{told.revision}, {followed(told)}"
    )


def _label(told: rec.Label) -> str:
    return (
        f"{rfc3339(told.labelled_at)} label {told.label_id} r{told.revision} {told.status}: shop "
        f"{told.answered_by_shop_id} makes alert {told.alert_id} about buyer {told.buyer_id} a {plain(told.label)}"
    )


def _letter(letter: rec.DeadLetter) -> str:
    return (
        f"{rfc3339(letter.seen_at)} dead letter {letter.topic}/{letter.partition}@{letter.offset}, "
        f"{counted(len(letter.value or b''), 'byte')}: {plain(letter.reason)}: {letter.error}"
    )


def _decision(given: DecisionGiven) -> str:
    return (
        f"{rfc3339(given.asked_at)} decision {given.decision_id} ({plain(given.given_by)}) about the {given.about} of "
        f"order {given.order_id}, shop {given.shop_id}, buyer {given.buyer_id}: {plain(given.answer)}. "
        f"{' '.join(given.reasons)}"
    )


def _change(change: DecisionChanged) -> str:
    return (
        f"{rfc3339(change.changed_at)} decision {change.decision_id} about the {change.about} of order "
        f"{change.order_id}, shop {change.shop_id}, buyer {change.buyer_id}: no longer {plain(change.was)} but "
        f"{plain(change.answer)}. {' '.join(change.reasons)}"
    )


def _outcome(outcome: DecisionOutcome) -> str:
    said = [plain(word) for word in (outcome.followed, outcome.right) if word != "unknown"]
    return (
        f"{rfc3339(outcome.occurred_at)} {outcome.told_by}: decision {outcome.decision_id} to {plain(outcome.answer)} "
        f"was {' and '.join(said) or 'answered'}"
    )


def _case_act(act: CaseAct) -> str:
    whose = act.shop_id or "the platform"
    what = f" {plain(act.proposed)} on" if act.proposed else f" {act.about_id} on" if act.about_id else ""
    return f"{rfc3339(act.occurred_at)} {act.actor} of {whose}: {plain(act.act)}{what} alert {act.alert_id}"


def _audit(entry: AuditEntry) -> str:
    became = f", sent as {entry.sent_event_id}" if entry.sent_event_id else ""
    return (
        f"{rfc3339(entry.occurred_at)} {entry.actor} ({plain(entry.role)}): {plain(entry.kind)} {entry.what}, "
        f"answered with {entry.status}{became}"
    )


_WORDS: dict[type[Any], Callable[[Any], str]] = {
    rec.Alert: _alert,
    rec.TagStatus: _tag,
    rec.TagConfirmation: _confirmation,
    rec.Consequence: _consequence,
    rec.Label: _label,
    rec.DeadLetter: _letter,
    DecisionGiven: _decision,
    DecisionChanged: _change,
    DecisionOutcome: _outcome,
    CaseAct: _case_act,
    AuditEntry: _audit,
}
