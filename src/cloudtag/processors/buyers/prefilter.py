"""The prefilter: which signals a buyer has given, so that few of the detectors of the whole buyer are ever asked.

The signals are those that the detectors name, and those the processor itself goes by; nothing is listed here by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from msgspec import Struct, field

from cloudtag.contract.internal import InternalRecord
from cloudtag.detection.rule import Scope
from cloudtag.detection.signals import MARKED_RETURN, ORDER_LIMIT, SHOP_COMPLAINT, Signal
from cloudtag.detectors.registry import of_scope
from cloudtag.processors.buyers.empties import NO_GROUPS, own, with_one

OWN = (SHOP_COMPLAINT, ORDER_LIMIT, MARKED_RETURN)
"""Signals from which consequences follow by themselves."""
_OF_BUYER: tuple[Scope, ...] = ("buyer", "alerted")
"""The scopes of the detectors that look at the whole buyer."""
_MOST_ALIKE = 1024
"""So many facts that differ in what their weights follow from are remembered of each kind."""


_Order = tuple[str, str]
"""Shop and id: two shops may have one order number."""
_NO_ORDER: _Order = ("", "")
_NONE: frozenset[Signal] = frozenset()


class _Watch:
    """The signals that a fact of one kind may still change. Most facts weigh nothing, and are alike in that."""

    __slots__ = ("_by_fields", "_order", "alike", "fields", "is_counted", "is_record", "rest", "signals")

    def __init__(self, kind: type[Any], signals: Sequence[Signal]) -> None:
        """`signals`: all that weigh facts of the kind."""
        self.signals, self.is_record = signals, issubclass(kind, InternalRecord)
        self._order: Callable[[Any], _Order] | None = (
            attrgetter("shop_id", "order_id") if hasattr(kind, "order_id") else None
        )
        # The next revision of an internal record may weigh nothing: each is weighed for all.
        plain = [] if self.is_record else [signal for signal in signals if kind in signal.fields]
        self._by_fields = [(signal, signal.weigh[kind]) for signal in plain]
        self.rest = [(signal, signal.weigh[kind]) for signal in signals if signal not in plain]
        """The signals for which each fact is weighed, and how."""
        self.is_counted = any(signal.at_least > 1 for signal, _ in self.rest)
        """Whether it matters to any of them which order a fact is about, whatever it weighs."""
        named = [field for signal in plain for field in signal.fields[kind]]
        self.fields: Callable[[Any], Any] | None = attrgetter(*named) if named else None
        """What tells of a fact by which values the other signals weigh it."""
        self.alike: dict[Any, list[tuple[Signal, int]]] = {}
        """What facts weigh, by those values."""

    def order_of(self, fact: Any) -> _Order | None:
        """The order a fact is about, if it names any."""
        if self._order is None:
            return None
        order = self._order(fact)
        return order if order[1] else None

    def weigh(self, values: Any, fact: Any) -> Sequence[tuple[Signal, int]]:
        """What a fact weighs for the other signals, and all that agree in those values; where it is nothing, they are
        left out."""
        if len(self.alike) >= _MOST_ALIKE:
            self.alike.clear()
        weighed = [(signal, int(weigh(fact))) for signal, weigh in self._by_fields]
        found = self.alike[values] = [one for one in weighed if one[1]]
        return found


Watched = Mapping[type[Any], _Watch]
"""By kind of fact, the signals a fact may still change."""


class _Tally(Struct, gc=False):
    """What the facts that bear on one signal weigh."""

    weights: Mapping[_Order, int] = NO_GROUPS
    """The heaviest event of each order that still counts."""
    settled: Collection[_Order] = ()
    """The orders that count no more."""
    records: Mapping[str, tuple[_Order | None, int]] = NO_GROUPS
    """The order and the weight of each internal record, whose next revision may weigh less."""

    def is_given(self, signal: Signal) -> bool:
        """Whether all this amounts to the signal."""
        if not self.records and signal.at_least > 1:
            return len(self.weights) >= signal.at_least or 0 < signal.or_total <= sum(self.weights.values())
        weights = dict(self.weights)
        for name, (order, weight) in self.records.items():
            about = order or ("", name)
            weights[about] = max(weight, weights.get(about, 0))
        if signal.at_least == 1:
            return any(weight > 0 for weight in weights.values())
        if any(order is None and weight > 0 for order, weight in self.records.values()):
            return True
        ended = {order for order, weight in self.records.values() if order is not None and weight < 0}
        ended.update(self.settled)
        counted = [weight for order, weight in weights.items() if weight > 0 and order not in ended]
        return len(counted) >= signal.at_least or 0 < signal.or_total <= sum(counted)


def _all_watched() -> Watched:
    return _uncertain(_NONE)


class Prefilter(Struct, gc=False):
    """The signals of one buyer's facts: the same in whatever order the facts came, and however often."""

    seen: frozenset[Signal] = frozenset()
    _certain: frozenset[Signal] = frozenset()
    """Those that one event was enough for: no other fact takes them back."""
    _watched: Watched = field(default_factory=_all_watched)
    _tallies: Mapping[Signal, _Tally] = NO_GROUPS

    def note(self, fact: Any) -> bool:
        """Take in what a fact signals; whether a signal was seen until now and is no more."""
        watch = self._watched.get(type(fact))
        if watch is None:
            return False
        before = self.seen
        if watch.is_record:
            order = watch.order_of(fact)
            for signal, weigh in watch.rest:
                self._weigh_record(signal, fact, order, int(weigh(fact)))
        else:
            alike: Sequence[tuple[Signal, int]] = ()
            if watch.fields is not None:
                values = watch.fields(fact)
                known = watch.alike.get(values)
                alike = watch.weigh(values, fact) if known is None else known
            if alike or watch.rest:
                self._note_event(fact, watch, alike)
        return self.seen is not before and not before <= self.seen

    def _note_event(self, event: Any, watch: _Watch, alike: Sequence[tuple[Signal, int]]) -> None:
        """An event is there for good: one that weighs nothing changes nothing."""
        order = watch.order_of(event) if alike or watch.is_counted else None
        for signal, weight in alike:
            self._weigh_event(signal, order, weight)
        for signal, weigh in watch.rest:
            # Of an order that counts no more nothing has to be weighed, as of most.
            if signal.at_least > 1 and (tally := self._tallies.get(signal)) is not None and order in tally.settled:
                continue
            if weight := int(weigh(event)):
                self._weigh_event(signal, watch.order_of(event) if order is None else order, weight)

    def _weigh_event(self, signal: Signal, order: _Order | None, weight: int) -> None:
        is_seen = signal in self.seen
        if weight > 0 and (signal.at_least == 1 or order is None):
            self._be_certain(signal)
            return
        tally, about = self._tallies.get(signal), order or _NO_ORDER
        if tally is None:
            tally = self._tally_of(signal)
        elif about in tally.settled:
            return
        if weight > 0:
            if weight <= tally.weights.get(about, 0):
                return
            tally.weights = weights = own(tally.weights)
            weights[about] = weight
        else:
            tally.settled = with_one(tally.settled, about)
            if about in tally.weights:
                own(tally.weights).pop(about)
        # What weighs something ends no signal, and what settles an order begins none.
        if is_seen is not (weight > 0) and tally.is_given(signal) is not is_seen:
            self.seen = _but_for(self.seen, signal)

    def _weigh_record(self, signal: Signal, record: InternalRecord, order: _Order | None, weight: int) -> None:
        if not weight and signal not in self._tallies:
            return
        tally = self._tallies.get(signal) or self._tally_of(signal)
        tally.records = records = own(tally.records)
        records[record.internal_id] = order, weight
        if tally.is_given(signal) is not (signal in self.seen):
            self.seen = _but_for(self.seen, signal)

    def _be_certain(self, signal: Signal) -> None:
        """One event was enough."""
        if signal not in self.seen:
            self.seen = _but_for(self.seen, signal)
        if signal not in self._certain:
            self._certain = _but_for(self._certain, signal)
            self._watched = _uncertain(self._certain)
        if signal in self._tallies:
            own(self._tallies).pop(signal)

    def _tally_of(self, signal: Signal) -> _Tally:
        """A new one."""
        self._tallies = tallies = own(self._tallies)
        tally = tallies[signal] = _Tally()
        return tally


@lru_cache(maxsize=4096)
def _but_for(signals: frozenset[Signal], signal: Signal) -> frozenset[Signal]:
    """The same but for one: buyers give few combinations, and share them."""
    return signals ^ {signal}


def watched() -> frozenset[type[Any]]:
    """The types of facts that may signal anything."""
    return frozenset(_uncertain(frozenset()))


@cache
def _signals() -> tuple[Signal, ...]:
    named = (signal for scope in _OF_BUYER for detector in of_scope(scope) for signal in detector.rule.signals)
    return tuple(dict.fromkeys((*OWN, *named)))


@lru_cache(maxsize=4096)
def _uncertain(certain: frozenset[Signal]) -> Watched:
    """Shared by all buyers who have given the same signals for certain."""
    watched: dict[type[Any], list[Signal]] = {}
    for signal in _signals():
        if signal not in certain:
            for kind in signal.weigh:
                watched.setdefault(kind, []).append(signal)
    return {kind: _Watch(kind, found) for kind, found in watched.items()}
