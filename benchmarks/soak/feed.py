"""Events without end: simulated months, each later than the one before, so that as much expires as comes in."""

import re
from collections.abc import Iterator, Set
from typing import Any

import msgspec
from msgspec.structs import replace

from cloudtag.contract.events import ShopDescribed
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import LATEST_MS
from cloudtag.simulate import Profile, simulate

DAY_MS = 86_400_000
SPARE_MS = 730 * DAY_MS
ROUND_DAYS = 90
"""How far one round lies behind the one before it. What is held longest is held for 400 days: shops' questions."""
ROUNDS_HELD = 5
"""After so many rounds something expires of every kind."""
ROUNDS_KNOWN = 2
"""After so many rounds other people buy. A key keeps its facts as long as anything comes for it: the simulation's few
buyers, confirmed again and again over decades, would grow as their history does, and hide what leaks."""
KEPT_WITHOUT_END = frozenset({"violations", "abuses", "appeals", "erasures"})
"""What the rules keep for good is left out: it grows, as it must."""
SAID_ONCE = frozenset({"shops", "accounts"})
"""What is kept for good as well, and without which nobody could tag: it is sent once, not anew in every round."""
_BUYER, _HASH = re.compile(r"b[0-9a-f]+"), re.compile(r"(?:[0-9a-f]{16}){1,4}")
_SPREAD, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


def rounds(events: int, first: int = 0) -> Iterator[tuple[list[Any], int]]:
    """The events of one round after the other, in the order in which they arrive, and the event time of its end.

    They end before the last year that can be dated, 2099: what follows from an event lies after it.
    """
    number, starts_at = first, Profile().starts_at
    said, shown = set[str](), set[str]()
    while starts_at + number * ROUND_DAYS * DAY_MS < LATEST_MS - SPARE_MS:
        profile = Profile(events=events, seed=1_000 + number, starts_at=starts_at + number * ROUND_DAYS * DAY_MS)
        found = [event for event in simulate(profile).events() if STREAM_OF[type(event)] not in KEPT_WITHOUT_END]
        shown |= {value for event in found if isinstance(event, ShopDescribed) for value in _hashes_in(event)}
        yield (
            [of_others(event, number // ROUNDS_KNOWN, shown) for event in found if _is_new(event, said)],
            profile.starts_at + (ROUND_DAYS - 1) * DAY_MS,
        )
        number += 1


def _is_new(event: Any, said: set[str]) -> bool:
    """Whether it is not said again of a shop or an account; remembers what is."""
    if STREAM_OF[type(event)] not in SAID_ONCE:
        return True
    told = msgspec.json.encode(replace(event, event_id="", occurred_at=0)).decode()
    is_new = told not in said
    said.add(told)
    return is_new


def _hashes_in(shop: ShopDescribed) -> set[str]:
    """What a shop shows of itself: it stays what it is, whoever buys there."""
    single = (shop.phone_hash, shop.payment_hash)
    return {*filter(None, single), *shop.device_hashes, *shop.return_address_hashes}


def of_others(event: Any, generation: int, kept: Set[str] = frozenset()) -> Any:
    """The same about other buyers, with addresses, devices and pictures of their own; 0: about those it is about.

    `kept`: the hashes that stay, being the shops'.
    """
    if not generation:
        return event
    return msgspec.convert(_renamed(msgspec.to_builtins(event), generation, kept), type(event))


def _renamed(value: Any, generation: int, kept: Set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(each, generation, kept) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(each, generation, kept) for each in value]
    if not isinstance(value, str) or value in kept:
        return value
    if _BUYER.fullmatch(value):
        return f"b{int(value[1:], 16) + (generation << 40):x}"
    if _HASH.fullmatch(value):
        # The bits that differ between two hashes stay the same: pictures are compared by them.
        return f"{int(value[:16], 16) ^ (generation * _SPREAD & _MASK):016x}{value[16:]}"
    return value
