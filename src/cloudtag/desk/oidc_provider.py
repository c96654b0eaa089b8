"""The provider as the desk asks it: where it is, what its keys are, and what a code is worth."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, StreamReader
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cloudtag.desk.oidc_settings import OidcSettings, is_safe_url

logger = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512", "PS384", "PS512")
"""Those of a pair of keys alone: with a shared secret, or none, anybody might sign."""
LEEWAY_SECONDS = 60
WAIT_SECONDS = 10.0
MOST_BYTES = 1 << 20
KNOWN_SECONDS = 3600.0
"""So long what the provider says of itself is taken as said."""
AGAIN_SECONDS = 10.0
"""Keys are fetched anew for a signature by an unknown one, and at most so often."""


class OidcRefusedError(Exception):
    """Somebody is not signed in; the text says why, without anything secret."""


class OidcAwayError(Exception):
    """The provider does not answer, or not as it should; the text says why, without anything secret."""


class OidcProvider:
    """One provider. What it says of itself and its keys are remembered."""

    def __init__(self, settings: OidcSettings, now: Callable[[], float]) -> None:
        """`now` tells seconds since the epoch."""
        self._settings = settings
        self._now = now
        self._about: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._asking = asyncio.Lock()

    async def endpoint(self, name: str) -> str:
        """An address the provider names, by the name it has in its description. Raises `OidcAwayError`."""
        async with self._asking:
            if self._about is None or self._now() - self._about[0] > KNOWN_SECONDS:
                issuer = self._settings.file.issuer
                about = await self._get(issuer.rstrip("/") + "/.well-known/openid-configuration")
                if about.get("issuer") != issuer:
                    raise OidcAwayError("it calls itself by another name than the configuration does")
                self._about = self._now(), about
        address = self._about[1].get(name)
        if not (isinstance(address, str) and is_safe_url(address)):
            raise OidcAwayError(f"it names no safe {name}")
        return address

    async def claims(self, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """What the provider says of whoever brought a code. Raises `OidcRefusedError`, `OidcAwayError`."""
        token = await self._exchanged(code, verifier)
        try:
            claims = await self._verified(token)
            _registry(self._settings, nonce, self._now).validate(claims)
        except (JoseError, ValueError) as error:
            raise OidcRefusedError(f"what the provider says is not valid: {type(error).__name__}") from None
        own, audience = self._settings.file.client_id, claims.get("aud")
        is_for_several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if is_for_several else own) != own:
            raise OidcRefusedError("what the provider says is for another client")
        return claims

    async def _exchanged(self, code: str, verifier: str) -> str:
        file, secret = self._settings.file, self._settings.secret
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._settings.callback}
        form["code_verifier"] = verifier
        headers = {}
        if secret:
            known = f"{quote(file.client_id, safe='')}:{quote(secret.reveal(), safe='')}"
            headers["authorization"] = f"Basic {b64encode(known.encode()).decode()}"
        else:
            form["client_id"] = file.client_id
        told = await self._asked("POST", await self.endpoint("token_endpoint"), form, headers)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OidcRefusedError("the provider gave no id token for the code")
        return token

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys signed."""
        try:
            return _decoded(token, await self._keys_now(is_stale=False))
        except (JoseError, ValueError):
            # Perhaps by a key that is newer than those known here.
            return _decoded(token, await self._keys_now(is_stale=True))

    async def _keys_now(self, *, is_stale: bool) -> KeySet:
        address = await self.endpoint("jwks_uri")
        async with self._asking:
            age = self._now() - self._keys[0] if self._keys else KNOWN_SECONDS
            if self._keys is None or age >= (AGAIN_SECONDS if is_stale else KNOWN_SECONDS):
                told = await self._get(address)
                try:
                    self._keys = self._now(), KeySet.import_key_set(told)  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError):
                    raise OidcAwayError("its keys cannot be read") from None
            return self._keys[1]

    async def _get(self, address: str) -> dict[str, Any]:
        return await self._asked("GET", address, None, {})

    async def _asked(
        self, method: str, address: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=WAIT_SECONDS)) as session,
                session.request(method, address, data=form, headers=headers, allow_redirects=False) as answer,
            ):
                body, status = await _read(answer.content), answer.status
        except (ClientError, OSError, TimeoutError) as error:
            raise OidcAwayError(f"it cannot be reached: {type(error).__name__}") from None
        if status in (400, 401) and form is not None:
            raise OidcRefusedError("the provider does not take the code")
        if status != 200:
            raise OidcAwayError(f"it answers {status}")
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeError):
            raise OidcAwayError("what it answers cannot be read") from None


async def _read(content: StreamReader) -> bytes:
    """What is answered, however many pieces it comes in. Raises `OidcAwayError` for more than is ever needed."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            raise OidcAwayError("it answers too much")
    return body


def _decoded(token: str, keys: KeySet) -> dict[str, Any]:
    """The claims of a token that one of these keys signed; where it does not say which, any of them."""
    named = jws.extract_compact(token.encode()).headers().get("kid")
    failed: Exception = ValueError("no such key")
    for key in keys.keys:
        if named is None or key.kid == named:
            try:
                return jwt.decode(token, key, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                failed = error
    raise failed


def _registry(settings: OidcSettings, nonce: str, now: Callable[[], float]) -> jwt.JWTClaimsRegistry:
    def said(value: str) -> Any:
        return {"essential": True, "value": value}

    return jwt.JWTClaimsRegistry(
        now=int(now()),
        leeway=LEEWAY_SECONDS,
        iss=said(settings.file.issuer),
        aud=said(settings.file.client_id),
        nonce=said(nonce),
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
