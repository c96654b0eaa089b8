"""A case in the words of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cloudtag.contract.records import Alert
from cloudtag.desk.act_kinds import KINDS
from cloudtag.desk.acts_told import claimed_by
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.case import CaseFact, DeskCase
from cloudtag.desk.desk import SentAct
from cloudtag.desk.journey_svg import JourneyPicture, journey_picture
from cloudtag.desk.language import Language
from cloudtag.desk.offers import CaseOffers, new_form_id, offers, own_orders
from cloudtag.desk.pictures import ShownPicture, pictures_of
from cloudtag.desk.second_person import Proposal, ProposalState, proposals_in, words_of
from cloudtag.desk.visit import Visit
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.conditions import ShownCondition, conditions
from cloudtag.explain.stored import SHOWN
from cloudtag.explain.words import tell
from cloudtag.explain.words_zh import tell_zh

_KEY = re.compile(r"\b[0-9a-f]{32}\b")
"""A keyed hash."""
LATE_MINUTES = 60
"""An event that came so long after it happened is said to be late."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """An event on the timeline: when it happened, when it came, whether that was late, in words."""

    at: datetime
    came_at: datetime
    is_late: bool
    mark: str
    words: str
    record: str
    """The event's stream and id."""


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal in words, and what this person may do about it."""

    proposal: Proposal
    state: ProposalState
    words: str
    may_approve: bool
    may_decline: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the page of a case says beside the case itself."""

    timeline: tuple[TimelineRow, ...]
    conditions: tuple[ShownCondition, ...]
    clears: str
    journeys: tuple[JourneyPicture, ...]
    pictures: tuple[ShownPicture, ...]
    """What was handed in, by its fingerprints."""
    known: dict[str, str]
    """The address of each record that is shown, by its id."""
    claimed_by: str | None
    others: tuple[str, ...]
    """Who else looks at it."""
    sent: SentAct | None
    sent_words: str
    sent_id: str
    is_back: bool
    may_undo: bool
    is_undone: bool
    links: tuple[tuple[str, str], ...]
    """Pages about the case: addresses and their words."""
    acts: CaseOffers
    """What this person may do about the case."""
    proposals: tuple[ShownProposal, ...] = ()
    """What waits for a second person, or did."""
    is_proposed: bool = False
    """Whether something was proposed just now that has not come back yet."""


def case_view(visit: Visit, case: DeskCase, *, is_past: bool = False) -> CaseView:
    """The words of a case for a visit. `is_past`: as it was; nothing can be done about that."""
    alert_id = case.alert.alert_id
    proposals = () if is_past else shown_proposals(visit, case)
    proposed_id = visit.request.query_params.get("proposed", "")
    sent_id = visit.request.query_params.get("sent", "")
    sent = visit.desk.sent.get(sent_id)
    is_own = sent is not None and sent.viewer == visit.viewer.name and sent.alert_id == case.alert.alert_id
    return CaseView(
        timeline=tuple(timeline(visit.language, case.facts)),
        conditions=tuple(conditions(case.alert)),
        clears=clears(visit.language, case.alert),
        journeys=tuple(journey_picture(visit.language, track) for track in case.parcels if track.scans),
        pictures=pictures_of(case.facts),
        known=dict(_known(case)),
        claimed_by=claimed_by(case.acts, visit.desk.now_ms),
        others=visit.desk.looking.others(alert_id, visit.viewer, visit.desk.now()),
        sent=sent if is_own else None,
        sent_words=told(visit.language, sent.event) if sent is not None and is_own else "",
        sent_id=sent_id if is_own else "",
        is_back=is_own and any(getattr(fact.event, "event_id", "") == sent_id for fact in case.facts),
        may_undo=is_own and visit.desk.may_undo(sent_id, visit.viewer.name) is not None,
        is_undone="undone" in visit.request.query_params,
        links=tuple(_links(visit, case)),
        acts=CaseOffers(new_form_id()) if is_past else offers(visit, case),
        proposals=proposals,
        is_proposed=bool(proposed_id) and all(each.proposal.proposal_id != proposed_id for each in proposals),
    )


