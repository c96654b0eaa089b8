"""What a history holds: how far it reaches, how much of each stream, which optional fields are ever filled."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cloudtag.contract.streams import INPUTS, STREAM_OF

WANTED_DAYS = 180
"""The longest window of a detector: with less history it sees less than it will."""
DAY_MS = 86_400_000


class HistoryTally:
    """Counts events as they are read. Events from `live_since_ms` on are no history: they are only counted."""

    def __init__(self, live_since_ms: int) -> None:
        """Nothing is counted yet."""
        self.live_since_ms = live_since_ms
        self.counts: Counter[str] = Counter()
        self.live = 0
        self.earliest_ms: int | None = None
        self.latest_ms: int | None = None

    def takes(self, event: Any) -> bool:
        """Count an event; whether it is of the past."""
        at_ms: int = event.occurred_at
        if at_ms >= self.live_since_ms:
            self.live += 1
            return False
        self.counts[STREAM_OF[type(event)]] += 1
        self.earliest_ms = at_ms if self.earliest_ms is None else min(at_ms, self.earliest_ms)
        self.latest_ms = at_ms if self.latest_ms is None else max(at_ms, self.latest_ms)
        return True

    @property
    def total(self) -> int:
        """How many events are of the past."""
        return self.counts.total()

    @property
    def days(self) -> int:
        """How many whole days before going live the earliest event lies."""
        return 0 if self.earliest_ms is None else (self.live_since_ms - self.earliest_ms) // DAY_MS

    @property
    def gap_hours(self) -> int:
        """How many whole hours lie between the latest event and going live."""
        return 0 if self.latest_ms is None else (self.live_since_ms - self.latest_ms) // 3_600_000

    @property
    def missing(self) -> list[str]:
        """The input streams without any event."""
        return [stream for stream in INPUTS if not self.counts[stream]]
