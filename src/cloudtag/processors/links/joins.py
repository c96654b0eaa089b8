"""Who learns of whom: the uses of one attribute, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from cloudtag.contract.links import AttributeUsed
from cloudtag.policy.model import LinkRules

Uses = list[AttributeUsed]
"""What buyers showed of one attribute."""
Person = tuple[str, str]
"""Network and buyer."""
ToldUses = dict[Person, tuple[AttributeUsed, ...]]
"""By buyer, the uses that are reported to that buyer's keyed state."""

MAX_TOLD = 20
"""Uses reported of one picture, and orders left unpaid reported of one buyer: an alert names no more."""
CLAIM_KINDS = frozenset(("area", "sku"))
"""Of attributes of these kinds nobody learns of others, unless somebody claims something."""
MAX_SALES = 3
"""Orders reported that name one article: one of a buyer who is not linked is enough."""
PHASH_BYTES = 8
"""A 64-bit perceptual hash is cut into eight bands; hashes at most six bits apart agree in at least two of them."""


def others_of(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """What is reported to each buyer's keyed state; those with nothing to learn are left out.

    Whoever asks who else ordered an article learns that nobody did, too.
    """
    kind = kind_of(attribute)
    found: ToldUses = {}
    for own in _by_network(uses) if kind in _OF_SHOPS else (uses,):
        found.update(_JOINS[kind](attribute, own, rules))
    return found if kind == "sku" else {party: others for party, others in found.items() if others}


def _by_network(uses: Uses) -> list[Uses]:
    networks: dict[str, Uses] = {}
    for use in uses:
        networks.setdefault(use.network, []).append(use)
    return list(networks.values())


def kind_of(attribute: str) -> str:
    """The kind of an attribute; an unheard-of one is joined as an address is."""
    kind = attribute.partition(":")[0]
    return kind if kind in _JOINS else "address"


def _buyers(uses: Iterable[AttributeUsed]) -> set[Person]:
    return {use.party for use in uses if use.buyer_id}


def _by_identity(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """Everybody of everybody else, unless there are too many: buyers, or shops kept by one agent."""
    del attribute
    parties = {(use.party, "" if use.buyer_id else use.shop_id) for use in uses}
    if len(parties) > rules.fan_out:
        return {}
    return {b: tuple(use for use in uses if use.party != b) for b in sorted(_buyers(uses))}


def _by_unpaid(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """As by identity, of each buyer the earliest orders."""
    by_buyer: dict[Person, Uses] = {}
    for use in sorted(uses, key=_moment):
        by_buyer.setdefault(use.party, []).append(use)
    return _by_identity(attribute, [use for own in by_buyer.values() for use in own[:MAX_TOLD]], rules)


def _by_area(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """Only of the claims of others: many people live in one area."""
    del attribute
    buyers = _buyers(uses)
    claims = [use for use in uses if use.claims]
    if not claims or len(buyers) > rules.area_fan_out:
        return {}
    return {b: tuple(use for use in claims if use.party != b) for b in sorted(buyers)}


def _by_sku(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """Whoever sent the article back learns of the earliest orders of others that name it, one of each buyer."""
    del attribute, rules
    sales: dict[Person, AttributeUsed] = {}
    for use in sorted((use for use in uses if not use.claims), key=_moment):
        sales.setdefault(use.party, use)
    seekers = sorted({use.party for use in uses if use.claims})
    return {party: tuple([sale for owner, sale in sales.items() if owner != party][:MAX_SALES]) for party in seekers}


def _by_picture(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """The buyer's own uses and the earliest others, unless all are in one refund or complaint."""
    del attribute, rules
    return _sampled(uses, lambda _own, _other: True)


def _by_phash(attribute: str, uses: Uses, rules: LinkRules) -> ToldUses:
    """The uses of pictures near to one of the buyer's own; each pair over the first pair of bands it agrees in."""
    bands = attribute.split(":")[1]

    def is_near(own: AttributeUsed, other: AttributeUsed) -> bool:
        if own.phash is None or other.phash is None:
            return False
        return hamming(own.phash, other.phash) <= rules.picture_bits and (
            first_common_bands(own.phash, other.phash) == bands
        )

    return _sampled(uses, is_near)


def _sampled(uses: Uses, is_near: Callable[[AttributeUsed, AttributeUsed], bool]) -> ToldUses:
    ordered = sorted(uses, key=_moment)
    told: ToldUses = {}
    for party in sorted(_buyers(uses)):
        own = [use for use in ordered if use.party == party]
        mine = tuple(islice(_near(own, ordered, is_near), MAX_TOLD))
        others = tuple(islice(_near([u for u in ordered if u.party != party], own, is_near), MAX_TOLD))
        told[party] = tuple(sorted({use.internal_id: use for use in (*mine, *others)}.values(), key=_moment))
    return told


def _near(uses: Uses, to: Uses, is_near: Callable[[AttributeUsed, AttributeUsed], bool]) -> Iterator[AttributeUsed]:
    """Those of the uses that come near to one of another refund or complaint."""
    for use in uses:
        if any(_matter(use) != _matter(u) and is_near(use, u) for u in to):
            yield use


def _matter(use: AttributeUsed) -> tuple[Person, str | None, str]:
    """The refund or complaint it is used in: its id means something only inside the shop."""
    return use.party, use.shop_id, use.subject


def _moment(use: AttributeUsed) -> tuple[int, str]:
    return use.occurred_at, use.internal_id


def hamming(one: str, other: str) -> int:
    """How many of 64 bits differ; both are 16 hex digits."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands_of(phash: str) -> list[str]:
    """The keys under which a picture can be found by a near one: every pair of its bands, as `ij:XXYY`."""
    raw = bytes.fromhex(phash).hex()
    parts = [raw[2 * n : 2 * n + 2] for n in range(PHASH_BYTES)]
    return [f"{i}{j}:{parts[i]}{parts[j]}" for i in range(PHASH_BYTES) for j in range(i + 1, PHASH_BYTES)]


def first_common_bands(one: str, other: str) -> str | None:
    """The first pair of bands in which two hashes agree, as `ij`."""
    equal = [str(n) for n, (a, b) in enumerate(zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)) if a == b]
    return "".join(equal[:2]) if len(equal) > 1 else None


_OF_SHOPS = ("area", "sku", "unpaid")
"""Kinds that name a shop: those of a namesake in another network are something else."""
_JOINS: dict[str, Callable[[str, Uses, LinkRules], ToldUses]] = {
    "address": _by_identity,
    "phone": _by_identity,
    "device": _by_identity,
    "payment": _by_identity,
    "unpaid": _by_unpaid,
    "area": _by_area,
    "sku": _by_sku,
    "picture": _by_picture,
    "phash": _by_phash,
}
