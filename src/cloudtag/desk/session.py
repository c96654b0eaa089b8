"""Who is signed in: a signed cookie names a session, and what a session is stays in this process.

Nothing of a person or a token is in the cookie. With the process all sessions end: sign in again.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import Viewer

COOKIE = "cloudtag_desk"
MOST = 10_000
"""So many sessions are remembered; the oldest ends where there are more."""


@dataclass(frozen=True, slots=True)
class DeskSession:
    """A signed-in person, for so long."""

    name: str
    viewer: Viewer
    ends_at: float


class SignedIn:
    """The sessions of one process."""

    def __init__(self, book: TokenBook, hours: float, now: Callable[[], float], *, is_one_time: bool) -> None:
        """`now` tells seconds. `is_one_time`: the first use of the token spends it."""
        self._book: TokenBook | None = book
        self._is_one_time = is_one_time
        self._seconds = hours * 3600
        self._now = now
        self._sessions: OrderedDict[str, DeskSession] = OrderedDict()
        secret = secrets.token_bytes(32)
        self._cookies = URLSafeSerializer(secret, salt="session")
        self._forms = URLSafeSerializer(secret, salt="form")
        self._doors = URLSafeSerializer(secret, salt="sign in")

    def enter(self, token: str) -> str | None:
        """The cookie of a new session for the holder of a token; none where nobody holds it."""
        viewer = self._book.viewer_of(token) if self._book else None
        cookie = self.enter_as(viewer) if viewer is not None else None
        if cookie is not None and self._is_one_time:
            self._book = None
        return cookie

    def enter_as(self, viewer: Viewer) -> str | None:
        """The cookie of a new session for somebody who is known; none for one who may not look."""
        if not viewer.may("read"):
            return None
        name = secrets.token_urlsafe(24)
        self._sessions[name] = DeskSession(name, viewer, self._now() + self._seconds)
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return str(self._cookies.dumps(name))

    def session_of(self, cookie: str | None) -> DeskSession | None:
        """The session a cookie names, if it goes on."""
        try:
            session = self._sessions.get(str(self._cookies.loads(cookie))) if cookie else None
        except BadSignature:
            return None
        if session is not None and session.ends_at <= self._now():
            self.leave(session)
            return None
        return session

    def is_over(self, session: DeskSession) -> bool:
        """Whether a session has ended."""
        return session.name not in self._sessions or session.ends_at <= self._now()

    def leave(self, session: DeskSession) -> None:
        """End a session."""
        self._sessions.pop(session.name, None)

    def form_token(self, session: DeskSession) -> str:
        """What every form of a session carries, so that no other site can send one."""
        return str(self._forms.dumps(session.name))

    def door_token(self, browser: str) -> str:
        """What the form for signing in carries, made of what the browser was given beside it."""
        return str(self._doors.dumps(browser))

    def is_own_door(self, browser: str, token: str) -> bool:
        """Whether a form for signing in was made for this browser: nobody is signed in by another site."""
        return bool(browser) and _is_same(self.door_token(browser), token)

    def is_own_form(self, session: DeskSession, token: str) -> bool:
        """Whether a form was made for this session."""
        return _is_same(self.form_token(session), token)


def _is_same(own: str, given: str) -> bool:
    """In a time that says nothing of how alike they are."""
    return hmac.compare_digest(own.encode(), given.encode("utf-8", "surrogatepass"))
