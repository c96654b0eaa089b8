"""Sign-ins that were begun: the authorization code flow with PKCE, a state and a nonce for each.

A try belongs to the browser that began it, is good once, and for ten minutes.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from cloudtag.desk.oidc_provider import OidcProvider, OidcRefusedError
from cloudtag.desk.oidc_settings import OidcSettings, viewer_of
from cloudtag.serving.viewers import Viewer

TRY_SECONDS = 600.0
MOST_TRIES = 10_000


@dataclass(frozen=True, slots=True)
class OidcTry:
    """A sign-in that was begun: what its answer must say, and until when (seconds)."""

    nonce: str
    verifier: str
    browser: str
    ends_at: float


class OidcDoor:
    """The tries of one process."""

    def __init__(self, settings: OidcSettings, now: Callable[[], float]) -> None:
        """`now` tells seconds since the epoch."""
        self._settings = settings
        self._now = now
        self._provider = OidcProvider(settings, now)
        self._tries: OrderedDict[str, OidcTry] = OrderedDict()

    async def begin(self, browser: str) -> str:
        """Where to send a browser. Raises `OidcAwayError`."""
        address = await self._provider.endpoint("authorization_endpoint")
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        tried = OidcTry(secrets.token_urlsafe(32), verifier, browser, self._now() + TRY_SECONDS)
        self._tries[state] = tried
        while len(self._tries) > MOST_TRIES:
            self._tries.popitem(last=False)
        file, digest = self._settings.file, sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": file.client_id,
            "redirect_uri": self._settings.callback,
            "scope": " ".join(file.request_scopes),
            "state": state,
            "nonce": tried.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{address}?{urlencode(query)}"

    async def end(self, browser: str, state: str, code: str, issuer: str | None) -> Viewer | None:
        """Who came back; none of whom no claim says what they may do. Raises `OidcRefusedError`, `OidcAwayError`."""
        tried = self._tries.pop(state, None)
        if tried is None or tried.ends_at <= self._now():
            raise OidcRefusedError("no such try")
        if not hmac.compare_digest(tried.browser.encode(), browser.encode("utf-8", "surrogatepass")):
            raise OidcRefusedError("another browser")
        if issuer is not None and issuer != self._settings.file.issuer:
            raise OidcRefusedError("another issuer")
        if not code:
            raise OidcRefusedError("the provider gave no code")
        return viewer_of(self._settings.file, await self._provider.claims(code, tried.verifier, tried.nonce))
