"""Which alerts have nothing to do with each other: of different scenarios, and not resting on the same events."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from cloudtag.contract.records import Alert

_STRONG = ("high", "critical")
_BACKGROUND = ("orders", "shops")
_CHOICES, _STEPS = 8, 2000
"""So many alerts of one scenario are tried, in so many steps at most: more say nothing new."""


class GroundedAlert(NamedTuple):
    """An alert, and the events that it rests on."""

    alert: Alert
    events: frozenset[str]


_Ease = tuple[int, int, str]
"""On how many events an alert rests, when it was decided, and its id."""
_by_ease = itemgetter(0)


class Window:
    """The signals of one window, to which more are added at its end; and how many of them are independent."""

    def __init__(self, told: Sequence[GroundedAlert], first: int) -> None:
        """`told`: all signals, oldest first; the window begins with the one in place `first`."""
        self._told, self.first, self._end = told, first, first
        self._known: dict[str, set[frozenset[str]]] = {}
        self._choices: dict[str, list[tuple[_Ease, GroundedAlert]]] = {}
        """By scenario. Those that rest on little stand in the way of few others: they come first."""
        self._count: int | None = None

    def independent(self, end: int) -> int:
        """The most scenarios of which one alert each can be told apart from all the others, up to the place `end`."""
        for signal in self._told[self._end : end]:
            self._add(signal)
        self._end = end
        if self._count is None:
            choices = [[signal for _, signal in found] for _, found in sorted(self._choices.items())]
            self._count = _most_apart(sorted(choices, key=len), [], [_STEPS])
        return self._count

    def _add(self, signal: GroundedAlert) -> None:
        known = self._known.setdefault(signal.alert.scenario, set())
        if signal.events in known:
            return
        known.add(signal.events)
        choices = self._choices.setdefault(signal.alert.scenario, [])
        ease = len(signal.events), signal.alert.decided_at, signal.alert.alert_id
        # Most of many change nothing: they rest on as much as others that came before.
        if len(choices) >= _CHOICES:
            if ease >= choices[-1][0]:
                return
            choices.pop()
        insort(choices, (ease, signal), key=_by_ease)
        self._count = None


def _most_apart(choices: Sequence[Sequence[GroundedAlert]], taken: list[GroundedAlert], steps: list[int]) -> int:
    """How many more than those taken can be told apart from all; after so many steps what was found until then."""
    if not choices:
        return 0
    most = 0
    for signal in choices[0]:
        if steps[0] <= 0 or most == len(choices):
            return most
        steps[0] -= 1
        if not any(_is_one(signal, other) for other in taken):
            most = max(most, 1 + _most_apart(choices[1:], [*taken, signal], steps))
    return most if most == len(choices) else max(most, _most_apart(choices[1:], taken, steps))


def events_of(alert: Alert) -> frozenset[str]:
    """What an alert rests on; that there was an order or a shop at all only where it rests on nothing else."""
    told = {(each.stream, f"{each.stream} {each.event_id}") for each in alert.evidence}
    own = frozenset(name for stream, name in told if stream not in _BACKGROUND)
    return own or frozenset(name for _, name in told)


def _is_one(signal: GroundedAlert, other: GroundedAlert) -> bool:
    """Whether two alerts may tell of one thing."""
    if not signal.events.isdisjoint(other.events):
        return True
    one, two = signal.alert, other.alert
    is_strong = one.severity in _STRONG and two.severity in _STRONG
    return not is_strong and one.family == two.family and _orders(one) == _orders(two)


def _orders(alert: Alert) -> tuple[object, ...]:
    """The orders an alert names, each with its shop where it is known: two shops may use one number."""
    return alert.orders or (alert.shop_id, *alert.order_ids)
