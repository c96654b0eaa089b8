"""One refund as its events describe it: the latest word on each point, and when each thing was first said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS

_NO_CARRIERS: Mapping[str, str] = {}
_NO_NUMBERS: frozenset[str] = frozenset()


def latest(events: Iterable[RefundChanged]) -> list[RefundChanged]:
    """Events in event-time order; the id decides between equal times, so that arrival order never does."""
    return sorted(events, key=lambda e: (e.occurred_at, e.event_id))


def own_unit(shop_id: str, refund_id: str) -> str:
    """The parcel of a refund that names no number."""
    return f"~{scoped(shop_id, refund_id)}"


def type_at(refund: RefundView, at_ms: int | None) -> str:
    """The type in force at a moment, or by now; before anything was said, what was said first."""
    return _in_force([(change.occurred_at, change.type) for change in refund.changes], at_ms)


def reason_at(refund: RefundView, at_ms: int | None) -> str:
    """The reason in force at a moment (F12), or by now; before anything was said, what was said first."""
    return _in_force([(change.occurred_at, change.reason) for change in refund.changes], at_ms)


def reasons_of(refund: RefundView) -> tuple[str, ...]:
    """Every reason given, in the order in which they were given first."""
    return tuple(dict.fromkeys(change.reason for change in refund.changes if change.reason != "unknown"))


def was_given_up(refund: RefundView, at_ms: int | None = None) -> bool:
    """Whether, by a moment or by now, the buyer had withdrawn it before any money moved: it asked for nothing (F6)."""
    if refund.status != "withdrawn" and all(change.status != "withdrawn" for change in refund.changes):
        return False
    said = [c.status for c in refund.changes if at_ms is None or c.occurred_at <= at_ms + CLOCK_TOLERANCE_MS]
    told = [status for status in said if status != "unknown"]
    return told[-1:] == ["withdrawn"] and "completed" not in told


def _in_force(said: list[tuple[int, str]], at_ms: int | None) -> str:
    """The shop's and the platform's clocks differ: what was said just after may have been said just before (F4)."""
    told = [(told_at, value) for told_at, value in said if value != "unknown"]
    before = [value for told_at, value in told if at_ms is None or told_at <= at_ms + CLOCK_TOLERANCE_MS]
    return before[-1] if before else next((value for _, value in told), "unknown")


class RefundView:
    """A refund's events in order and what they add up to. Fields an event leaves out keep what was said before."""

    __slots__ = (
        "amount_minor",
        "carrier",
        "carriers",
        "changes",
        "cleared_at",
        "completed",
        "currency",
        "filled",
        "is_offline",
        "lines",
        "modified_count",
        "named",
        "numbers",
        "order_id",
        "platform",
        "reason",
        "refund_id",
        "shop_id",
        "status",
        "told_outside",
        "type",
        "types",
        "uses",
        "waybill_no",
    )

    def __init__(self, events: Iterable[RefundChanged]) -> None:
        """`events`: all held events of one refund, at least one, in any order."""
        self.changes = latest(events)
        first = self.changes[0]
        self.refund_id, self.order_id = first.refund_id, first.order_id
        self.shop_id, self.platform = first.shop_id, first.platform
        self.type, self.reason, self.status = first.type, first.reason, first.status
        self.types: frozenset[str] = frozenset()
        """Every type it was said to be of."""
        self.lines: tuple[Goods, ...] = ()
        self.amount_minor: int | None = None
        self.currency: str | None = None
        """Of the amount; none: the order's."""
        self.waybill_no: str | None = None
        self.carrier: str | None = None
        self.carriers: Mapping[str, str] = _NO_CARRIERS
        """By return number, the courier last named with it, as it was written."""
        self.told_outside: frozenset[str] = _NO_NUMBERS
        """The numbers that were told outside the platform."""
        self.filled: RefundChanged | None = None
        self.named: dict[str, RefundChanged] = {}
        """Every number it ever named, in the order of their first naming, those taken back among them."""
        self.numbers: dict[str, RefundChanged] = {}
        """The return numbers it ever named and the platform did not take back, each with its first naming (F7)."""
        self.cleared_at: dict[str, int] = {}
        """When the platform took back a number that it had named and has not named again."""
        self.is_offline = False
        self.uses: Any = None
        """What was made of the numbers it named, by whom it concerns; None when an event of it came since."""
        self.modified_count = 0
        self.completed: RefundChanged | None = None
        """The event that first said that the money was paid."""
        for change in self.changes:
            self._take(change)

    def add(self, change: RefundChanged) -> None:
        """Take in an event later than all the view knows."""
        self.changes.append(change)
        self._take(change)

    @property
    def opened(self) -> RefundChanged:
        """The first event of the refund."""
        return self.changes[0]

    def is_offline_number(self, waybill_no: str) -> bool:
        """Whether a number was told outside the platform."""
        return waybill_no in self.told_outside

    def carrier_of(self, waybill_no: str) -> str | None:
        """The courier last named with a return number, as it was written."""
        return self.carriers.get(waybill_no)

    @property
    def unit(self) -> str:
        """The parcel it comes back in: its return number, or the refund itself while it names none."""
        return self.waybill_no or own_unit(self.shop_id, self.refund_id)

    def _take(self, change: RefundChanged) -> None:
        self.uses = None
        if change.type != "unknown":
            self.type, self.types = change.type, self.types | {change.type}
        self.reason = change.reason if change.reason != "unknown" else self.reason
        self.status = change.status if change.status != "unknown" else self.status
        self.lines = change.lines or self.lines
        self.amount_minor = change.amount_minor if change.amount_minor is not None else self.amount_minor
        self.currency = change.currency or self.currency
        self.modified_count += change.status == "modified"
        if change.status == "completed" and self.completed is None:
            self.completed = change
        if change.waybill_no is not None:
            self._say(change, change.waybill_no)
        if change.waybill_cleared:
            self._clear(change)
        elif change.waybill_no is not None:
            self._fill(change, change.waybill_no)

    def _say(self, change: RefundChanged, number: str) -> None:
        """What is said of a number beside the number itself; whoever takes one back says nothing of its courier."""
        if change.carrier and not change.waybill_cleared:
            self.carriers = {**self.carriers, number: change.carrier}
        if change.offline:
            self.told_outside |= {number}

    def _fill(self, change: RefundChanged, number: str) -> None:
        self.named.setdefault(number, change)
        self.cleared_at.pop(number, None)
        self.numbers.setdefault(number, change)
        if number != self.waybill_no:
            self.waybill_no, self.filled, self.carrier, self.is_offline = number, change, None, False
        self.carrier = change.carrier or self.carrier
        self.is_offline = self.is_offline or change.offline

    def _clear(self, change: RefundChanged) -> None:
        """The platform took a number back, where it does not say which, the latest; one named before stands again."""
        number = change.waybill_no or self.waybill_no
        if number is None or self.numbers.pop(number, None) is None:
            return
        self.cleared_at[number] = change.occurred_at
        if number == self.waybill_no:
            self.waybill_no, self.filled, self.carrier, self.is_offline = None, None, None, False
            for earlier, named in list(self.numbers.items())[-1:]:
                self._fill(named, earlier)
