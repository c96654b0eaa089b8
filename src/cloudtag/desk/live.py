"""What changes on cases that are on somebody's screen, told as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from cloudtag.desk.asking import Asking, NoAnswerError
from cloudtag.desk.case import revisions_of
from cloudtag.desk.case_questions import CHANGED_SQL
from cloudtag.desk.live_queue import queue_news
from cloudtag.desk.queue import PAGE
from cloudtag.desk.visit import NotSeenError, Visit

SECONDS = 1.0
"""So often the warehouse is asked whether something changed."""
LONGEST_SECONDS = 600
"""So long one connection lasts; browsers make a new one by themselves."""
QUIET_SECONDS = 15
"""After so long without news a comment keeps the connection open."""
SECOND_DIGITS = 10
"""A second since the epoch is written with no more digits for as long as the warehouse can store it."""


async def changes(visit: Visit) -> Response:
    """A stream of what changes on the cases that the address names with the revisions that are shown.

    With `queue` in the address it tells of the queue instead, as of the second that is said there.
    """
    if (since := visit.request.query_params.get("queue")) is not None:
        second = int(since) if since.isascii() and since.isdecimal() and len(since) <= SECOND_DIGITS else 0
        news = queue_news(visit, second, LONGEST_SECONDS, QUIET_SECONDS)
        return StreamingResponse(news, media_type="text/event-stream")
    shown = dict(_named(visit.request.query_params.getlist("case")[:PAGE]))
    if not shown:
        raise NotSeenError("no case")
    return StreamingResponse(_told(visit, shown), media_type="text/event-stream")


def _named(texts: list[str]) -> list[tuple[str, int]]:
    pairs = (text.rpartition(":") for text in texts)
    return [(name, int(number)) for name, _, number in pairs if name and number.isascii() and number.isdecimal()]


async def _told(visit: Visit, shown: dict[str, int]) -> AsyncIterator[str]:
    quiet, told = 0.0, _looking(visit, next(iter(shown)))
    yield "retry: 2000\n\n"
    for _ in range(int(LONGEST_SECONDS / SECONDS)):
        if visit.desk.signed_in.is_over(visit.session) or visit.desk.is_ending:
            return
        news = [line async for line in _news(visit, shown)]
        if len(shown) == 1 and (names := _looking(visit, next(iter(shown)))) != told:
            told = names
            news.append(_others(visit, names))
        quiet = 0.0 if news else quiet + SECONDS
        if quiet >= QUIET_SECONDS:
            news, quiet = [": still here\n\n"], 0.0
        for line in news:
            yield line
        await asyncio.sleep(SECONDS)


def _looking(visit: Visit, alert_id: str) -> tuple[str, ...]:
    """Who else looks at a case, of which this connection says that it is on screen."""
    now = visit.desk.now()
    visit.desk.looking.still_sees(alert_id, visit.viewer, now)
    return visit.desk.looking.others(alert_id, visit.viewer, now)


def _others(visit: Visit, names: tuple[str, ...]) -> str:
    text = visit.language.say("Also looking at it: {names}", names=", ".join(names)) if names else ""
    return f"event: looking\ndata: {json.dumps({'text': text})}\n\n"


async def _news(visit: Visit, shown: dict[str, int]) -> AsyncIterator[str]:
    try:
        newest = await _newest(visit.desk.asking, list(shown))
        for alert_id, revision in newest.items():
            if revision <= shown[alert_id]:
                continue
            shown[alert_id] = revision
            # Whether it may be seen is asked only now: of a case that nobody named rightly nothing is told.
            found = await revisions_of(visit.desk.asking, visit.viewer, alert_id)
            if found is not None:
                yield _event(visit, alert_id, revision, found[1][-1].alert.status, found[1][-1].alert.severity)
    except NoAnswerError:
        return


def _event(visit: Visit, alert_id: str, revision: int, status: str, severity: str) -> str:
    language = visit.language
    text = language.say(
        "A case on this page has changed: {status}, {severity} (revision {revision}). Open it anew.",
        status=language.word(status),
        severity=language.word(severity),
        revision=revision,
    )
    told = json.dumps({"alert_id": alert_id, "revision": revision, "status": status, "text": text})
    return f"event: changed\ndata: {told}\n\n"


async def _newest(asking: Asking, alert_ids: list[str]) -> dict[str, int]:
    rows = await asking.rows(CHANGED_SQL, {"alert_ids": alert_ids})
    return {row["alert_id"]: row["newest"] for row in rows}
