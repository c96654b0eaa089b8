"""Delivery: the order in which events arrive is not the order in which they happened, and some arrive twice."""

import heapq
import random
from collections.abc import Iterable, Iterator

from cloudtag.contract.events import Event
from cloudtag.simulate.delays import delay
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS, Profile

DeliveryEntry = tuple[Event, int | None]
"""An event and its extra delivery delay in milliseconds; none means the usual delay."""

LATE = delay(25 * MINUTE_MS, 4 * HOUR_MS, 12 * HOUR_MS)
"""How late a late event is."""
PROMPT_MS = 3000
"""An event that is not late arrives within this time."""
AGAIN_MS = HOUR_MS
"""A duplicate arrives within this time after its first copy."""


class Courier:
    """Holds events back until their delivery time has come; memory is bounded by what is under way."""

    def __init__(self, profile: Profile, rng: random.Random) -> None:
        """Draw all noise from `rng`."""
        self._late_share = profile.late_share
        self._duplicate_share = profile.duplicate_share
        self._rng = rng
        self._pending: list[tuple[int, int, Event]] = []
        self._count = 0

    def accept(self, entries: Iterable[DeliveryEntry]) -> None:
        """Take events in; those with a delay of their own keep it, all others get the usual noise."""
        random_share = self._rng.random
        for event, late_ms in entries:
            if late_ms is None:
                draw = random_share()
                late_ms = LATE.draw(self._rng) if draw < self._late_share else int(random_share() * PROMPT_MS)
            at = event.occurred_at + late_ms
            self._hold(at, event)
            if random_share() < self._duplicate_share:
                self._hold(at + int(random_share() * AGAIN_MS), event)

    def _hold(self, at: int, event: Event) -> None:
        self._count += 1
        # The count breaks ties, so that events themselves are never compared.
        heapq.heappush(self._pending, (at, self._count, event))

    def deliver_before(self, time_ms: int) -> Iterator[Event]:
        """Everything due before a time, in order of delivery."""
        pending = self._pending
        while pending and pending[0][0] < time_ms:
            yield heapq.heappop(pending)[2]

    def deliver_rest(self) -> Iterator[Event]:
        """Everything still held, in order of delivery."""
        pending = self._pending
        while pending:
            yield heapq.heappop(pending)[2]
