"""A small provider of OpenID Connect: codes, tokens and keys that turn, over HTTP. It can be told to err."""

import hmac
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.desk.serving import served

CLIENT, SECRET = "cloudtag desk", "s3cret/of:the desk"
ROLES = """
[roles.reviewers]
role = "platform"
platforms = ["jd"]
[roles.staff]
role = "shop"
scopes = ["read", "verdicts"]
[roles.audit]
role = "auditor"
[roles.half]
role = "platform"
scopes = ["verdicts"]
"""
"""What the desk's file says of the words of a claim."""
Spoil = Callable[[dict[str, Any], dict[str, Any]], None]
"""Changes a token's header and claims before it is signed."""


@dataclass
class Provider:
    """What it knows. `person`: the claims of whoever signs in. `spoil`: what is wrong with its tokens."""

    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "groups": ["reviewers"]})
    spoil: Spoil | None = None
    forge: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    """Makes the token itself, in place of the provider's key."""
    key: Any = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""
    padding: str = ""
    """What it says of itself besides, which nobody needs."""
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self.turn()

    def turn(self, kind: Any = RSAKey) -> None:
        """A new key in place of the old one."""
        size = 2048 if kind is RSAKey else "P-256"
        self.key = kind.generate_key(size, parameters={"kid": secrets.token_hex(4), "use": "sig"})

    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _about(self, _: Request) -> Response:
        self.asked.append("about")
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {"issuer": self.issuer, "padding": self.padding}
        return JSONResponse(told | {name: f"{self.issuer}/{path}" for name, path in names.items()})

    async def _keys(self, _: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        basic = b64decode(request.headers.get("authorization", " ").split(" ")[1]).decode()
        name, _, secret = basic.partition(":")
        form = dict(await request.form())
        asked = self.codes.pop(str(form["code"]), None)
        if not hmac.compare_digest(unquote(secret), SECRET) or unquote(name) != CLIENT or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        if digest != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])})

    def _signed(self, nonce: str) -> str:
        now = int(self.now())
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 300, **self.person}
        header = {"alg": "RS256" if isinstance(self.key, RSAKey) else "ES256", "kid": self.key.kid}
        if self.spoil is not None:
            self.spoil(header, claims)
        return self.forge(header, claims) if self.forge is not None else jwt.encode(header, claims, self.key)


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that is served."""
    made = Provider()
    with served(made.app()) as port:
        made.issuer = f"http://127.0.0.1:{port}"
        yield made


__all__ = ["CLIENT", "ROLES", "SECRET", "ECKey", "Provider", "provider"]
