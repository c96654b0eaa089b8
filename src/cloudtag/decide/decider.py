"""Gives answers from the view, and the same one to the same request. No I/O: the clock and the view are given."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.contract.scope import Networks
from cloudtag.contract.types import EARLIEST_MS
from cloudtag.decide.asking import asked_again, is_same_question
from cloudtag.decide.judging import with_judgement
from cloudtag.decide.standing_view import StandingView
from cloudtag.decisions.decision_answers import DecisionAsked, KnownUntil, answered, decision_id
from cloudtag.policy.model import Policies
from cloudtag.serving.engine_way import EngineSaid


class OtherQuestionError(Exception):
    """The request's id was used for another question."""


class GivenAnswers:
    """The latest answers by id, as many as are remembered; one that is asked for again stays the longer."""

    def __init__(self, most: int) -> None:
        """`most`: so many are remembered; the one that was used longest ago goes first."""
        self.most = most
        self._known: OrderedDict[str, DecisionGiven] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def ids(self) -> list[str]:
        """The ids of all that are remembered."""
        return list(self._known)

    def get(self, decision_id: str) -> DecisionGiven | None:
        """The answer of that id, if it is remembered."""
        found = self._known.get(decision_id)
        if found is not None:
            self._known.move_to_end(decision_id)
        return found

    def add(self, given: DecisionGiven) -> DecisionGiven | None:
        """Remember an answer unless one of its id is; the one that was forgotten for it, if any."""
        if self._known.setdefault(given.decision_id, given) is not given or len(self._known) <= self.most:
            return None
        return self._known.popitem(last=False)[1]


class Decider:
    """Decides by what stands; `clock` gives milliseconds, `as_of` until when what stands is known."""

    def __init__(
        self,
        view: StandingView,
        policies: Policies,
        answers: GivenAnswers,
        *,
        clock: Callable[[], int],
        as_of: Callable[[], int],
    ) -> None:
        self._view = view
        self._policies = policies
        self._answers = answers
        self._clock = clock
        self._as_of = as_of

    @property
    def networks(self) -> Networks:
        """Which platforms share ids."""
        return self._policies.networks

    @property
    def now_ms(self) -> int:
        """The time, in milliseconds."""
        return self._clock()

    @property
    def as_of(self) -> int:
        """Until when what stands is known, in milliseconds."""
        return max(min(self._as_of(), self._clock()), EARLIEST_MS)

    def given(self, decision_id: str) -> DecisionGiven | None:
        """The answer of that id, if it is remembered."""
        return self._answers.get(decision_id)

    def given_before(self, asked: DecisionAsked) -> DecisionGiven | None:
        """The answer that the request has already. Raises ``OtherQuestionError`` where it asked something else."""
        known = self._answers.get(decision_id(asked))
        if known is None:
            return None
        before = asked_again(known, self.networks)
        if before is None or not is_same_question(before, asked):
            raise OtherQuestionError
        return known

    def decide(self, asked: DecisionAsked, said: EngineSaid | None = None) -> DecisionGiven:
        """The answer as of now, whatever was given before. `said`: what the engine says would follow as well."""
        known = KnownUntil(self._clock(), self.as_of)
        view = self._view
        if said is not None and said.records:
            places = view.places_of(asked.network, asked.buyer_id, asked.question)
            view = view.supposing(places, said.records)
        standing = view.asked_about(asked.network, asked.buyer_id, asked.question)
        given = answered(asked, standing, self._policies.at(asked.platform, known.asked_at), known)
        return given if said is None else with_judgement(given, said)
