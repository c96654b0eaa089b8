"""Who is sent the decisions that no longer hold, and what exactly: Standard Webhooks, signed with a secret of each.

The id of a message is that of its change. Sent again, it has the same one, so that whoever gets it twice knows.
"""

from __future__ import annotations

import binascii
import hmac
import tomllib
from base64 import b64decode, b64encode
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from cloudtag.config import ConfigError, Secret
from cloudtag.contract.decision_records import AnswerKind, DecisionChanged
from cloudtag.contract.replay_form import object_of
from cloudtag.contract.scope import Networks
from cloudtag.contract.times import rfc3339
from cloudtag.serving.tokens import OwnShop
from cloudtag.serving.viewers import ShopRef

PREFIX = "whsec_"
LEAST_SECRET_BYTES = 24
EVENT_TYPE = "decision.changed"


class WebhookEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription in the file: where to, whose, of which answers (none: all), and where its secret is.

    `allow_private`: addresses of this machine and its network may be sent to, and without TLS.
    """

    url: Annotated[str, Meta(max_length=2048)]
    secret_file: str
    shops: tuple[OwnShop, ...] = ()
    answers: tuple[AnswerKind, ...] = ()
    allow_private: bool = False


class Webhook(Struct, frozen=True):
    """A subscription, with its secret."""

    name: str
    url: str
    secret: Secret
    shops: frozenset[ShopRef]
    answers: frozenset[AnswerKind]
    allow_private: bool

    @property
    def is_private_literal(self) -> bool:
        """Whether its address is a number, and no public one: nobody is asked for the address of that."""
        try:
            return not is_public(urlsplit(self.url).hostname or "")
        except ValueError:
            return False

    def wants(self, change: DecisionChanged, networks: Networks) -> bool:
        """Whether a change is to be sent there."""
        shop = ShopRef(networks[change.platform], change.shop_id)
        return (not self.shops or shop in self.shops) and (not self.answers or change.answer in self.answers)


def read_webhooks(path: Path, networks: Networks) -> list[Webhook]:
    """The subscriptions of a TOML file. Raises ``ConfigError``."""
    try:
        entries = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, WebhookEntry])
        return [_webhook(name, entry, networks, path.parent) for name, entry in entries.items()]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"CLOUDTAG_WEBHOOKS_FILE {path}: {error}") from None


def body_of_change(change: DecisionChanged) -> bytes:
    """What is sent."""
    content = {"type": EVENT_TYPE, "timestamp": rfc3339(change.changed_at), "data": object_of(change)}
    return msgspec.json.encode(content)


def signed_headers(webhook: Webhook, change: DecisionChanged, body: bytes, at_seconds: int) -> dict[str, str]:
    """The headers that prove who sent it, and when."""
    signed = f"{change.change_id}.{at_seconds}.".encode() + body
    signature = b64encode(hmac.digest(_key(webhook.secret.reveal()), signed, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": change.change_id,
        "webhook-timestamp": str(at_seconds),
        "webhook-signature": f"v1,{signature}",
    }


def is_public(address: str) -> bool:
    """Whether an address is reached over the internet: none of this machine, its network, or of no use at all."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None and not inner.is_global:
            return False
    return found.is_global and not found.is_multicast


def _webhook(name: str, entry: WebhookEntry, networks: Networks, folder: Path) -> Webhook:
    """Raises ``ValueError``."""
    parts = urlsplit(entry.url)
    if parts.scheme != "https" and not (entry.allow_private and parts.scheme == "http"):
        raise ValueError(f"{name}: url begins with https://")
    if not parts.hostname or parts.username or parts.password:
        raise ValueError(f"{name}: url is an address alone")
    secret = Secret((folder / entry.secret_file).read_text(encoding="utf-8").strip())
    if len(_key(secret.reveal(), name)) < LEAST_SECRET_BYTES:
        raise ValueError(f"{name}: its secret has fewer than {LEAST_SECRET_BYTES} bytes")
    shops = frozenset(ShopRef(networks[shop.platform], shop.shop_id) for shop in entry.shops)
    return Webhook(name, entry.url, secret, shops, frozenset(entry.answers), entry.allow_private)


def _key(secret: str, name: str = "") -> bytes:
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"{name}: its secret is {PREFIX} and base64") from None
