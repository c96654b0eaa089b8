"""What becomes of records on their way: numbers and couriers in other words, wrong clocks. The name is the kind."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec.structs import replace

from cloudtag.contract.events import Event, OrderChanged, ParcelScanned, RefundChanged
from cloudtag.simulate.delivery import DeliveryEntry
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS

OTHER_WORDS = {
    "sf": ("SF Express", "顺丰", "shunfeng"),
    "yto": ("YTO", "圆通速递", "yuantong"),
    "zto": ("ZTO Express", "中通"),
    "sto": ("STO", "申通快递"),
    "jdl": ("JDL", "京东物流"),
}
"""Names that couriers of the alias file go by."""
SHANGHAI_MS = 8 * HOUR_MS
"""How far local time is ahead of UTC."""
MOST_SKEWED_MINUTES = 9
"""Clocks differ by less than the tolerance of F4."""

Smudge = Callable[[random.Random, Event, str], Event]
"""Changes one record that names, or is a scan of, the parcel of the number given."""


def number_in_other_writing(rng: random.Random, event: Event, number: str) -> Event:
    """The buyer types the number as it is printed: in groups, with hyphens, in lower or upper case."""
    if not isinstance(event, RefundChanged) or event.waybill_no != number:
        return event
    joint = rng.choice((" ", "-", "  "))
    groups = [number[n : n + 4] for n in range(0, len(number), 4)]
    written = joint.join(groups)
    return replace(event, waybill_no=written.lower() if rng.random() < 0.5 else f" {written.upper()}")


def courier_in_other_words(rng: random.Random, event: Event, number: str) -> Event:
    """Shop or buyer spell the courier in their own way."""
    if not isinstance(event, RefundChanged | OrderChanged) or event.waybill_no != number or event.carrier is None:
        return event
    return replace(event, carrier=rng.choice(OTHER_WORDS[event.carrier]))


def local_time_as_utc(_: random.Random, event: Event, number: str) -> Event:
    """The courier's feed stamps Shanghai's time as UTC, and upstream knows it."""
    if not isinstance(event, ParcelScanned) or event.waybill_no != number:
        return event
    return replace(event, occurred_at=event.occurred_at + SHANGHAI_MS, time_is_local=True)


SMUDGES: tuple[Smudge, ...] = (number_in_other_writing, courier_in_other_words, local_time_as_utc)


def skew(rng: random.Random, entries: list[DeliveryEntry], number: str) -> list[DeliveryEntry]:
    """The courier's clock is some minutes fast or slow for one parcel."""
    off = rng.choice((-1, 1)) * rng.randrange(1, MOST_SKEWED_MINUTES + 1) * MINUTE_MS
    return [
        (replace(event, occurred_at=event.occurred_at + off), late_ms)
        if isinstance(event, ParcelScanned) and event.waybill_no == number
        else (event, late_ms)
        for event, late_ms in entries
    ]


def smudged(
    rng: random.Random, entries: list[DeliveryEntry], shares: dict[str, float]
) -> tuple[list[DeliveryEntry], list[str]]:
    """The entries as they arrive, and the kind of each smudge on each of their parcels."""
    kinds: list[str] = []
    numbers = dict.fromkeys(event.waybill_no for event, _ in entries if isinstance(event, ParcelScanned))
    for number in numbers:
        for smudge in SMUDGES:
            if rng.random() < shares.get(smudge.__name__, 0.0):
                kinds.append(smudge.__name__)
                entries = [(smudge(rng, event, number), late_ms) for event, late_ms in entries]
        if rng.random() < shares.get("skewed_clock", 0.0):
            kinds.append("skewed_clock")
            entries = skew(rng, entries, number)
    return entries, kinds
