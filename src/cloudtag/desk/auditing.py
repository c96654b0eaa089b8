"""Who looked at and did what, as records of `audit`; what cannot be told is not shown.

Views are sent in the background, and a process that is killed takes those of the last half second with it. What was
done is on record before it is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator

from starlette.requests import Request

from cloudtag.contract.surfaces import AuditEntry, AuditKind
from cloudtag.desk.publishing import NotSentError, Publish
from cloudtag.serving.viewers import Viewer

logger = logging.getLogger(__name__)

MOST = 10_000
"""So many entries may wait; with more the desk shows nothing until they are sent."""
SECONDS = 0.5
AT_ONCE = 1_000
LONGEST = 1024
LONGEST_ID = 256
BAD = 400


class NotRecordedError(Exception):
    """Too many entries wait to be sent: nothing may be shown that is not recorded."""


class AuditLog:
    """Entries that wait to be sent, in order."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._waiting: list[AuditEntry] = []
        self._sending = asyncio.Lock()

    @property
    def is_waiting(self) -> bool:
        """Whether anything is not sent yet."""
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether so many entries wait that nothing is shown."""
        return len(self._waiting) >= MOST

    def check(self) -> None:
        """Raise `NotRecordedError` while too many entries wait."""
        if self.is_full:
            raise NotRecordedError(str(len(self._waiting)))

    def add(self, entry: AuditEntry) -> None:
        """Hand over an entry."""
        self._waiting.append(entry)

    async def flush(self) -> None:
        """Send what waits. Raises `NotSentError`; what was not sent waits on."""
        async with self._sending:
            while self._waiting:
                part = self._waiting[:AT_ONCE]
                await self._publish(part)
                del self._waiting[: len(part)]

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.flush()
            except Exception as error:
                # Whatever it is, what waits is tried again; too much of it stops the desk.
                logger.warning("the audit log is not sent, %d entries wait: %s", len(self._waiting), error)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sends in the background, and the rest at the end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            with contextlib.suppress(NotSentError):
                await self.flush()


def entry_of(request: Request, viewer: Viewer, status: int, now_ms: int, sent_event_id: str | None) -> AuditEntry:
    """The record of a request that was answered. Of what was typed it has the reason to see who a buyer is alone."""
    alert_id = request.path_params.get("alert_id", "")
    kind: AuditKind = "refused" if status >= BAD else "act" if request.method == "POST" else "view"
    return AuditEntry(
        event_id=f"audit-{secrets.token_urlsafe(18)}",
        occurred_at=now_ms,
        actor=viewer.name,
        role=viewer.role,
        kind=kind,
        what=request.url.path[:LONGEST],
        # No id is longer; the address says what was asked for all the same.
        alert_id=alert_id if 0 < len(alert_id) <= LONGEST_ID else None,
        sent_event_id=sent_event_id,
        status=status,
        origin=request.client.host if request.client else None,
        reason=getattr(request.state, "reason", None),
    )