def shown_proposals(visit: Visit, case: DeskCase) -> tuple[ShownProposal, ...]:
    """What was proposed about a case, in words."""
    viewer, row, now = visit.viewer, case.row, datetime.fromtimestamp(visit.desk.now(), UTC)
    found = []
    for each in proposals_in(case.acts, viewer, row):
        state = each.state(row["revision"], now)
        event = words_of(each, row, own_orders(row, each.shop_id or ""))
        words = told(visit.language, event) if event is not None else visit.language.word(each.proposed)
        kind = KINDS.get(each.proposed)
        is_able = kind is not None and viewer.may(kind.scope) and each.is_for(viewer, row["platform"])
        may = is_able and state == "waiting"
        found.append(ShownProposal(each, state, words, may and each.actor != viewer.name, may))
    return tuple(found)


def timeline(language: Language, facts: Iterable[CaseFact]) -> Iterable[TimelineRow]:
    """Events in words, in the order in which they happened."""
    facts = list(facts)
    is_named = len({fact.event.buyer_id for fact in facts if hasattr(fact.event, "buyer_id")}) > 1
    for fact in facts:
        at = datetime.fromtimestamp(fact.event.occurred_at / 1000, UTC)
        late = (fact.recorded_at - at).total_seconds() > LATE_MINUTES * 60
        words = told(language, fact.event, is_named=is_named)
        record = f"{fact.stream} {fact.event.event_id}"
        yield TimelineRow(at, fact.recorded_at, late, fact.mark, words, record)


def told(language: Language, event: Any, *, is_named: bool = False) -> str:
    """An event in words; of keyed hashes the start, which distinguishes them."""
    zh = language.code == "zh"
    words = tell_zh(event, language.word, is_buyer_named=is_named) if zh else tell(event, is_buyer_named=is_named)
    return _KEY.sub(lambda found: found.group()[:SHOWN], words)


def clears(language: Language, alert: Alert) -> str:
    """What would clear an alert."""
    detector = all_detectors().get(alert.detector)
    if language.code == "zh" and detector is not None:
        return detector.rule.clears_zh
    return alert.facts.get("clears") or (detector.rule.clears if detector else "")


def _links(visit: Visit, case: DeskCase) -> Iterable[tuple[str, str]]:
    """Pages about a case: addresses and their words."""
    alert, say = case.alert, visit.language.say
    yield f"/cases/{alert.alert_id}/file", say("Case file to print")
    if alert.linked_buyer_ids:
        yield f"/rings/{alert.alert_id}", say("The ring")
    if alert.detector in all_detectors():
        yield f"/detectors/{alert.detector}", say("About the detector")
    if alert.shop_id:
        yield f"/shops/{quote(alert.platform, safe='')}/{quote(alert.shop_id, safe='')}", say("The shop")


def _known(case: DeskCase) -> Iterable[tuple[str, str]]:
    yield case.alert.alert_id, f"/cases/{case.alert.alert_id}"
    for row in case.beside["others"]:
        yield row["alert_id"], f"/cases/{row['alert_id']}"
    for kind, name in (("tags", "tag_id"), ("confirmations", "confirmation_id"), ("reports", "report_id")):
        for row in case.beside[kind]:
            yield row[name], f"#{kind}"


SHOWN_DETAILS = (
    *("sanction", "decision", "metrics", "basis", "permission", "reason", "points", "shield_days", "under_appeal"),
    *("refund_id", "complaint_id", "measures", "right", "actions", "deadline_at"),
)
"""Details of a consequence that say something to people, and name no other shop."""


def because(row: DeskRow, known: dict[str, str]) -> tuple[list[str], int]:
    """Of what a consequence rests on, the ids that are shown on the page, and how many others there are."""
    shown = [name for name in row["because"] if name in known]
    return shown, len(row["because"]) - len(shown)
