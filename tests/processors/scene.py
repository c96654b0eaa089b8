"""One keyed state on a stage: what comes, what is published of it, which of its rows were judged for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtag.contract.events import Event
from cloudtag.contract.scope import scoped
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Judge
from cloudtag.engine.rows import Row
from tests.processors.probing import probe
from tests.processors.recorded import Recorded

HOUR = 3_600_000
DAY = 24 * HOUR
T0 = 1_772_409_600_000
"""2026-03-02T00:00:00Z, a Monday."""


class Scene(Recorded):
    """A topology of which one keyed state is watched: that of `plain` in the task of `processor`, in a network where
    the id means something only there."""

    def __init__(self, processor: str, plain: str, network: str = "taobao") -> None:
        super().__init__()
        self.task = self.tasks[processor]
        own: Any = self.task._processor
        self.key = plain if own.is_global else scoped(network, plain)
        self._judged: list[str] = []
        judging = self.task._row_judge
        judging._judges = {letter: self._watched(judge) for letter, judge in judging._judges.items()}

    @property
    def state(self) -> KeyedState:
        """The keyed state; an empty one if nothing is held."""
        return self.task.cache.get(self.key)

    def come(self, *facts: Any) -> list[Any]:
        """The outputs that these facts have brought, come in one batch; internal records included."""
        return self._played(lambda: self.feed(facts))

    def wait(self, now_ms: int) -> list[Any]:
        """The outputs until event time has come so far."""
        return self._played(lambda: list(self.pass_time(now_ms)))

    def judged(self, kind: str) -> set[str]:
        """The names of the rows of that kind that the last step had judged."""
        letter = self.state.letters[kind]
        return {row_id[1:] for row_id in self._judged if row_id[0] == letter}

    def row(self, kind: str, name: str = "") -> Row | None:
        """The row of that kind and name, if there is one."""
        return self.state.row(kind, name)

    def ids(self, kind: str, name: str = "") -> list[str]:
        """The ids of the facts which that row holds: of events those they came with, whatever their stream."""
        row = self.row(kind, name)
        facts = {} if row is None else row.facts
        return sorted(fact.event_id if isinstance(fact, Event) else fact_id for fact_id, fact in facts.items())

    def names(self, kind: str) -> list[str]:
        """The names of the rows of that kind that hold anything."""
        return sorted(row.name for row in self.state.rows_of(kind) if row.facts)

    def goes_after(self, last_ms: int, kind: str, name: str = "") -> bool:
        """Whether that row is there until event time is `last_ms`, and no millisecond longer."""
        self.wait(last_ms)
        was_there = self.row(kind, name) is not None
        self.wait(last_ms + 1)
        return was_there and self.row(kind, name) is None

    def probe(self) -> set[str]:
        """Judge every row again and again, which changes nothing; the ids of what is concluded of the keyed state."""
        probe(self.task)
        kinds, policies, now_ms = self.task._processor.kinds, self.task._processor.policies, self.task.watermark_ms
        rows = list(self.state.rows.values())
        return {told for row in rows for told in kinds.judge(self.state, row, policies, now_ms).conclusions}

    def _played(self, play: Callable[[], object]) -> list[Any]:
        self._judged.clear()
        self.published.clear()
        play()
        return list(self.published)

    def _watched(self, judge: Judge) -> Judge:
        def watched(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
            if state.key == self.key:
                self._judged.append(row.id)
            return judge(state, row, policies, now_ms)

        return watched
