"""What the engine says would follow, in words, as far as somebody may see it: never a text, since these name buyers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from cloudtag.contract import what_ifs
from cloudtag.contract.records import Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus
from cloudtag.contract.scope import NETWORKS
from cloudtag.contract.standing import RecordKey, keep_latest
from cloudtag.desk.case_view import SHOWN_DETAILS
from cloudtag.desk.language import Language
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import Viewer

NO_WAY = "this desk has no way to it"
TOOK_TOO_LONG = "others of those who were asked took too long"
FAILED = "the question failed there"
OBSTACLES = (NO_WAY, TOOK_TOO_LONG, FAILED, *what_ifs.OBSTACLES)
"""Why the engine could not be asked."""
_TOLD = (Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus)


@dataclass(frozen=True, slots=True)
class EnginePreview:
    """What would follow, in words; or why the engine could not be asked (`obstacle`)."""

    what: str
    lines: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    obstacle: str = ""


def preview_of(language: Language, viewer: Viewer, platform: str, said: EngineSaid, what: str = "") -> EnginePreview:
    """What the engine said of an act called `what`, which is done on a platform, in words."""
    if said.obstacle:
        return EnginePreview(what, obstacle=said.obstacle if said.obstacle in OBSTACLES else FAILED)
    is_all = viewer.sees_all_of(network := NETWORKS[platform])
    words = (_whom(language, viewer, network, name, is_all=is_all) for name in said.not_asked)
    return EnginePreview(what, lines_of(language, viewer, said.records), tuple(dict.fromkeys(words)))


def lines_of(language: Language, viewer: Viewer, records: Iterable[Struct]) -> tuple[str, ...]:
    """What would be published, as far as somebody may see it; with how often, where more than once.

    Of a record that would have several revisions the last one counts.
    """
    newest: dict[RecordKey, Struct] = {}
    for record in records:
        if isinstance(record, _TOLD):
            keep_latest(newest, record)
    seen = (seen_by(viewer, record) for record in newest.values())
    counts = Counter(_line(language, record) for record in seen if record is not None)
    return tuple(line if count == 1 else f"{count} × {line}" for line, count in counts.items())


def _line(language: Language, record: Any) -> str:
    word, say, status = language.word, language.say, language.word(record.status)
    match record:
        case Alert():
            title, severity = language.title(record.detector), word(record.severity)
            return say("Case {title}: {status}, {severity}", title=title, status=status, severity=severity)
        case Consequence():
            told = say("Consequence {kind}: {status}", kind=word(record.kind), status=status)
            return " · ".join([told, *details_of(language, record.details)])
        case Label():
            title, label = language.title(record.detector), word(record.label)
            return say("Label of {title}: {label}, {status}", title=title, label=label, status=status)
        case ReportStatus():
            due = language.moment(None if record.due_at is None else datetime.fromtimestamp(record.due_at / 1000, UTC))
            return _because(language, say("Report: {status} {due}", status=status, due=due).strip(), record.reason)
        case TagStatus():
            tag = say("Tag of order {order}: {status}", order=record.order_id, status=status)
            shops = say("{shops} of {threshold} shops", shops=record.distinct_shops, threshold=record.threshold)
            return _because(language, tag, record.reason) if record.reason else f"{tag} · {shops}"
    scenario = language.scenario(record.scenario)
    return say("Confirmation of {scenario}: {status}", scenario=scenario, status=status)


def details_of(language: Language, details: Any) -> list[str]:
    """The details of a consequence that say something to people, and name no other shop."""
    shown = ((name, value) for name, value in (details or {}).items() if name in SHOWN_DETAILS)
    return [f"{language.fact(name)}: {language.value(value)}" for name, value in shown]


def _because(language: Language, line: str, reason: str | None) -> str:
    return f"{line} · {language.word(reason)}" if reason else line


def _whom(language: Language, viewer: Viewer, network: str, name: str, *, is_all: bool) -> str:
    """Whom the engine would have had to ask. A shop is told of its own shops by name, and of nobody else."""
    say = language.say
    kind, _, which = name.partition(" ")
    match kind:
        case "shop":
            return say("shop {shop}", shop=which) if viewer.sees_shop(network, which) else say("other shops")
        case "parcel":
            return say("parcel {number}", number=which) if is_all else say("parcels")
        case "link":
            return say("links by {kind}", kind=language.word(which.removeprefix("by ")))
        case "courier":
            return say("courier {name}", name=which)
    return say("others")
