"""A number that waits for its first scan: its buyer's keyed state learns in which hours the courier was silent (F10).

It is published anew when a silence begins and when it ends, which the courier's own scans or the time that passes show;
as long as the courier carries on nothing changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from cloudtag.contract.couriers import HOUR_MS, CourierAsked, CourierBusy, CourierReported
from cloudtag.contract.scope import scoped
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.parcels.bounds import KNOWN_HOURS, MAX_HOURS

_LONGEST_HOURS = 45 * 24
"""So much of a wait is told of: one that is not over by then waits for a courier that is heard of no more."""


def _name(asked: CourierAsked) -> str:
    return scoped(asked.network, scoped(asked.buyer_id, asked.waybill_no))


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del policies
    held: Any = row.facts.values()
    asked: CourierAsked | None = next((fact for fact in held if fact.is_held), None)
    if asked is None:
        return EMPTY
    first = asked.occurred_at // HOUR_MS
    busy = _busy(state.row("hours"), first)
    silences, since = silent_spans(first, busy, max(now_ms, asked.reached_ms) // HOUR_MS)
    answer = CourierReported(
        0, True, asked.courier, asked.buyer_id, asked.waybill_no, asked.occurred_at,
        tuple((start * HOUR_MS, end * HOUR_MS) for start, end in silences),
        0 if since is None else since * HOUR_MS, asked.network,
    )  # fmt: skip
    judgement = Judgement(
        {answer.internal_id: Conclusion(answer.internal_id, asked.buyer_id, asked.occurred_at, answer)}
    )
    if since is None:
        # The first hour that may turn out to be silent, once it is over.
        hour = max(now_ms // HOUR_MS, first)
        while hour in busy:
            hour += 1
        if hour < first + _LONGEST_HOURS:
            judgement.timer_ms = (hour + 1) * HOUR_MS
    return judgement


def silent_spans(first: int, busy: Sequence[int], current: int) -> tuple[list[tuple[int, int]], int | None]:
    """The silences from an hour on, the last of them by its beginning alone if it goes on; hours by their number.

    `busy` in order. `current`: the hour that is not over yet. What comes after the longest time that is told of is left
    out.
    """
    limit = first + _LONGEST_HOURS
    spans: list[tuple[int, int]] = []
    start = first
    for hour in busy[bisect_left(busy, first) : bisect_left(busy, limit)]:
        if hour > start:
            spans.append((start, hour))
        start = hour + 1
    return spans, start if start < min(current, limit) else None


def _busy(hours: Row | None, first: int) -> list[int]:
    """The busy hours from an hour on, in order. Those that may have been let go count as busy: of an overfull row what
    lies before the oldest, and what lies so long before the newest that it is not known any more."""
    known = [] if hours is None else known_hours(hours).known
    if not known:
        return []
    begin = max(known[0] if len(known) >= MAX_HOURS else first, known[-1] - KNOWN_HOURS, first)
    return [*range(first, min(begin, first + _LONGEST_HOURS)), *known[bisect_left(known, begin) :]]


class _HoursSeen:
    """A courier's busy hours in order: many wait for one courier, and each reads them all."""

    __slots__ = ("known",)

    def __init__(self, hours: Row) -> None:
        facts: Any = hours.facts.values()
        self.known = sorted({fact.hour for fact in facts if type(fact) is CourierBusy and fact.is_held})

    def add(self, fact: object) -> bool:
        """One more hour in its place, mostly the last."""
        if type(fact) is CourierBusy and fact.is_held:
            known, hour = self.known, fact.hour
            if not known or hour > known[-1]:
                known.append(hour)
            elif known[place := bisect_left(known, hour)] != hour:
                known.insert(place, hour)
        return True


def known_hours(hours: Row) -> _HoursSeen:
    """The hours of a row, read once until one comes."""
    view = hours.view
    if view is None:
        view = hours.view = _HoursSeen(hours)
    assert isinstance(view, _HoursSeen)
    return view


WAITING = RowKind(
    name="waiting",
    letter="q",
    judge=_judge,
    holds=(Holds(CourierAsked, name=_name, identity=INTERNAL_ID),),
    tells=(CourierReported,),
    reads=(Reads("hours"),),
)
