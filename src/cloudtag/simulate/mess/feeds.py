"""What all parcels share: the Spring Festival, and hours or days in which nothing comes from a courier's feed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cloudtag.contract.events import Event, ParcelScanned
from cloudtag.simulate.delivery import DeliveryEntry
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.simulate.world import CARRIERS

CROWD_STARTS_MS = 1_736_121_600_000
"""2025-01-06T00:00:00Z, a Monday three weeks before the festival: when a crowd's first order is placed."""
FESTIVAL_BEGINS_MS = 1_737_993_600_000
"""2025-01-28 in Shanghai (16:00 UTC the day before): the eve of the Spring Festival of that year."""
FESTIVAL_ENDS_MS = FESTIVAL_BEGINS_MS + 8 * DAY_MS
"""The end of 2025-02-04 in Shanghai, the last of its public holidays."""
OUTAGE_HOURS = (5, 50)
"""Guess: in a quarter of a year a feed breaks off twice, for a morning and for a weekend, and what it had to say
is lost. Most outages lose nothing; what only comes late is no matter of event time."""

SilentSpan = tuple[int, int]
"""From a moment to a moment, milliseconds; the second is outside."""


@lru_cache(maxsize=64)
def outages(seed: int, days: int) -> dict[str, tuple[SilentSpan, ...]]:
    """When each courier's feed is silent, in a world of a seed; whole clock hours."""
    rng = random.Random(f"{seed}:outages")
    return {carrier: tuple(_outages_of(rng, days)) for carrier in CARRIERS}


def _outages_of(rng: random.Random, days: int) -> Iterator[SilentSpan]:
    for hours in OUTAGE_HOURS:
        start = CROWD_STARTS_MS + rng.randrange(days * 24) * HOUR_MS
        yield start, start + hours * HOUR_MS


def is_silent(silence: dict[str, tuple[SilentSpan, ...]], carrier: str | None, at: int) -> bool:
    """Whether nothing comes from a courier's feed at a moment."""
    return any(start <= at < end for start, end in silence.get(carrier or "", ()))


def swallow(
    silence: dict[str, tuple[SilentSpan, ...]], entries: Iterable[DeliveryEntry]
) -> tuple[list[DeliveryEntry], bool]:
    """The entries without the scans that were lost while a feed was silent, and whether there were any."""
    kept: list[DeliveryEntry] = []
    is_any_lost = False
    for entry in entries:
        event = entry[0]
        if isinstance(event, ParcelScanned) and is_silent(silence, event.carrier, event.occurred_at):
            is_any_lost = True
        else:
            kept.append(entry)
    return kept, is_any_lost


def pulse(seed: int, days: int, silence: dict[str, tuple[SilentSpan, ...]]) -> Iterator[Event]:
    """A scan of somebody's parcel every hour of every courier that is not silent.

    However few buyers a part of the world holds, its couriers are then as busy as in the whole.
    """
    for n in range(days * 24):
        at = CROWD_STARTS_MS + n * HOUR_MS
        for carrier in CARRIERS:
            if not is_silent(silence, carrier, at):
                yield _beat(seed, carrier, n, at)


def _beat(seed: int, carrier: str, hour: int, at: int) -> ParcelScanned:
    day, part = divmod(hour, 24)
    return ParcelScanned(
        f"{seed:x}pulse-{carrier}-{hour}",
        at,
        "taobao",
        carrier,
        f"{seed:x}P{carrier}{day}".upper(),
        None,
        "accepted" if part == 0 else "departed" if part % 2 else "arrived",
        f"hub-{(day + part) % 24}-in",
        package="box",
        weight_grams=900,
    )
