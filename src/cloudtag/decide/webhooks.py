"""Who is sent what, and how it is signed: Standard Webhooks, with a secret of each subscription.

Sent again, a message has the same id, so that whoever gets it twice knows.
"""

from __future__ import annotations

import binascii
import hmac
import re
import tomllib
from base64 import b64decode, b64encode
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from cloudtag.config import ConfigError, Secret
from cloudtag.contract.decision_records import AnswerKind
from cloudtag.contract.records import AlertStatus, Severity
from cloudtag.contract.scope import Networks
from cloudtag.detectors.registry import all_detectors
from cloudtag.serving.tokens import OwnShop
from cloudtag.serving.viewers import ShopRef

PREFIX = "whsec_"
LEAST_SECRET_BYTES = 24
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""A subscription's name becomes part of a consumer group's."""

WebhookTopic = Literal["decision-changes", "alerts"]
"""The streams of which a subscription may be sent records."""


class WebhookEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription in the file: where to, whose, of what, and where its secret is.

    `sends`: answers that no longer hold (`answers`: which ones), or alerts, whose revisions are to be of the
    `statuses`, `severities`, `scenarios` and `detectors` named. A list without a word in it means all. `historical`:
    also alerts of before the installation went live. `allow_private`: addresses of this machine and its network may be
    sent to, and without TLS.
    """

    url: Annotated[str, Meta(max_length=2048)]
    secret_file: str
    shops: tuple[OwnShop, ...] = ()
    sends: Annotated[tuple[WebhookTopic, ...], Meta(min_length=1)] = ("decision-changes",)
    answers: tuple[AnswerKind, ...] = ()
    statuses: tuple[AlertStatus, ...] = ()
    severities: tuple[Severity, ...] = ()
    scenarios: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    historical: bool = False
    allow_private: bool = False


class Webhook(Struct, frozen=True, kw_only=True):
    """A subscription, with its secret. Of what it names nothing, it wants everything."""

    name: str
    url: str
    secret: Secret
    shops: frozenset[ShopRef] = frozenset()
    sends: tuple[WebhookTopic, ...] = ("decision-changes",)
    answers: frozenset[AnswerKind] = frozenset()
    statuses: frozenset[AlertStatus] = frozenset()
    severities: frozenset[Severity] = frozenset()
    scenarios: frozenset[str] = frozenset()
    detectors: frozenset[str] = frozenset()
    historical: bool = False
    allow_private: bool = False

    @property
    def is_private_literal(self) -> bool:
        """Whether its address is a number, and no public one: nobody is asked for the address of that."""
        try:
            return not is_public(urlsplit(self.url).hostname or "")
        except ValueError:
            return False


def read_webhooks(path: Path, networks: Networks) -> list[Webhook]:
    """The subscriptions of a TOML file. Raises ``ConfigError``."""
    try:
        entries = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, WebhookEntry])
        return [_webhook(name, entry, networks, path.parent) for name, entry in entries.items()]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"CLOUDTAG_WEBHOOKS_FILE {path}: {error}") from None


def signed_headers(webhook: Webhook, message_id: str, body: bytes, at_seconds: int) -> dict[str, str]:
    """The headers that prove who sent it, and when."""
    signed = f"{message_id}.{at_seconds}.".encode() + body
    signature = b64encode(hmac.digest(_key(webhook.secret.reveal()), signed, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
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
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a name is of letters, digits, dots and dashes, 100 at most")
    if problem := _unused(entry):
        raise ValueError(f"{name}: {problem}")
    parts = urlsplit(entry.url)
    if parts.scheme != "https" and not (entry.allow_private and parts.scheme == "http"):
        raise ValueError(f"{name}: url begins with https://")
    if not parts.hostname or parts.username or parts.password:
        raise ValueError(f"{name}: url is an address alone")
    secret = Secret((folder / entry.secret_file).read_text(encoding="utf-8").strip())
    if len(_key(secret.reveal(), name)) < LEAST_SECRET_BYTES:
        raise ValueError(f"{name}: its secret has fewer than {LEAST_SECRET_BYTES} bytes")
    return Webhook(
        name=name,
        url=entry.url,
        secret=secret,
        shops=frozenset(ShopRef(networks[shop.platform], shop.shop_id) for shop in entry.shops),
        sends=tuple(dict.fromkeys(entry.sends)),
        answers=frozenset(entry.answers),
        statuses=frozenset(entry.statuses),
        severities=frozenset(entry.severities),
        scenarios=frozenset(entry.scenarios),
        detectors=frozenset(entry.detectors),
        historical=entry.historical,
        allow_private=entry.allow_private,
    )


def _unused(entry: WebhookEntry) -> str | None:
    """What is said of records that are not sent, or of words that are none."""
    of_alerts = ("statuses", "severities", "scenarios", "detectors", "historical")
    for name, stream in (("answers", "decision-changes"), *((name, "alerts") for name in of_alerts)):
        if getattr(entry, name) and stream not in entry.sends:
            return f"{name} is said of {stream}, which it is not sent"
    known = all_detectors()
    if unknown := set(entry.detectors) - known.keys():
        return f"{min(unknown)!r} is no detector"
    if unknown := set(entry.scenarios) - {detector.rule.scenario for detector in known.values()}:
        return f"{min(unknown)!r} is no scenario"
    return None


def _key(secret: str, name: str = "") -> bytes:
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"{name}: its secret is {PREFIX} and base64") from None
