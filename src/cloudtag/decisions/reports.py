"""A shop's complaint or report about a buyer, as its platform handles it (B11, B12, B16, B17, A2 to A10).

A pure function of the complaints, the orders and the moment: put, then rejected with its reason or pending until it is
due; overdue after that; then upheld or refused. An objection with more proof begins a new term (A10), and the latest
decision stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.records import ReportState, ReportStatus
from cloudtag.decisions.tag_reasons import ordered_in
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.calendar import due
from cloudtag.policy.model import Policies, Policy

_HOUR_MS = 3_600_000
_DECIDED: dict[str, ReportState] = {"upheld": "upheld", "rejected": "refused", "withdrawn": "withdrawn"}
_VOUCHERS = ("picture", "sms", "call_record")
_REVIEW = "malicious_review"


@dataclass(frozen=True, slots=True)
class Term:
    """A span in which the platform has to decide: since when, after when it is late, and when it was decided.

    `due_at` is none without such a limit. `number`: 0 for the first one, 1 after the first objection, and so on.
    """

    number: int
    began_at: int
    due_at: int | None
    decided_at: int | None

    @property
    def late_at(self) -> int | None:
        """From when on it is late, if ever: what is known already may say of a later moment that it was decided."""
        if self.due_at is None or (self.decided_at is not None and self.decided_at <= self.due_at):
            return None
        return self.due_at + 1

    def is_late(self, now_ms: int) -> bool:
        """Whether the platform took, or is taking, too long."""
        return self.late_at is not None and now_ms >= self.late_at


@dataclass(frozen=True, slots=True)
class Report:
    """One complaint of a shop with what its platform makes of it. `terms`: none if it was rejected."""

    complaint: ComplaintView
    policy: Policy
    record: ReportStatus
    terms: tuple[Term, ...]

    @property
    def upheld_at(self) -> int | None:
        """Since when the latest decision is that the shop was right; an objection to it changes nothing by itself."""
        decided = _last_of(self.complaint, _DECIDED) if self.terms else None
        return decided.occurred_at if decided and decided.status == "upheld" else None

    @property
    def shop_id(self) -> str:
        """The shop that put it."""
        return self.complaint.events[0].shop_id


@dataclass(slots=True)
class ReportsJudged:
    """Reports as they should stand, and the event times at which time alone changes one."""

    reports: list[Report] = field(default_factory=list)
    timers: list[int] = field(default_factory=list)


def judge_reports(
    complaints: Iterable[ComplaintView], orders: Mapping[str, Iterable[OrderView]], policies: Policies, now_ms: int
) -> ReportsJudged:
    """Judge all complaints that shops made about one buyer. `orders`: the buyer's by id; several shops may use one id.

    They are looked at in the order in which they were put; what was rejected uses up nothing.
    """
    judged = ReportsJudged()
    accepted: list[Report] = []
    for complaint in sorted(complaints, key=_put):
        if complaint.complainant != "shop":
            continue
        first = complaint.events[0]
        policy = policies.at(first.platform, first.occurred_at)
        reason = _rejection(complaint, policy, orders, policies, accepted)
        terms = () if reason is not None else tuple(_terms(complaint, policy))
        report = Report(complaint, policy, _record(complaint, policy, reason, terms, now_ms), terms)
        judged.reports.append(report)
        if reason is None:
            accepted.append(report)
            judged.timers += [late_at for term in terms if (late_at := term.late_at) is not None and late_at > now_ms]
    return judged


def order_of(complaint: ComplaintView) -> str | None:
    """The order a complaint is about, by the first event that names one."""
    return next((event.order_id for event in complaint.events if event.order_id is not None), None)


def _put(complaint: ComplaintView) -> tuple[int, str, str]:
    first = complaint.events[0]
    return first.occurred_at, complaint.complaint_id, first.shop_id


def _rejection(
    complaint: ComplaintView,
    policy: Policy,
    orders: Mapping[str, Iterable[OrderView]],
    policies: Policies,
    accepted: Iterable[Report],
) -> str | None:
    first, order_id, rules = complaint.events[0], order_of(complaint), policy.reports
    if order_id is not None:
        network = policies.networks[first.platform]
        shops = {order.shop_id for order in ordered_in(network, orders.get(order_id, ()), policies)}
        if first.shop_id not in shops:
            return "not_your_order" if shops else "unknown_order"
        before = [
            report.complaint
            for report in accepted
            if report.shop_id == first.shop_id
            and policies.networks[report.record.platform] == network
            and order_of(report.complaint) == order_id
            and not _is_withdrawn(report.complaint, first.occurred_at)
        ]
        if before and rules.is_once_per_order:
            return "duplicate_order"
        if any(other.type == complaint.type for other in before):
            return "duplicate_scenario"
    return None if complaint.type in rules.scenes else "unknown_scene"


def _is_withdrawn(complaint: ComplaintView, at_ms: int) -> bool:
    """Whether the shop had taken it back by then."""
    said = [event.status for event in complaint.events if event.occurred_at <= at_ms and event.status != "unknown"]
    return bool(said) and said[-1] == "withdrawn"


def _terms(complaint: ComplaintView, policy: Policy) -> list[Term]:
    """The first term from the first event on, another one from each objection to a decision."""
    begins = [complaint.events[0].occurred_at]
    ends: list[int | None] = [None]
    for event in complaint.events:
        if event.status in _DECIDED and ends[-1] is None:
            ends[-1] = event.occurred_at
        elif event.status == "reopened" and ends[-1] is not None:
            begins.append(event.occurred_at)
            ends.append(None)
    return [Term(number, began_at, _due(began_at, policy), ends[number]) for number, began_at in enumerate(begins)]


def _due(began_at: int, policy: Policy) -> int | None:
    rules = policy.reports
    if rules.due_hours:
        return began_at + rules.due_hours * _HOUR_MS
    return due(began_at, rules.due_working_days, policy.deadlines) if rules.due_working_days else None


def _record(
    complaint: ComplaintView, policy: Policy, reason: str | None, terms: tuple[Term, ...], now_ms: int
) -> ReportStatus:
    first = complaint.events[0]
    status: ReportState
    status, decided_at = ("rejected", first.occurred_at) if reason else _state(complaint, terms[-1], now_ms)
    is_upheld = status == "upheld" and policy.reports.clean_working_days > 0
    evidence = [proof.kind for event in complaint.events for proof in event.evidence]
    routes = policy.routes
    return ReportStatus(
        report_id=complaint.complaint_id,
        revision=0,
        status=status,
        reason=reason,
        scenario=complaint.type,
        channel=routes.review_management if complaint.type == _REVIEW else routes.complaint_centre,
        platform=first.platform,
        buyer_id=first.buyer_id,
        shop_id=first.shop_id,
        order_id=order_of(complaint),
        vouchers_complete=any(kind in _VOUCHERS for kind in evidence),
        chat_authorised=any(event.chat_evidence_no is not None for event in complaint.events),
        put_at=first.occurred_at,
        due_at=terms[-1].due_at if terms else None,
        cleaned_by=due(decided_at, policy.reports.clean_working_days, policy.deadlines) if is_upheld else None,
        decided_at=decided_at,
        policy_version=policy.version,
    )


def _state(complaint: ComplaintView, term: Term, now_ms: int) -> tuple[ReportState, int]:
    """What became of it, and since when."""
    if term.decided_at is None:
        if term.is_late(now_ms):
            return "overdue", term.due_at or term.began_at
        return "pending", term.began_at
    last = _last_of(complaint, (*_DECIDED, "reopened"))
    assert last is not None
    return _DECIDED[last.status], last.occurred_at


def _last_of(complaint: ComplaintView, statuses: Collection[str]) -> ComplaintChanged | None:
    """The first of the last events with those statuses that all say the same: told again, it changes nothing."""
    found: ComplaintChanged | None = None
    for event in complaint.events:
        if event.status in statuses and (found is None or event.status != found.status):
            found = event
    return found
