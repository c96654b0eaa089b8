"""What follows from one buyer's dealings in order: gone on with as they come, and as the oldest leave."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Any, Protocol

from benchmarks.peers.job import WINDOW_MS, is_alarming
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.revise import Conclusion

ROW_MS = 4 * 86_400_000
"""What a row spans: about what a batch does, so that it is written once or twice, and holds a handful of dealings. Rows
of a day would hold two, and four in five would be looked at only to find that a dealing is not in them."""


class Dealt(Protocol):
    """An order or a refund."""

    @property
    def event_id(self) -> str:
        """Its id."""
        ...

    @property
    def occurred_at(self) -> int:
        """When it was."""
        ...

    @property
    def kind(self) -> str:
        """Which of them it is."""
        ...

    @property
    def amount(self) -> int:
        """Of how much."""
        ...


def _place(dealing: Dealt) -> tuple[int, str]:
    """By what a buyer's dealings stand in order."""
    return dealing.occurred_at, dealing.event_id


def span(dealing: Dealt) -> str:
    """What names the row it lies in."""
    return str(dealing.occurred_at // ROW_MS)


class Told:
    """What follows from a buyer's dealings in order, as far as they were gone through.

    What comes behind all others is gone on with, as it is when the oldest leave; where one comes between them, all is
    gone through anew.
    """

    __slots__ = ("done", "first", "is_open", "judgement", "opened", "orders", "placed", "refunded", "refunds")

    def __init__(self, opened: Callable[[str, str, int, int, int, int], Any]) -> None:
        """`opened`: makes an alert of its id, the buyer's, when it opens, and the refunds, the orders and what was
        refunded by then."""
        self.opened, self.placed = opened, list[Dealt]()
        self._begin()

    def _begin(self) -> None:
        self.first = self.done = self.refunds = self.orders = self.refunded = 0
        self.is_open, self.judgement = False, EMPTY

    def add(self, dealing: Dealt) -> None:
        """Another one."""
        placed = self.placed
        if placed and dealing.occurred_at <= placed[-1].occurred_at and _place(dealing) < _place(placed[-1]):
            insort(placed, dealing, key=_place)
            self._begin()
        else:
            placed.append(dealing)

    def drop(self, name: str, count: int) -> bool:
        """Let so many go that lie in one row; whether they are the first in order, as they are but for chance."""
        placed = self.placed
        if span(placed[0]) != name:
            return False
        last_ms = placed[count - 1].occurred_at
        del placed[:count]
        if self.first < count:
            # They still count among the last that were looked at.
            self._begin()
            return True
        self.first, self.done = self.first - count, self.done - count
        told = self.judgement.conclusions
        left = {key: alert for key, alert in told.items() if alert.record.occurred_at > last_ms}
        if len(left) < len(told):
            self.judgement = Judgement(left)
        return True

    def go_on(self, buyer_id: str, horizon_ms: int) -> None:
        """Conclude what follows from those that were not looked at; an alert that began before the horizon is not
        told."""
        placed, first = self.placed, self.first
        for number in range(self.done, len(placed)):
            dealing = placed[number]
            at_ms = dealing.occurred_at
            edge = at_ms - WINDOW_MS
            while placed[first].occurred_at <= edge:
                self._count(placed[first], -1)
                first += 1
            self._count(dealing, 1)
            was_open, self.is_open = self.is_open, is_alarming(self.refunds, self.orders)
            since_ms = (placed[number - 1].occurred_at if number else 0) - WINDOW_MS
            if self.is_open and not was_open and since_ms >= horizon_ms:
                alert = self.opened(
                    f"{buyer_id}:{dealing.event_id}", buyer_id, at_ms, self.refunds, self.orders, self.refunded
                )
                concluded = Conclusion(alert.alert_id, buyer_id, since_ms, alert)
                # Another judgement only where it says something else: the very same needs no second look.
                self.judgement = Judgement({**self.judgement.conclusions, concluded.id: concluded})
        self.first, self.done = first, len(placed)

    def _count(self, dealing: Dealt, more: int) -> None:
        if dealing.kind == "refund":
            self.refunds += more
            self.refunded += more * dealing.amount
        else:
            self.orders += more
