"""Which shops stand for themselves: those that share an owner's phone, device or payment account count as one (F18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from cloudtag.contract.events import ShopDescribed

_DIGEST_BYTES = 8


def owner_marks(descriptions: Iterable[ShopDescribed], at_ms: int) -> tuple[str, ...]:
    """By what a shop's owner is known at an event time: short digests of its phone, devices and payment account.

    By the last description up to then, or by the first one after it. Two shops that share a mark have one owner.
    """
    ordered = sorted(descriptions, key=lambda said: (said.occurred_at, said.event_id))
    if not ordered:
        return ()
    said = next((one for one in reversed(ordered) if one.occurred_at <= at_ms), ordered[0])
    return _marks_of(said)


def all_marks(descriptions: Iterable[ShopDescribed]) -> tuple[str, ...]:
    """By what a shop's owner was ever known: what is shown no more shows all the same who belonged together."""
    return tuple(sorted({mark for said in descriptions for mark in _marks_of(said)}))


def _marks_of(said: ShopDescribed) -> tuple[str, ...]:
    named = [("phone", said.phone_hash), ("payment", said.payment_hash), *(("device", d) for d in said.device_hashes)]
    return tuple(sorted({_mark(kind, value) for kind, value in named if value is not None}))


def independent(marks: Mapping[str, Iterable[str]]) -> int:
    """How many owners those shops have; `marks`: by shop, what its owner is known by.

    Sharing carries on: where the first shares a phone with the second, and that one a device with the third, the three
    are one.
    """
    owners: list[set[str]] = []
    for shop_id, known in marks.items():
        own = {f"shop:{shop_id}", *known}
        joined = [other for other in owners if not own.isdisjoint(other)]
        owners = [other for other in owners if own.isdisjoint(other)]
        owners.append(own.union(*joined))
    return len(owners)


def _mark(kind: str, value: str) -> str:
    return blake2b(f"{kind}:{value}".encode(), digest_size=_DIGEST_BYTES).hexdigest()
