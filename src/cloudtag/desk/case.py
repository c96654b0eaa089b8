"""One case: an alert in every revision, the facts about it, what stands about its buyer; as a viewer may see them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.acts_told import acts_question
from cloudtag.desk.as_of import as_of
from cloudtag.desk.asking import Asking, DeskRow
from cloudtag.desk.beside_questions import beside_questions, beside_rows, record_row
from cloudtag.desk.case_questions import ALERT_SQL, fact_row, facts_question, in_order, scans_question
from cloudtag.desk.joined import Question
from cloudtag.explain.conditions import Difference, differences
from cloudtag.explain.stored import alert_of, event_of
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import Viewer


@dataclass(frozen=True, slots=True)
class CaseRevision:
    """One revision: the alert as it was then, when it was taken in, and what differs from the one before."""

    alert: Alert
    recorded_at: datetime
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class CaseFact:
    """An event about the case, and when it came. `mark`: the alert rests on it (`rests`), it refuted the alert
    (`refutes`), or it is there beside (empty)."""

    stream: str
    event: Any
    recorded_at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class ParcelTrack:
    """A parcel and its scans in order. `way`: out to the buyer, back to the shop, or not said (empty)."""

    waybill_no: str
    way: str
    scans: tuple[CaseFact, ...]


@dataclass(frozen=True, slots=True)
class DeskCase:
    """What a case page shows. `row` is the alert's newest revision as the warehouse holds it, and not for showing."""

    row: DeskRow
    alert: Alert
    revisions: tuple[CaseRevision, ...]
    facts: tuple[CaseFact, ...]
    parcels: tuple[ParcelTrack, ...]
    beside: Mapping[str, list[DeskRow]]
    """Rows about the buyer by what they are: `others`, `shops`, `tags`, `confirmations`, `reports`, `consequences`."""
    acts: Sequence[DeskRow]
    """What people did about it, the latest first, up to now."""
    asked: Mapping[str, list[DeskRow]]
    """Answers to what was asked beside, by name."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.alert.status in ("open", "upgraded")


Revisions = tuple[DeskRow, tuple[CaseRevision, ...]]
"""The newest row of an alert as the warehouse has it, and its revisions, oldest first."""
Beside = Callable[[DeskRow], Mapping[str, Question]]
"""What is to be asked beside about an alert, given its newest row, by name."""


async def revisions_of(asking: Asking, viewer: Viewer, alert_id: str) -> Revisions | None:
    """An alert in all its revisions; none where there is none in sight. Raises `NoAnswerError`."""
    return _revisions(viewer, await asking.rows(*_alert_question(alert_id, None)))


def _alert_question(alert_id: str, at: datetime | None) -> Question:
    return as_of((ALERT_SQL, {"alert_id": alert_id}), at)


def _revisions(viewer: Viewer, answer: Iterable[DeskRow]) -> Revisions | None:
    rows = [record_row("alerts", row["told"]) | {"recorded_at": row["recorded_at"]} for row in answer]
    told = [(row, seen_by(viewer, alert_of(_stored(row), {}))) for row in rows]
    if not told or told[-1][1] is None:
        return None
    found, before = list[CaseRevision](), None
    for row, alert in told:
        if alert is not None:
            found.append(CaseRevision(alert, row["recorded_at"], tuple(differences(before, alert)) if before else ()))
            before = alert
    return rows[-1], tuple(found)


def _nothing(_row: DeskRow) -> Mapping[str, Question]:
    return {}


async def case_of(
    asking: Asking, viewer: Viewer, alert_id: str, at: datetime | None = None, beside: Beside = _nothing
) -> DeskCase | None:
    """A case with all that belongs to it; none where there is none in sight. Raises `NoAnswerError`.

    `at`: as of then, from what had come in and was said by then. What follows from the alert itself is asked at once:
    to a warehouse, asking costs more than most of the answers.
    """
    answer, acts = await asking.each(_alert_question(alert_id, at), acts_question(alert_id))
    if (found := _revisions(viewer, answer)) is None:
        return None
    row, revisions = found
    alert, also = revisions[-1].alert, beside(row)
    about = [as_of(question, at) for question in beside_questions(viewer, row)]
    (numbers, facts), (shops, *records), answers = await asyncio.gather(
        _facts_of(asking, viewer, (row, alert), at), asking.each(*about), asking.each(*also.values())
    )
    rows, asked = beside_rows(shops, chain.from_iterable(records)), dict(zip(also, answers, strict=True))
    return DeskCase(row, alert, revisions, tuple(facts), _parcels(numbers, facts), rows, acts, asked)


async def _facts_of(
    asking: Asking, viewer: Viewer, about: tuple[DeskRow, Alert], at: datetime | None
) -> tuple[list[str], list[CaseFact]]:
    """The numbers of the parcels of a case, and its facts in order of time, the scans of those parcels among them."""
    row, alert = about
    told = await asking.rows(*as_of(facts_question(row), at))
    facts = _facts(viewer, alert, [(each["stream"], [fact_row(each)]) for each in in_order(told)])
    numbers = sorted(set(alert.waybill_nos) | _numbers(facts))
    if numbers:
        scans = await asking.rows(*as_of(scans_question(numbers), at))
        facts += _facts(viewer, alert, [("logistics", scans)])
    return numbers, sorted(facts, key=lambda fact: (fact.event.occurred_at, fact.recorded_at))


def _stored(row: DeskRow) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "recorded_at"}


def _facts(viewer: Viewer, alert: Alert, answers: Iterable[tuple[str, list[DeskRow]]]) -> list[CaseFact]:
    rests = {(r.stream, r.event_id) for r in alert.evidence}
    refutes = {(r.stream, r.event_id) for r in alert.withdrawn_by}
    found = []
    for stream, rows in answers:
        for row in rows:
            if not _is_seen(viewer, alert, row):
                continue
            which = (stream, row["event_id"])
            mark = "refutes" if which in refutes else "rests" if which in rests else ""
            found.append(CaseFact(stream, event_of(stream, _stored(row), {}), row["recorded_at"], mark))
    return found


def _is_seen(viewer: Viewer, alert: Alert, row: DeskRow) -> bool:
    """A namesake of another network is somebody else; what another shop told is not shown; parcels are global."""
    if "buyer_key" not in row:
        return True
    network = NETWORKS[row["platform"]]
    return network == NETWORKS[alert.platform] and viewer.sees_shop(network, row.get("shop_id"))


def _numbers(facts: Iterable[CaseFact]) -> set[str]:
    return {number for fact in facts for number, _ in _named(fact.event)}


def _named(event: Any) -> list[tuple[str, str]]:
    """The parcels an event names, and which way they go."""
    way = "out" if hasattr(event, "parcels") else "back"
    number = getattr(event, "waybill_no", None)
    others = [(parcel.waybill_no, way) for parcel in getattr(event, "parcels", ())]
    return ([(number, way)] if number else []) + others


def _parcels(numbers: Iterable[str], facts: Sequence[CaseFact]) -> tuple[ParcelTrack, ...]:
    # A number that was sent out and is given for the return is shown as what the buyer says it is.
    told = (pair for fact in facts if fact.stream != "logistics" for pair in _named(fact.event))
    ways = dict(sorted(told, reverse=True))
    scans = [fact for fact in facts if fact.stream == "logistics"]
    tracks = (
        ParcelTrack(number, ways.get(number, ""), tuple(s for s in scans if s.event.waybill_no == number))
        for number in numbers
    )
    return tuple(sorted(tracks, key=lambda track: (track.way != "out", track.waybill_no)))
