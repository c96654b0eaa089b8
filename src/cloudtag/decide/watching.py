"""Which of the answers that were given no longer hold: asked again when something they may rest on has changed. Pure.

An answer is told of once for each change: what was told is remembered, and read back from the stream of changes by who
starts again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven
from cloudtag.decide.asking import asked_again
from cloudtag.decide.decider import Decider, GivenAnswers
from cloudtag.decide.standing_view import StandingView, ViewPlace
from cloudtag.decisions.decision_answers import LastTold, changed
from cloudtag.gc_tuning import UncollectedDict


class AnswerWatch:
    """Watches the answers that are remembered."""

    def __init__(self, view: StandingView, decider: Decider, answers: GivenAnswers) -> None:
        self._view = view
        self._decider = decider
        self._answers = answers
        self._places: dict[ViewPlace, dict[str, None]] = UncollectedDict()
        self._told: dict[str, LastTold] = UncollectedDict()
        self._due: OrderedDict[str, None] = OrderedDict()
        self._all: list[str] = []
        """Those that are due because all were, in the order in which they are taken from its end."""

    @property
    def due(self) -> int:
        """How many answers are to be looked at."""
        return len(self._due) + len(self._all)

    def add(self, given: DecisionGiven, *, is_own: bool) -> None:
        """An answer was given, here just now or by another instance, so that it may not hold any more."""
        if self._answers.get(given.decision_id) is not None:
            return
        for place in self._found_by(given):
            self._places.setdefault(place, {})[given.decision_id] = None
        if (gone := self._answers.add(given)) is not None:
            self._forget(gone)
        if given.given_by != "view" or not is_own:
            self._due[given.decision_id] = None

    def tell(self, change: DecisionChanged) -> None:
        """A change was told, here or by another instance; an earlier one says nothing more."""
        known = self._told.get(change.decision_id)
        if known is None or known.changes <= change.revision:
            self._told.pop(change.decision_id, None)
            self._told[change.decision_id] = LastTold(change.answer, change.revision + 1)
        # Those told of longest ago are of answers that nobody remembers here any more.
        while len(self._told) > self._answers.most:
            self._told.pop(next(iter(self._told)))

    def touch(self, places: Iterable[ViewPlace]) -> None:
        """Something stands differently there: what may rest on it is to be looked at."""
        for place in places:
            self._due.update(self._places.get(place, {}))

    def touch_all(self) -> None:
        """All are to be looked at: what happened meanwhile was not seen."""
        self._all = self._answers.ids()[::-1]

    def look(self, most: int, is_mine: Callable[[DecisionGiven], bool]) -> list[DecisionChanged]:
        """Look at so many of those that are due; what is to be told of them. `is_mine`: whose it is to tell of it.

        What is told is not due any more: whoever cannot tell it puts it back with `put_back`.
        """
        found = []
        for decision_id in self._next(most):
            given = self._answers.get(decision_id)
            asked = None if given is None else asked_again(given, self._decider.networks)
            if given is None or asked is None or not is_mine(given) or not self._has_come(given):
                continue
            now = self._decider.decide(asked)
            if now.given_by != "view":
                self._due[decision_id] = None
                continue
            change = changed(given, now, self._told.get(decision_id, LastTold(given.answer)))
            if change is not None:
                found.append(change)
        return found

    def put_back(self, changes: Iterable[DecisionChanged]) -> None:
        """They could not be told, and are due again."""
        self._due.update(dict.fromkeys(change.decision_id for change in changes))

    def _next(self, most: int) -> list[str]:
        """So many that are due, those first of which something has changed; no answer twice."""
        ids = [self._due.popitem(last=False)[0] for _ in range(min(most, len(self._due)))]
        while self._all and len(ids) < most:
            ids.append(self._all.pop())
        return list(dict.fromkeys(ids))

    def _has_come(self, given: DecisionGiven) -> bool:
        """Whether what an answer supposed was published: before, what stands says nothing of it, for or against."""
        return all(
            self._view.has_seen((ground.stream, "", "", ground.id), ground.revision) for ground in given.supposed
        )

    def _found_by(self, given: DecisionGiven) -> tuple[ViewPlace, ...]:
        asked = asked_again(given, self._decider.networks)
        return () if asked is None else self._view.places_of(asked.network, asked.buyer_id, asked.question)

    def _forget(self, gone: DecisionGiven) -> None:
        self._told.pop(gone.decision_id, None)
        self._due.pop(gone.decision_id, None)
        for place in self._found_by(gone):
            ids = self._places.get(place, {})
            ids.pop(gone.decision_id, None)
            if not ids:
                self._places.pop(place, None)
