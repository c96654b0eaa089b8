"""Who signs people in with OpenID Connect, and what its claims say of them: a TOML file, and a file of the secret.

A claim is believed as far as the file says what it means; a person of whom no claim says a role is not let in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from cloudtag.config import ConfigError, Secret
from cloudtag.contract.scope import NETWORKS, Networks
from cloudtag.contract.types import Token
from cloudtag.serving.tokens import is_loopback
from cloudtag.serving.viewers import SCOPES, ShopRef, Viewer, ViewerRole, ViewerScope

CALLBACK = "/signin/oidc/callback"
MOST_SHOPS = 1000
_Url = Annotated[str, Meta(max_length=2048)]


class OidcRole(Struct, frozen=True, forbid_unknown_fields=True):
    """What those may do of whom a claim says one word. `platforms`: which ones are seen; none named: all."""

    role: ViewerRole
    platforms: tuple[Token, ...] = ()
    scopes: tuple[ViewerScope, ...] | None = None


class OidcFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `address`: that of the desk, as browsers see it. `*_claim`: the claims that name a person, their roles
    (one word or several), their shops (`platform/shop_id`) and the account they act as."""

    issuer: _Url
    client_id: Token
    address: _Url
    roles: dict[str, OidcRole]
    client_secret_file: str | None = None
    request_scopes: tuple[Token, ...] = ("openid",)
    name_claim: Token = "sub"
    roles_claim: Token = "groups"
    shops_claim: Token = "shops"
    account_claim: Token = "account_id"


class OidcSettings(Struct, frozen=True, kw_only=True):
    """The file, with the secret; without one the client is a public one."""

    file: OidcFile
    secret: Secret = Secret("")

    @property
    def callback(self) -> str:
        """Where the provider sends people back to."""
        return self.file.address.rstrip("/") + CALLBACK


def read_oidc(path: Path) -> OidcSettings:
    """The settings of a file. Raises ``ConfigError``, which never holds the secret."""
    try:
        told = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), OidcFile)
        secret = ""
        if told.client_secret_file is not None:
            secret = (path.parent / told.client_secret_file).read_text(encoding="utf-8").strip()
            if not secret:
                raise ConfigError(f"{told.client_secret_file} is empty")
        if problem := _problem(told):
            raise ConfigError(problem)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError, ConfigError) as error:
        raise ConfigError(f"CLOUDTAG_OIDC_FILE {path}: {error}") from None
    return OidcSettings(file=told, secret=Secret(secret))


def _problem(told: OidcFile) -> str | None:
    for name in ("issuer", "address"):
        if not is_safe_url(getattr(told, name)):
            raise ConfigError(f"{name} begins with https:// (http:// on this machine alone), and has no query")
    if "openid" not in told.request_scopes:
        return "request_scopes has openid among them"
    if not told.roles:
        return "roles says of no word what it means, so nobody could sign in"
    for word, each in told.roles.items():
        if each.role == "shop" and each.platforms:
            return f"roles.{word}: a shop's staff see the shops that {told.shops_claim} names, no platforms"
        if each.role == "auditor" and set(each.scopes or ()) - {"read"}:
            return f"roles.{word}: an auditor only reads"
    return None


def is_safe_url(text: str) -> bool:
    """Whether an address is reached over TLS, or on this machine."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_plain = parts.scheme == "http" and is_loopback(host)
    return (
        bool(host) and (parts.scheme == "https" or is_plain) and not (parts.query or parts.fragment or parts.username)
    )


def viewer_of(told: OidcFile, claims: Mapping[str, Any], networks: Networks = NETWORKS) -> Viewer | None:
    """Who somebody is by their claims; none where these do not say. Of several roles the file's first counts."""
    name, words = claims.get(told.name_claim), _words(claims.get(told.roles_claim))
    which = next((each for word, each in told.roles.items() if word in words), None)
    if which is None or not isinstance(name, str) or not name.strip() or len(name) > 256:
        return None
    shops: frozenset[ShopRef] = frozenset()
    if which.role == "shop":
        shops = frozenset(_shops(_words(claims.get(told.shops_claim)), networks))
        if not shops:
            return None
    account = claims.get(told.account_claim)
    every = ("read",) if which.role == "auditor" else SCOPES
    return Viewer(
        name=name.strip(),
        role=which.role,
        shops=shops,
        networks=frozenset(networks[platform] for platform in which.platforms),
        scopes=frozenset(every if which.scopes is None else which.scopes),
        account_id=account if which.role == "shop" and isinstance(account, str) and account.strip() else None,
    )


def _words(claim: Any) -> list[str]:
    """A claim of one word or several; anything else says nothing."""
    words = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return [word for word in words[:MOST_SHOPS] if isinstance(word, str)]


def _shops(words: list[str], networks: Networks) -> list[ShopRef]:
    parts = (word.partition("/") for word in words)
    return [ShopRef(networks[platform], shop) for platform, slash, shop in parts if platform and slash and shop]
