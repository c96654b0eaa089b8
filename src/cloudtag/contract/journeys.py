"""What is told of a parcel's journey: the milestones some judgement reads, not every scan."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cloudtag.contract.types import PackageKind, SignerKind

Place = Literal[
    "not_handed_in",
    "on_the_way",
    "with_receiver",
    "waiting",
    "handed_over",
    "coming_home",
    "elsewhere",
]
"""Where a parcel is.

`with_receiver`: signed for by the recipient or the household, or collected; of an outbound parcel that is *with the
buyer*, of a return *with the shop*. `waiting`: in a locker or station, to be collected. `handed_over`: signed for by
somebody else, or by nobody named. `coming_home`: on its way back to its sender, or there. `elsewhere`: what its scans
say contradicts the order it was sent for.
"""


class ScanSeen(Struct, frozen=True, array_like=True, gc=False):
    """A scan a judgement may rest on. `is_time_local`: its time is local and was stamped as UTC."""

    event_id: str
    occurred_at: int
    scan: str
    facility: str | None = None
    signer: SignerKind | None = None
    is_time_local: bool = False


class JourneySeen(Struct, frozen=True, kw_only=True, gc=False):
    """One parcel's way under a number, as far as judgements read it.

    `courier` is its code, none if nobody ever named one. It began at `start_ms`, if only with a label; `end_ms`, its
    last scan, is told only where the number has several journeys, since otherwise it would change with every scan.

    `since` is the scan with which the parcel came to its `place` (never `elsewhere`: that depends on the order that
    asks), `delivered` the first one with which it was with the receiver, waiting or handed over and that nothing
    refuted, `received` the recipient's own signature or a collection, as long as it is with the receiver, `ended_by`
    the one that ended the journey.

    `destination_hash` and `order_id` are what was said last while it was bound for its receiver, each with the scan
    since which it was. `weights` are the grams it was weighed at, smallest first.

    Once it is signed for: whether that was where it was handed in (`stayed_inside`), and whether it had been elsewhere
    in between (`came_round`).

    Of a return number also: its `first` scan but the label's; once it is signed for, the `last`; and the scan with
    which it was `turned_back` though nobody had refused it.
    """

    courier: str | None
    start_ms: int
    place: Place
    end_ms: int | None = None
    since: ScanSeen | None = None
    delivered: ScanSeen | None = None
    received: ScanSeen | None = None
    ended_by: ScanSeen | None = None
    destination_hash: str | None = None
    destination: ScanSeen | None = None
    order_id: str | None = None
    order: ScanSeen | None = None
    weights: tuple[int, ...] = ()
    package: PackageKind = "unknown"
    first: ScanSeen | None = None
    last: ScanSeen | None = None
    stayed_inside: bool = False
    turned_back: ScanSeen | None = None
    is_time_uncertain: bool = False
    came_round: bool = False
