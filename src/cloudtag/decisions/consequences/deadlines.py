"""Deadlines: a refund about to be decided by silence (B28), and a platform that took too long (B11, A2, A6)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import Alert
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    lasting,
    order_of,
)
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.policy.calendar import due

_HOUR_MS = 3_600_000
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
            alerts = [alert for alert in case.alerts if _is_about(alert, order, refund)]
            deadline = next((c.deadline_at for c in reversed(refund.changes) if c.deadline_at is not None), None)
            if alerts and deadline is not None:
                yield from _warning(case, order, refund, alerts, deadline)


def _is_about(alert: Alert, order: OrderView, refund: RefundView) -> bool:
    if alert.refund_ids:
        return refund.refund_id in alert.refund_ids
    return order.order_id in alert.order_ids and alert.severity != "low"


def _warning(
    case: ConsequenceCase, order: OrderView, refund: RefundView, alerts: list[Alert], deadline: int
) -> Iterator[Follows | ConsequenceTimer]:
    policy = case.policies.at(refund.platform, refund.opened.occurred_at)
    begins_at = max(deadline - policy.consequences.deadline_warning_hours * _HOUR_MS, alerts[0].decided_at)
    begins_at = max(begins_at, refund.opened.occurred_at)
    verdicts = [case.verdicts.get(alert.alert_id) for alert in alerts]
    ends_at = min(deadline, _answered_at(refund, verdicts, deadline))
    if begins_at >= ends_at:
        return
    if case.now_ms < begins_at:
        yield ConsequenceTimer(begins_at)
        return
    record = consequence(
        case.buyer_id,
        "deadline_warning",
        ("order", order.order_id),
        policy,
        [alert.alert_id for alert in alerts],
        begins_at,
        {"refund_id": refund.refund_id, "deadline": rfc3339(deadline)},
        anchor=refund.refund_id,
        platform=refund.platform,
        ends_at=ends_at,
    )
    yield from lasting(Follows(record, min(refund.opened.occurred_at, alerts[0].first_event_at)), case.now_ms)


def _answered_at(refund: RefundView, verdicts: list[AlertAnswered | None], deadline: int) -> int:
    """When the shop had answered: the refund itself, since it was last asked, or the last of its alerts."""
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
    """B11, A2, A6: a shop's complaint was not decided within the working days the platform promises.

    The breach ends when the complaint is decided, and stays published: it was late.
    """
    for complaint in case.shops_complaints():
        opened = complaint.events[0]
        policy = case.policies.at(opened.platform, opened.occurred_at)
        days = policy.deadlines.complaint_working_days
        if days == 0:
            continue
        due_at, decided_at = due(opened.occurred_at, days, policy.deadlines), _decided_at(complaint)
        if decided_at is not None and decided_at < due_at:
            continue
        if case.now_ms < due_at:
            yield ConsequenceTimer(due_at)
            continue
        order_id = order_of(complaint)
        record = consequence(
            case.buyer_id,
            "sla_breach",
            ("order", order_id) if order_id is not None else ("shop", opened.shop_id),
            policy,
            [complaint.complaint_id],
            due_at,
            {"complaint_id": complaint.complaint_id, "due": rfc3339(due_at), "working_days": str(days)},
            anchor=complaint.complaint_id,
            platform=opened.platform,
            ends_at=decided_at,
        )
        yield from lasting(Follows(record, opened.occurred_at), case.now_ms)


def _decided_at(complaint: ComplaintView) -> int | None:
    """Event time of the first decision, or of its withdrawal."""
    decided = (e.occurred_at for e in complaint.events if e.status in ("upheld", "rejected", "withdrawn"))
    return next(decided, None)
