"""Tokens and who holds them: a file that holds the tokens' digests, never the tokens.

A token is found by comparing its digest with every known one, in a time that says nothing of how alike they are.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cloudtag.config import ConfigError
from cloudtag.contract.scope import NETWORKS, Networks
from cloudtag.contract.types import Token
from cloudtag.serving.viewers import SCOPES, ShopRef, Viewer, ViewerRole, ViewerScope

TOKEN_BYTES = 32
LONGEST_TOKEN = 512
_READ_ONLY: tuple[ViewerScope, ...] = ("read",)


class OwnShop(Struct, frozen=True, forbid_unknown_fields=True):
    """A shop as the file of tokens names it."""

    platform: Token
    shop_id: Token


class TokenEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One token in the file: the SHA-256 digest of its text, as 64 hex digits, and who holds it."""

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    role: ViewerRole
    shops: tuple[OwnShop, ...] = ()
    platforms: tuple[Token, ...] = ()
    scopes: tuple[ViewerScope, ...] | None = None
    account_id: Token | None = None


class TokenBook:
    """Every token that is known, by its digest."""

    def __init__(self, viewers: Iterable[tuple[str, Viewer]]) -> None:
        """`viewers`: who holds each token, with the token's digest."""
        self._viewers = [(bytes.fromhex(digest), viewer) for digest, viewer in viewers]

    def viewer_of(self, token: str) -> Viewer | None:
        """Who holds a token; none if nobody does."""
        if len(token) > LONGEST_TOKEN:
            return None
        given, found = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(), None
        for digest, viewer in self._viewers:
            if hmac.compare_digest(digest, given):
                found = viewer
        return found


def read_tokens(path: Path, networks: Networks = NETWORKS) -> TokenBook:
    """The tokens of a TOML file, or of a JSON file where its name says so. Raises ``ConfigError``."""
    try:
        text = path.read_text(encoding="utf-8")
        tables = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text)
        entries = msgspec.convert(tables, dict[str, TokenEntry])
        return token_book(entries, networks)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError) as error:
        raise ConfigError(f"CLOUDTAG_TOKENS_FILE {path}: {error}") from None
    except ConfigError as error:
        raise ConfigError(f"CLOUDTAG_TOKENS_FILE {path}: {error}") from None


def token_book(entries: Mapping[str, TokenEntry], networks: Networks = NETWORKS) -> TokenBook:
    """The tokens of entries by name. Raises ``ConfigError`` for what contradicts itself, and where nobody is named."""
    if not entries:
        raise ConfigError("names no token")
    holders: dict[str, str] = {}
    for name, entry in entries.items():
        if problem := _problem(entry):
            raise ConfigError(f"{name}: {problem}")
        if (other := holders.setdefault(entry.sha256, name)) != name:
            raise ConfigError(f"{name} has the token of {other}")
    return TokenBook((entry.sha256, _viewer(name, entry, networks)) for name, entry in entries.items())


def one_time_token(host: str) -> tuple[str, TokenBook]:
    """A new token that may do everything, for one run on this machine. Raises ``ConfigError`` beyond loopback."""
    if not is_loopback(host):
        raise ConfigError(f"whoever reaches {host} needs a token: CLOUDTAG_TOKENS_FILE says who has which")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    viewer = Viewer(name="one-time", role="platform")
    return token, TokenBook([(hashlib.sha256(token.encode()).hexdigest(), viewer)])


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _problem(entry: TokenEntry) -> str | None:
    if entry.role == "shop":
        if not entry.shops:
            return "a shop's token names its shops"
        return "a shop's token names its shops, no platforms" if entry.platforms else None
    if entry.shops:
        return f"the role {entry.role} sees all shops of its platforms, and names none"
    if entry.role == "auditor" and set(entry.scopes or ()) - set(_READ_ONLY):
        return "an auditor only reads"
    return None


def _viewer(name: str, entry: TokenEntry, networks: Networks) -> Viewer:
    every = _READ_ONLY if entry.role == "auditor" else SCOPES
    return Viewer(
        name=name,
        role=entry.role,
        shops=frozenset(ShopRef(networks[shop.platform], shop.shop_id) for shop in entry.shops),
        networks=frozenset(networks[platform] for platform in entry.platforms),
        scopes=frozenset(every if entry.scopes is None else entry.scopes),
        account_id=entry.account_id,
    )
