"""What the decision service knows, put together: the view, who decides by it, and what becomes of what it reads."""

import time
from collections.abc import Mapping
from typing import Any

from cloudtag.config import Config
from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven
from cloudtag.decide.decider import Decider, GivenAnswers
from cloudtag.decide.standing_view import VIEWED, StandingView
from cloudtag.decide.watching import AnswerWatch
from cloudtag.policy.model import Policies
from streams.view.follower import TopicFollower

FOLLOWED = (*VIEWED, "decisions", "decision-changes")
"""The streams the service reads."""
BEHIND_SECONDS = 30.0
"""What stands is not known up to now for so long: not ready."""


class DecideState:
    """All that is held in memory; `take` is given every record that is read."""

    def __init__(self, config: Config, policies: Policies) -> None:
        self._most_bytes = config.view_bytes
        self._full_since_ms: int | None = None
        self.follower: TopicFollower | None = None
        self.view = StandingView(policies.networks)
        self.answers = GivenAnswers(config.decide_remembered)
        self.decider = Decider(self.view, policies, self.answers, clock=now_ms, as_of=lambda: self.as_of_ms)
        self.watch = AnswerWatch(self.view, self.decider, self.answers)

    @property
    def as_of_ms(self) -> int:
        """Until when what stands is known; not since there was no more room for it."""
        known = 0 if self.follower is None else self.follower.as_of_ms
        return known if self._full_since_ms is None else min(known, self._full_since_ms)

    @property
    def lag_seconds(self) -> float:
        """For how long what stands has not been known up to now."""
        return max(now_ms() - self.as_of_ms, 0) / 1000

    @property
    def obstacle(self) -> str | None:
        """Why the service is not ready, or none."""
        if self._full_since_ms is not None:
            return "more stands than CLOUDTAG_VIEW_BYTES holds"
        if self.follower is None or not self.follower.is_caught_up:
            return "what stands is being read"
        return "what stands is not known up to now" if self.lag_seconds > BEHIND_SECONDS else None

    def take(self, stream: str, record: Any) -> None:
        """A record was read."""
        take = _TAKE.get(stream)
        if take is not None:
            take(self, record)
            return
        if self.view.bytes > self._most_bytes:
            self._full_since_ms = self._full_since_ms or now_ms()
            return
        self.watch.touch(self.view.apply(record))

    def _given(self, given: DecisionGiven) -> None:
        self.watch.add(given, is_own=False)

    def _changed(self, change: DecisionChanged) -> None:
        self.watch.tell(change)


_TAKE: Mapping[str, Any] = {"decisions": DecideState._given, "decision-changes": DecideState._changed}


def now_ms() -> int:
    """The time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
