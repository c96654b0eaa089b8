"""What was said of a buyer's complaints by events that name no order, and which orders that is about.

A complaint of the buyer's that no event names an order of is about the latest one at the shop before it. That is known
here without looking through all orders: of each shop they lie in the order in which they began, and so do the
complaints. Of most buyers there are no such words, and nothing is kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from operator import attrgetter

from msgspec import Struct

from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.scope import unscoped
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS

_MOMENT = attrgetter("occurred_at", "event_id")
Complaint = tuple[str, str]
"""A shop, and the complaint's id there."""
_At = tuple[int, str]
"""Event time, and what began then."""


class LooseWords(Struct):
    """The words by complaint, and the orders and complaints of each shop in order of time: the same in whatever order
    they came."""

    words: list[ComplaintChanged] = []
    by_complaint: dict[Complaint, list[ComplaintChanged]] = {}
    first: dict[Complaint, int] = {}
    """When the buyer's side was first heard, of complaints of the buyer's."""
    unnamed: set[Complaint] = set()
    """Those of them that no event names an order of."""
    waiting: dict[str, list[_At]] = {}
    """The same by shop, in order of time."""
    orders: dict[str, list[_At]] = {}
    """By shop, when each order began of which an event of its own is known, in order of time."""

    def add(self, word: ComplaintChanged, *, is_named: bool) -> set[str]:
        """Take in a word of a complaint, and whether another event names its order; the orders it was or is about."""
        about = complaint_of(word)
        before = self.subject(about)
        for words in (self.words, self.by_complaint.setdefault(about, [])):
            place = bisect_left(words, _MOMENT(word), key=_MOMENT)
            if words[place : place + 1] != [word]:
                words.insert(place, word)
        if word.complainant == "buyer":
            self._hear(about, word.occurred_at, is_named=is_named)
        return {name for name in (before, self.subject(about)) if name is not None}

    def _hear(self, about: Complaint, at_ms: int, *, is_named: bool) -> None:
        first = self.first.get(about)
        if first is not None and first <= at_ms:
            return
        self.first[about] = at_ms
        if is_named:
            return
        shop_id, complaint_id = about
        waiting = self.waiting.setdefault(shop_id, [])
        if first is not None:
            waiting.remove((first, complaint_id))
        insort(waiting, (at_ms, complaint_id))
        self.unnamed.add(about)

    def name(self, about: Complaint) -> str | None:
        """An event names the complaint's order: the one it was about until now."""
        before = self.subject(about)
        if about in self.unnamed:
            self.unnamed.remove(about)
            waiting = self.waiting[about[0]]
            waiting.remove((self.first[about], about[1]))
            if not waiting:
                del self.waiting[about[0]]
        return before

    def add_order(self, name: str, began_at: int, before: int | None = None) -> list[str]:
        """Take in when an order began, and when it was thought to have; the other orders that a complaint may have been
        about until now."""
        known = self.orders.setdefault(unscoped(name)[0], [])
        end = len(known)
        if before is not None:
            end = known.index((before, name))
            del known[end]
        place = bisect_left(known, (began_at, name))
        known.insert(place, (began_at, name))
        # Whatever began since then, until the order was thought to begin, and the one before.
        beside = known[max(place - 1, 0) : place] + (known[place + 1 : end + 1] if before is not None else [])
        return [other for _, other in beside]

    def subject(self, about: Complaint) -> str | None:
        """The order a complaint of the buyer's that names none is about, if there is any."""
        if about not in self.unnamed:
            return None
        known = self.orders.get(about[0], [])
        place = bisect_right(known, (self.first[about] + CLOCK_TOLERANCE_MS + 1, ""))
        return known[place - 1][1] if place else None

    def about(self, name: str, began_at: int | None, named: Iterable[Complaint]) -> list[ComplaintChanged]:
        """What is said of an order: the words of the complaints that it is `named` in, and of those that are about it
        because it is the latest."""
        meant = {*named, *self._meaning(name, began_at)}
        return [word for about in sorted(meant) for word in self.by_complaint.get(about, ())]

    def _meaning(self, name: str, began_at: int | None) -> list[Complaint]:
        shop_id = unscoped(name)[0]
        waiting = self.waiting.get(shop_id)
        if began_at is None or not waiting:
            return []
        known = self.orders[shop_id]
        place = bisect_left(known, (began_at, name)) + 1
        since = bisect_left(waiting, (began_at - CLOCK_TOLERANCE_MS, ""))
        until = bisect_left(waiting, (known[place][0] - CLOCK_TOLERANCE_MS, "")) if place < len(known) else len(waiting)
        return [(shop_id, complaint_id) for _, complaint_id in waiting[since:until]]


def complaint_of(event: ComplaintChanged) -> Complaint:
    """Which complaint an event is of."""
    return event.shop_id, event.complaint_id
