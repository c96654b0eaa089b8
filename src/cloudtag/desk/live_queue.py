"""That the queue on somebody's screen is no longer as it was, told as it happens.

Told is that an alert came, changed or ended which the viewer may see, and nothing of it: the list itself is asked for
anew, by whoever is told. Many changes between two questions are told once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic

from cloudtag.desk.asking import Asking, NoAnswerError
from cloudtag.desk.sight import ALERT, in_sight
from cloudtag.desk.visit import Visit
from cloudtag.serving.viewers import Viewer

SECONDS = 0.5
"""So often the warehouse is asked at most."""
SHARE = 10
"""A pause is at least so many times as long as the last answer took: looking costs the warehouse a tenth at most."""
LATE_SECONDS = 30
"""A row has the time at which its insert began: so long it may take until it is seen."""
_MOST_SECONDS = 120
_LAST_SECOND = 2**32 - 1
_SQL = """
    SELECT toUInt32(toUnixTimestamp(stored_at)) AS second, uniqExact(alert_id, revision) AS revisions,
        toUInt32(toUnixTimestamp(now())) AS clock
    FROM alert_revisions
    WHERE stored_at >= toDateTime(if({since:UInt32} = 0, toUnixTimestamp(now()), {since:UInt32}) - {late:UInt32})
        AND {sight}
    GROUP BY second ORDER BY second DESC LIMIT {most:UInt32}"""


class QueueWatch:
    """What of a queue was told; `since` is the warehouse's second in which the list was made, 0 where none is known."""

    def __init__(self, asking: Asking, viewer: Viewer, since: int) -> None:
        self._asking, self._viewer = asking, viewer
        self._since = min(since, _LAST_SECOND)
        self._known: dict[int, int] | None = None
        self.pause = SECONDS
        """For so many seconds nothing is asked now."""

    async def has_changed(self) -> bool:
        """Whether an alert in sight has another revision than was known. Raises `NoAnswerError`."""
        sight, who = in_sight(self._viewer, ALERT)
        values = {"since": self._since, "late": LATE_SECONDS, "most": _MOST_SECONDS}
        begun = monotonic()
        rows = await self._asking.rows(_SQL.replace("{sight}", sight), values | who)
        self.pause = max(SECONDS, SHARE * (monotonic() - begun))
        found = {row["second"]: row["revisions"] for row in rows}
        known, self._known = self._known, found
        if known is None:
            # What was stored before the list was made is on it; in that second itself it may be.
            return bool(self._since) and any(second >= self._since for second in found)
        if rows:
            self._since = max(self._since, rows[0]["clock"])
        return any(revisions > known.get(second, 0) for second, revisions in found.items())


async def queue_news(visit: Visit, since: int, longest_seconds: float, quiet_seconds: float) -> AsyncIterator[str]:
    """The stream: an event whenever the queue has changed, and a comment after `quiet_seconds` without one."""
    watch = QueueWatch(visit.desk.asking, visit.viewer, since)
    begun = heard = monotonic()
    yield "retry: 2000\n\n"
    while monotonic() - begun < longest_seconds:
        if visit.desk.signed_in.is_over(visit.session) or visit.desk.is_ending:
            return
        try:
            news = await watch.has_changed()
        except NoAnswerError:
            news = False
        if news or monotonic() - heard >= quiet_seconds:
            heard = monotonic()
            yield _event(visit) if news else ": still here\n\n"
        await asyncio.sleep(watch.pause)


def _event(visit: Visit) -> str:
    text = visit.language.say("The queue has changed.")
    return f"event: queue\ndata: {json.dumps({'text': text})}\n\n"
