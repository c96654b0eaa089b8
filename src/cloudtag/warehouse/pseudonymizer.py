"""Keyed hashes in place of whatever identifies a person.

A key is HMAC-SHA-256 over kind and value, cut to 128 bits and written in hex. A buyer's id means something only inside
a network of platforms (F1): the key of a buyer is SHA-256 over the network and such a key of the id, cut likewise, with
an `n` in front, so that namesakes have two. One secret serves one warehouse for good: under another secret the same
buyer would get a second key. The originals go to one table, `identities`.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256

from cloudtag.contract.named import NamedBuyer, replace_word
from cloudtag.contract.scope import NETWORKS

ENTRY_BYTES = 320
"""What a remembered key takes besides the value it is of."""
LEAST_BYTES = 16
"""Of a secret: as many as a key has, so that the secret is no easier to guess."""
KEY_BYTES = 16
BUYER = "buyer"
"""The kind of what names a buyer."""
SHOWN = 12
"""So much of a key stands in texts."""


class Pseudonymizer:
    """Turns identifying values into keys, and remembers which originals are still to be stored."""

    def __init__(self, secret: bytes, cache_bytes: int = 64 << 20) -> None:
        """`secret`: at least 16 bytes; raises ValueError for fewer. `cache_bytes`: what remembered keys may take."""
        if len(secret) < LEAST_BYTES:
            raise ValueError(f"the secret for keyed hashes needs at least {LEAST_BYTES} bytes")
        self._secret = secret
        self._keys: dict[tuple[str, str], str] = {}
        """By kind and value; the kind of a buyer has the network in it."""
        self._cache_bytes, self._held_bytes = cache_bytes, 0
        self._month = 0
        self.fresh: dict[tuple[str, str], str] = {}
        """(kind, key) → original, not stored yet since this process started or since the month turned."""

    @property
    def mark(self) -> str:
        """Says which secret this is without revealing it."""
        return self._digest("mark", "cloudtag")

    def key(self, kind: str, value: str | None) -> str:
        """The key of a value; '' where there is none."""
        if not value:
            return ""
        known = self._keys.get((kind, value))
        if known is not None:
            return known
        if self._held_bytes >= self._cache_bytes:
            self._forget_all()
        self._held_bytes += ENTRY_BYTES + len(value)
        key = self._digest(kind, value)
        # In this order: what another thread finds remembered is stored, or is to be.
        self.fresh[kind, key] = value
        self._keys[kind, value] = key
        return key

    def buyer(self, platform: str, buyer_id: str | None) -> str:
        """The key of a buyer of a platform's network; '' where there is none."""
        if not buyer_id:
            return ""
        network = NETWORKS[platform]
        known = self._keys.get((_kind(network), buyer_id))
        if known is not None:
            return known
        if self._held_bytes >= self._cache_bytes:
            self._forget_all()
        self._held_bytes += ENTRY_BYTES + len(buyer_id)
        key = self._buyer_digest(network, buyer_id)
        self.fresh[BUYER, key] = buyer_id
        self._keys[_kind(network), buyer_id] = key
        return key

    def buyers(self, named: Iterable[tuple[str, str | None]]) -> list[str]:
        """What `buyer` says of each platform and id: a block names few platforms, and mostly buyers known by then."""
        keys, buyer, kinds, found = self._keys, self.buyer, dict[str, str](), list[str]()
        for platform, buyer_id in named:
            if not buyer_id:
                found.append("")
                continue
            kind = kinds.get(platform) or kinds.setdefault(platform, _kind(NETWORKS[platform]))
            found.append(keys.get((kind, buyer_id)) or buyer(platform, buyer_id))
        return found

    def mask_buyer(self, platform: str, buyer_id: str) -> str:
        """The key of a buyer whose original is not to be stored."""
        network = NETWORKS[platform]
        return self._keys.get((_kind(network), buyer_id)) or self._buyer_digest(network, buyer_id)

    def forget_buyer(self, platform: str, buyer_id: str) -> str:
        """The key of a buyer; whatever is remembered of them is not any more."""
        network = NETWORKS[platform]
        self._keys.pop((_kind(network), buyer_id), None)
        key = self._buyer_digest(network, buyer_id)
        self.fresh.pop((BUYER, key), None)
        return key

    def redact(self, text: str, buyers: Iterable[NamedBuyer]) -> str:
        """A text in which each buyer who stands there as a word of its own is replaced by the start of the key."""
        for named in buyers:
            if named.word in text:
                text = replace_word(text, named.word, self.buyer(named.network, named.buyer_id)[:SHOWN])
        return text

    def rotate(self, at_ms: int) -> None:
        """Begin anew once in 30 days of broker time, so that originals still in use are stored again and live on."""
        month = at_ms // (30 * 86_400_000)
        if month > self._month:
            self._month = month
            self._forget_all()

    def _forget_all(self) -> None:
        self._keys.clear()
        self._held_bytes = 0

    def _buyer_digest(self, network: str, buyer_id: str) -> str:
        return "n" + sha256(f"{network}/{self._digest(BUYER, buyer_id)}".encode()).hexdigest()[: 2 * KEY_BYTES]

    def _digest(self, kind: str, value: str) -> str:
        return hmac.digest(self._secret, f"{kind}:{value}".encode(), "sha256")[:KEY_BYTES].hex()


def _kind(network: str) -> str:
    """Under which a buyer's key is remembered: it has the network in it."""
    return f"{BUYER}/{network}"
