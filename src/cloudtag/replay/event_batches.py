"""Runs: events of neighbouring moments that may be judged in one go, because none of them can change another's story.

Judging moment by moment shows every alert that opens at one event and is withdrawn by a later one. A run shows the same
as long as nobody is in it twice, no shop speaks in it, no timer fires inside it, and it is shorter than anything a
detector waits for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged, ReturnInspected
from cloudtag.contract.scope import NETWORKS, Networks, scoped
from cloudtag.contract.streams import INPUTS
from cloudtag.engine.rows import NEVER

LONGEST_MS = 300_000
"""Event time between the first and the last moment of a run."""

_NAMES_WAYBILLS = frozenset((OrderChanged, RefundChanged, ReturnInspected))
_OF_SHOPS = frozenset(
    stream.struct for stream in INPUTS.values() if "buyer_id" not in stream.struct.__struct_fields__
) - {ParcelScanned}
"""What a shop says may be part of anybody's story."""


class EventBatches:
    """Cuts events in order of event time into runs. It remembers which buyers named which waybill."""

    def __init__(self, networks: Networks = NETWORKS) -> None:
        """No waybill is known. `networks`: in which a buyer's id means something."""
        self._networks = networks
        self._users: dict[str, tuple[str, ...]] = {}

    def end(self, events: Sequence[Any], start: int, timer_ms: int) -> int:
        """The index after the run that begins at `start`. `timer_ms`: when the next timer fires, or NEVER.

        All events of one moment belong to one run.
        """
        first_ms = moment_ms = events[start].occurred_at
        last_ms = first_ms + LONGEST_MS if timer_ms == NEVER else min(first_ms + LONGEST_MS, max(timer_ms, first_ms))
        seen: dict[str, int] = {}
        begun = start
        for at in range(start, len(events)):
            event = events[at]
            now_ms = event.occurred_at
            if now_ms != moment_ms:
                if now_ms > last_ms:
                    return at
                begun, moment_ms = at, now_ms
            if type(event) in _OF_SHOPS:
                if begun > start:
                    return begun
                last_ms = now_ms
                continue
            if type(event) is ParcelScanned:
                if seen.setdefault(event.waybill_no, now_ms) != now_ms:
                    return begun
                parties = self._users.get(event.waybill_no, ())
            else:
                parties = self._parties(event)
            for party in parties:
                if seen.setdefault(party, now_ms) != now_ms:
                    return begun
        return len(events)

    def _parties(self, event: Any) -> tuple[str, ...]:
        """Whose story a buyer's event belongs to: the buyer's, a parcel's, and that of all who named the parcel."""
        buyer = scoped(self._networks[event.platform], event.buyer_id)
        numbers = _numbers_of(event) if type(event) in _NAMES_WAYBILLS else ()
        parties = [buyer]
        for number in numbers:
            users = self._users.get(number, ())
            if buyer not in users:
                users = self._users[number] = (*users, buyer)
            parties += (number, *users)
        return tuple(dict.fromkeys(parties)) if numbers else (buyer,)


def _numbers_of(event: Any) -> tuple[str, ...]:
    named = () if event.waybill_no is None else (event.waybill_no,)
    if type(event) is OrderChanged and event.parcels:
        return (*named, *(parcel.waybill_no for parcel in event.parcels))
    return named
