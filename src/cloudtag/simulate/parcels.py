"""A courier's scans, from acceptance to signature."""

import random
from collections.abc import Sequence
from typing import Protocol

from cloudtag.contract.events import Event, ParcelScanned
from cloudtag.contract.types import PackageKind, ScanKind, SignerKind

LEGS: tuple[tuple[ScanKind, float, bool], ...] = (
    ("accepted", 0.0, True),
    ("departed", 0.15, True),
    ("arrived", 0.7, False),
    ("out_for_delivery", 0.85, False),
    ("signed", 1.0, False),
)
"""The scans of a parcel, the share of the transit time after which each happens, and whether it is at the origin."""

LOST_AFTER = 2
"""A lost parcel is not seen again after this many scans."""


class ScanScript(Protocol):
    """What scans can be added to (an attack script)."""

    rng: random.Random

    def add(self, event: Event, late_ms: int | None = None) -> None:
        """Add an event."""
        ...

    def next_event_id(self) -> str:
        """A fresh event id."""
        ...


def carry(
    teller: ScanScript,
    parcel: tuple[str, str],
    cities: tuple[int, int],
    times: tuple[int, int],
    signer: SignerKind,
    *,
    order_id: str | None = None,
    destination: str | None = None,
    package: PackageKind = "box",
    weight_grams: int | None = None,
    signed_late_ms: int | None = None,
    accepted_late_ms: int | None = None,
    is_lost: bool = False,
    platform: str = "taobao",
    facilities: Sequence[str] = (),
) -> int:
    """Add the scans of a parcel (carrier, number) between two cities.

    `times`: when it is accepted and how long it travels. The late arguments deliver the first or the last scan that
    much after it happened; `facilities` names those of the five scans, where they are not the usual. Returns when it
    was (or, if lost, would have been) signed for.
    """
    start, transit = times
    weight = teller.rng.randrange(200, 4000) if weight_grams is None else weight_grams
    for n, (scan, share, is_origin) in enumerate(LEGS[:LOST_AFTER] if is_lost else LEGS):
        late = accepted_late_ms if n == 0 else signed_late_ms if scan == "signed" else None
        event = ParcelScanned(
            teller.next_event_id(),
            start + int(transit * share),
            platform,
            *parcel,
            order_id,
            scan,
            facilities[n] if facilities else facility(cities[0], "out") if is_origin else facility(cities[1], "in"),
            destination,
            package,
            weight,
            signer if scan == "signed" else None,
        )
        teller.add(event, late)
    return start + transit


def facility(city: int, side: str) -> str:
    """A courier's building: parcels leave a city through one and reach it through another."""
    return f"hub-{city}-{side}"
