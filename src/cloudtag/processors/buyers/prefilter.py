"""The prefilter: which signals a buyer has given, so that few of the detectors of the whole buyer are ever asked.

The signals are those that the detectors name, and those the processor itself goes by; nothing is listed here by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from cloudtag.detection.rule import Scope
from cloudtag.detection.signals import MARKED_RETURN, ORDER_LIMIT, SHOP_COMPLAINT, Signal
from cloudtag.detectors.registry import of_scope

OWN = (SHOP_COMPLAINT, ORDER_LIMIT, MARKED_RETURN)
"""Signals from which consequences follow by themselves."""
_OF_BUYER: tuple[Scope, ...] = ("buyer", "alerted")
"""The scopes of the detectors that look at the whole buyer."""
Watched = Mapping[type[Any], tuple[tuple[Signal, Callable[[Any], int]], ...]]
"""By kind of fact, the signals a fact may still give, each with what weighs it."""


class Prefilter:
    """The signals of one buyer's facts; facts may come in any order and more than once."""

    __slots__ = ("_tallies", "_watched", "seen")

    def __init__(self) -> None:
        """Nothing seen."""
        self.seen: frozenset[Signal] = frozenset()
        self._watched = _unseen(self.seen)
        self._tallies: dict[Signal, tuple[dict[str, int], set[str]]] = {}
        """What each order weighs, of signals that one order does not give, and the orders that are settled."""

    def note(self, fact: Any) -> None:
        """Take in what a fact signals. What was seen already is not looked for again."""
        for signal, weigh in self._watched.get(type(fact), ()):
            weight = weigh(fact)
            if weight and self._is_given(signal, fact, weight):
                self.seen |= {signal}
                self._watched = _unseen(self.seen)
                self._tallies.pop(signal, None)

    def _is_given(self, signal: Signal, fact: Any, weight: int) -> bool:
        if signal.at_least == 1:
            return weight > 0
        order_id = getattr(fact, "order_id", None)
        if order_id is None:
            return weight > 0
        tally = self._tallies.get(signal)
        if tally is None:
            tally = self._tallies[signal] = ({}, set())
        weights, settled = tally
        if weight < 0:
            settled.add(order_id)
            weights.pop(order_id, None)
            return False
        if order_id in settled:
            return False
        weights[order_id] = max(weight, weights.get(order_id, 0))
        return len(weights) >= signal.at_least or 0 < signal.or_total <= sum(weights.values())


@cache
def _signals() -> tuple[Signal, ...]:
    named = (signal for scope in _OF_BUYER for detector in of_scope(scope) for signal in detector.rule.signals)
    return tuple(dict.fromkeys((*OWN, *named)))


@lru_cache(maxsize=4096)
def _unseen(seen: frozenset[Signal]) -> Watched:
    """Shared by all buyers who have given the same signals."""
    watched: dict[type[Any], list[tuple[Signal, Callable[[Any], int]]]] = {}
    for signal in _signals():
        if signal not in seen:
            for kind, weigh in signal.weigh.items():
                watched.setdefault(kind, []).append((signal, weigh))
    return {kind: tuple(found) for kind, found in watched.items()}
