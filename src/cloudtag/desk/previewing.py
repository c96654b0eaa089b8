"""What would follow from an act, asked of the engine itself before anything is sent, with the facts it holds now.

The question has a time limit; where nobody answers, the page says so, and what the rules say stands beside the form.
Of what would be published it shows what this person may see: kinds and words, never a text, since these name buyers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from cloudtag.contract.records import Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.desk.act_kinds import kind_of
from cloudtag.desk.language import Language
from cloudtag.desk.reading import case_page
from cloudtag.desk.sending import STALE, filled_in
from cloudtag.desk.visit import Visit
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import Viewer

NO_WAY = "this desk has no way to it"
NO_ANSWER = "no worker answered in time"
OBSTACLES = (NO_WAY, NO_ANSWER)
"""Why the engine could not be asked, as far as it can be foreseen."""


@dataclass(frozen=True, slots=True)
class EnginePreview:
    """What would follow, in words and once each; or why the engine could not be asked (`obstacle`)."""

    what: str
    lines: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    obstacle: str = ""


async def preview(visit: Visit) -> Response:
    """The page of a case with what would follow from a form that is not sent. Nothing is kept of it."""
    kind = kind_of(what := visit.request.path_params["what"])
    filled = await filled_in(visit, kind)
    if filled.stale is not None:
        return await case_page(visit, STALE, filled.stale)
    event, _ = await filled.made(visit)
    said = await _asked(visit, event)
    shown = EnginePreview(what, lines_of(visit.language, visit.viewer, said), said.not_asked, said.obstacle)
    return await case_page(visit, preview=shown, filled=filled.form)


async def _asked(visit: Visit, event: Any) -> EngineSaid:
    if visit.desk.engine is None:
        return EngineSaid(obstacle=NO_WAY)
    return await visit.desk.engine.ask(INPUTS[STREAM_OF[type(event)]].key_of(event), [event])


def lines_of(language: Language, viewer: Viewer, said: EngineSaid) -> tuple[str, ...]:
    """What would be published, as far as somebody may see it."""
    seen = (seen_by(viewer, record) for record in said.records)
    lines = (_line(language, record) for record in seen if record is not None)
    return tuple(dict.fromkeys(line for line in lines if line))


def _line(language: Language, record: Any) -> str:
    word, say, status = language.word, language.say, language.word(getattr(record, "status", ""))
    match record:
        case Alert():
            title, severity = language.title(record.detector), word(record.severity)
            return say("Case {title}: {status}, {severity}", title=title, status=status, severity=severity)
        case Consequence():
            return say("Consequence {kind}: {status}", kind=word(record.kind), status=status)
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
        case TagConfirmation():
            scenario = language.scenario(record.scenario)
            return say("Confirmation of {scenario}: {status}", scenario=scenario, status=status)
    return ""


def _because(language: Language, line: str, reason: str | None) -> str:
    return f"{line} · {language.word(reason)}" if reason else line
