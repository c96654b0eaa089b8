"""A story run by the engine, in the order in which its events arrive, and what each moment changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from msgspec.structs import replace

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import REVERSIBLE, RecordKey, keep_latest, latest, record_key
from cloudtag.engine.rows import NEVER
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.replay.topology import Topology
from cloudtag.scenarios.scenario import Planned, Scenario, ScenarioError


class RecordChange(NamedTuple):
    """A record was published: what it said before (none: it is new), and what it says now."""

    stream: str
    before: Any
    after: Any


class RunMoment(NamedTuple):
    """What happened at one moment: an event, or none where time alone changed something."""

    at_ms: int
    planned: Planned | None
    changes: list[RecordChange]


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """A story as it was played: all of its events, and what time alone changed between them."""

    story: Scenario
    moments: list[RunMoment]

    @property
    def events(self) -> list[Any]:
        """The events in the order of their arrival, verdicts with the ids of the alerts they answer."""
        return [moment.planned.event for moment in self.moments if moment.planned is not None]

    def records(self, after_ms: int | None = None) -> list[tuple[str, Any]]:
        """The latest revision of every record with its stream, in the end or just after a moment."""
        moments = [moment for moment in self.moments if after_ms is None or moment.at_ms <= after_ms]
        known = latest(change.after for moment in moments for change in moment.changes)
        return [(key[0], record) for key, record in known.items()]


def play(story: Scenario, policies: Policies | None = None) -> ScenarioRun:
    """Run a story. Raises ScenarioError where it cannot happen as it is written."""
    return _Stage(story, policies or shipped()).run()


class _Stage:
    def __init__(self, story: Scenario, policies: Policies) -> None:
        self._story = story
        self._topology = Topology(policies)
        self._known: dict[RecordKey, Any] = {}

    def run(self) -> ScenarioRun:
        moments: list[RunMoment] = []
        for planned in sorted(self._story.events, key=lambda planned: planned.arrives_ms):
            moments += self._waits(planned.arrives_ms - 1)
            cast = self._cast(planned)
            moments.append(RunMoment(cast.arrives_ms, cast, self._changes(self._topology.feed([cast.event]))))
        if self._story.until_ms is not None:
            moments += self._waits(self._story.until_ms)
        if self._topology.too_late:
            raise ScenarioError(
                f"story {self._story.name}: {self._topology.too_late[0].event_id} is too late to be held"
            )
        return ScenarioRun(self._story, moments)

    def _waits(self, until_ms: int) -> Iterator[RunMoment]:
        """Event time moves on, one timer after the other."""
        while timers := [w for task in self._topology.tasks.values() if NEVER != (w := task.next_timer_ms) <= until_ms]:
            timer_ms = min(timers)
            if changes := self._changes(self._topology.pass_time(timer_ms)):
                yield RunMoment(timer_ms, None, changes)
        if changes := self._changes(self._topology.pass_time(until_ms)):
            yield RunMoment(until_ms, None, changes)

    def _changes(self, outputs: Iterable[Output]) -> list[RecordChange]:
        changes = []
        for output in outputs:
            if output.stream not in REVERSIBLE:
                continue  # a word that found nothing it could be about changes nothing that stands
            known = self._known.get(record_key(output.record))
            changes.append(RecordChange(output.stream, known, output.record))
            keep_latest(self._known, output.record)
        return changes

    def _cast(self, planned: Planned) -> Planned:
        """A verdict with the id of the alert it answers: the one of that detector about its buyer."""
        if planned.answers is None:
            return planned
        wanted = (planned.answers, planned.event.buyer_id)
        alerts = [r for r in self._known.values() if isinstance(r, Alert) and (r.detector, r.buyer_id) == wanted]
        if len(alerts) != 1:
            raise ScenarioError(
                f"story {self._story.name}: {len(alerts)} alerts {wanted[0]} about {wanted[1]} to answer"
            )
        return planned._replace(event=replace(planned.event, alert_id=alerts[0].alert_id))
