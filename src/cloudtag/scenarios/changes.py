"""What a moment changed, in words: alerts, tags, confirmations and consequences, one entry each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cloudtag.contract import records as rec
from cloudtag.contract.records import SEVERITIES
from cloudtag.contract.standing import SUPERSEDED, is_taken_back
from cloudtag.contract.times import rfc3339
from cloudtag.detection.wording import counted
from cloudtag.explain.any_record import any_record
from cloudtag.explain.conditions import changes
from cloudtag.explain.words import plain
from cloudtag.scenarios.clock_times import day_of
from cloudtag.scenarios.run import RecordChange

_STANDING = re.compile(r"(?<=\w) (?:opened|upgraded), (?=[a-z]+$)")
_IDS = ("_id", "_ids")
"""Details whose names end so are shown as they are."""
_FEW = 3
"""So many tags that fare alike are all named; of more, the first and the last."""


class RenderOptions(NamedTuple):
    """How a story is rendered: whether alerts explain themselves in Chinese, and whether their buyers are named."""

    begins_ms: int
    is_zh: bool = False
    is_buyer_named: bool = False


def told_changes(changed: Iterable[RecordChange], voice: RenderOptions) -> Iterator[str]:
    """One line for each change, and one for tags that fare alike; the explanation of an alert is a line of its own."""
    tags: dict[str, list[str]] = {}
    others = []
    for change in changed:
        if isinstance(change.after, rec.TagStatus):
            tags.setdefault(_tag(change), []).append(change.after.tag_id)
        else:
            others += _WORDS.get(type(change.after), _other)(change, voice)
    yield from (f"→ {_named(ids)} {words}" for words, ids in tags.items())
    yield from others


def told_standing(records: Iterable[Any], voice: RenderOptions) -> Iterator[str]:
    """What is left: every record that was neither taken back nor has ended, and what became of every tag."""
    left = [
        RecordChange("", None, record)
        for record in records
        if isinstance(record, rec.TagStatus) or not (is_taken_back(record) or record.status == "ended")
    ]
    for line in told_changes(left, voice):
        yield _STANDING.sub(" stands, ", line.removeprefix("→ "), count=1)


def _alert(change: RecordChange, voice: RenderOptions) -> list[str]:
    before, alert = change.before, change.after
    about = f" about {alert.buyer_id}" if voice.is_buyer_named else ""
    head = f"→ alert {alert.detector}{about} {_alert_verb(before, alert)}"
    if is_taken_back(alert):
        return [head, f"    {alert.withdrawn_because_zh if voice.is_zh else alert.withdrawn_because}"]
    explanation = alert.explanation_zh if voice.is_zh else alert.explanation
    if before is None or is_taken_back(before) or before.explanation != alert.explanation:
        return [head, f"    {explanation}"]
    others = [words for words in changes(before, alert) if words.split()[0] not in ("status", "severity", "verdict")]
    return [head, *(f"    {words}" for words in others)]


def _alert_verb(before: rec.Alert | None, alert: rec.Alert) -> str:
    if is_taken_back(alert):
        return "withdrawn"
    if alert.status == "resolved":
        return f"resolved by the shop's verdict: {alert.verdict or 'unknown'}"
    if before is None:
        return f"{alert.status if alert.status == 'upgraded' else 'opened'}, {alert.severity}"
    if is_taken_back(before):
        return f"opened again, {alert.severity}"
    if before.severity != alert.severity and {before.severity, alert.severity} <= set(SEVERITIES):
        is_more = SEVERITIES.index(alert.severity) > SEVERITIES.index(before.severity)
        return f"{'upgraded' if is_more else 'lowered'} from {before.severity} to {alert.severity}"
    return f"amended, {alert.severity}"


def _tag(change: RecordChange) -> str:
    tag = change.after
    so_far = f"{tag.distinct_shops} of {counted(tag.threshold, 'shop')} within {counted(tag.window_days, 'day')}"
    reason = f": {plain(tag.reason)}" if tag.reason else ""
    match tag.status:
        case "pending":
            again = " again" if change.before is not None and change.before.status != "pending" else ""
            return f"pending{again}, the shop is shown “{tag.shown_as}”, {so_far}"
        case "confirmed":
            return f"confirmed, {so_far}"
        case "expired":
            return f"expired{reason}, {so_far}"
        case "voided" if tag.reason and tag.reason != SUPERSEDED:
            return f"voided by {tag.reason}"
    return f"{tag.status}{reason}"


def _named(tag_ids: list[str]) -> str:
    if len(tag_ids) == 1:
        return f"tag {tag_ids[0]}"
    shown = ", ".join(tag_ids) if len(tag_ids) <= _FEW else f"{tag_ids[0]} … {tag_ids[-1]} ({len(tag_ids)} tags)"
    return f"tags {shown}"


def _confirmation(change: RecordChange, voice: RenderOptions) -> list[str]:
    del voice
    told = change.after
    if is_taken_back(told):
        return [f"→ confirmation of {told.buyer_id} as {plain(told.scenario)} reversed"]
    verb = "confirmed" if change.before is None or is_taken_back(change.before) else "still confirmed"
    by = f"by {counted(len(told.shop_ids), 'shop')}" if told.basis == "shops" else f"by {plain(told.basis)}"
    return [f"→ buyer {told.buyer_id} {verb} as {plain(told.scenario)} {by}: {', '.join(told.shop_ids)}"]


def _consequence(change: RecordChange, voice: RenderOptions) -> list[str]:
    told = change.after
    details = [f"{plain(name)} {_value(name, value)}" for name, value in told.details.items() if value]
    if told.ends_at is not None:
        details.append(f"until {_moment(told.ends_at, voice)}")
    said = f": {'; '.join(details)}" if details else ""
    return [f"→ consequence {plain(told.kind)} {told.status} for {told.subject_kind} {told.subject_id}{said}"]


def _value(name: str, value: str) -> str:
    """A detail's value: enum words plain, ids as they are."""
    if name.endswith(_IDS):
        return value
    return {"true": "yes", "false": "no"}.get(value, plain(value))


def _moment(at_ms: int, voice: RenderOptions) -> str:
    return f"day {day_of(at_ms, voice.begins_ms)} {rfc3339(at_ms)[11:16]}"


def _label(change: RecordChange, voice: RenderOptions) -> list[str]:
    del voice
    told = change.after
    withdrawn = " withdrawn" if is_taken_back(told) else ""
    return [f"→ label of {told.detector} about buyer {told.buyer_id}{withdrawn}: {plain(told.label)}"]


def _other(change: RecordChange, voice: RenderOptions) -> list[str]:
    del voice
    return [f"→ {any_record(change.after)}"]


_WORDS: dict[type[Any], Callable[[RecordChange, RenderOptions], list[str]]] = {
    rec.Alert: _alert,
    rec.TagConfirmation: _confirmation,
    rec.Consequence: _consequence,
    rec.Label: _label,
}
