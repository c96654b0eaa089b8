"""Deadlines: a refund about to be decided by silence (B28), and a platform that took too long (B11, A2, A6)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import Alert, SubjectKind
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    lasting,
)
from cloudtag.detection.buyer_case import is_about
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView

_HOUR_MS = 3_600_000
_NEVER_MS = 2**62
_DECIDED = ("agreed", "refused", "completed", "withdrawn")
"""What a refund must have become for its deadline to matter no longer."""
_ASKING = ("opened", "modified", "escalated")
"""By this, or by setting a new deadline, the shop is asked again."""


def warn_of_deadlines(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B28: a refund with an open alert falls due soon; the shop must answer, or the buyer gets the money.

    The warning holds until the deadline, or until the shop has answered the refund or every alert about it.
    """
    for _, order in sorted(case.orders.items()):
        for refund in order.refunds.values():
            deadline = next((c.deadline_at for c in reversed(refund.changes) if c.deadline_at is not None), None)
            if deadline is None:
                continue
            alerts = [alert for alert in case.alerts_naming(order.order_id) if _is_about(alert, order, refund)]
            if alerts:
                yield from _warning(case, order, refund, alerts, deadline)


def _is_about(alert: Alert, order: OrderView, refund: RefundView) -> bool:
    if not is_about(alert, refund.shop_id, order.order_id):
        return False
    return refund.refund_id in alert.refund_ids if alert.refund_ids else alert.severity != "low"


def _warning(
    case: ConsequenceCase, order: OrderView, refund: RefundView, alerts: list[Alert], deadline: int
) -> Iterator[Follows | ConsequenceTimer]:
    policy = case.policies.at(refund.platform, refund.opened.occurred_at)
    verdicts = [case.verdicts.get(alert.alert_id) for alert in alerts]
    soon_at = max(deadline - policy.consequences.deadline_warning_hours * _HOUR_MS, refund.opened.occurred_at)
    begins_at = _open_since(alerts, verdicts, soon_at)
    ends_at = _answered_at(refund, verdicts, deadline)
    if begins_at >= ends_at:
        return
    if case.now_ms < begins_at:
        yield ConsequenceTimer(begins_at)
        return
    record = consequence(
        case.buyer,
        "deadline_warning",
        ("order", order.order_id),
        policy,
        [alert.alert_id for alert in alerts],
        begins_at,
        {"refund_id": refund.refund_id, "deadline": rfc3339(deadline)},
        anchor=refund.refund_id,
        platform=refund.platform,
        ends_at=ends_at,
        shop_id=refund.shop_id,
    )
    since_ms = min(refund.opened.occurred_at, *(alert.first_event_at for alert in alerts))
    yield from lasting(Follows(record, since_ms), case.now_ms)


def _open_since(alerts: list[Alert], verdicts: list[AlertAnswered | None], soon_at: int) -> int:
    """From when on an alert is open while the deadline is near: one that was answered before then is not."""
    begun = ((max(soon_at, alert.decided_at), verdict) for alert, verdict in zip(alerts, verdicts, strict=True))
    left = (at_ms for at_ms, verdict in begun if verdict is None or verdict.occurred_at > at_ms)
    return min(left, default=_NEVER_MS)


def _answered_at(refund: RefundView, verdicts: list[AlertAnswered | None], deadline: int) -> int:
    """When the shop had answered, at the deadline at the latest.

    The refund itself, since it was last asked, or the last of its alerts.
    """
    times = [deadline]
    decided_at = None
    for change in refund.changes:
        if change.status in _DECIDED:
            decided_at = change.occurred_at if decided_at is None else decided_at
        elif change.status in _ASKING or change.deadline_at is not None:
            decided_at = None
    if decided_at is not None:
        times.append(decided_at)
    said = [verdict.occurred_at for verdict in verdicts if verdict is not None]
    if len(said) == len(verdicts):
        times.append(max(said))
    return min(times)


def tell_of_delays(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B11, A2, A6: the platform took longer over a shop's report than it promises, once for each term of it.

    The breach ends when the report is decided, and stays told: it was late.
    """
    for report in case.reports:
        for term in report.terms:
            if not term.is_late(case.now_ms):
                continue
            assert term.due_at is not None, "without a limit nothing is late"
            record, first = report.record, report.complaint.events[0]
            about: tuple[SubjectKind, str] = ("shop", record.shop_id)
            shop_id = None
            if record.order_id is not None:
                about, shop_id = ("order", record.order_id), record.shop_id
            details = {"report_id": record.report_id, "due": rfc3339(term.due_at), "term": str(term.number + 1)}
            breach = consequence(
                case.buyer,
                "sla_breach",
                about,
                report.policy,
                [record.report_id],
                term.due_at,
                details,
                anchor="/".join((record.shop_id, record.report_id, str(term.number))),
                platform=record.platform,
                ends_at=term.decided_at,
                shop_id=shop_id,
            )
            yield from lasting(Follows(breach, first.occurred_at), case.now_ms)
