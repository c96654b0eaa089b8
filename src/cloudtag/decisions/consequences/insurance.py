"""Freight insurance on tagged orders: hold, refuse, follow the complaint, pay (J9, J10, J12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from cloudtag.contract.events import InsuranceChanged
from cloudtag.contract.records import TagStatus
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence, order_of
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.calendar import due
from cloudtag.policy.model import Policies

Decision = Literal["hold", "refuse", "follow_complaint", "pay"]
_SCENARIO = "freight_insurance"
_HOUR_MS = 3_600_000


def decide_claims(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One decision per order with a freight insurance tag.

    Confirmed: refuse, claimed or not. While the buyer's complaint about the refusal is open: follow the complaint; when
    it was upheld, there is no refusal any more. Pending: a claim is held until the tag is due to be decided, and paid
    after that, unless it is confirmed later. What was paid before the tag came is not held.
    """
    tags: dict[str, list[TagStatus]] = {}
    for tag in case.tags:
        if tag.scenario == _SCENARIO and tag.status in ("confirmed", "pending", "expired"):
            tags.setdefault(tag.order_id, []).append(tag)
    for order_id, about in sorted(tags.items()):
        confirmed = [tag for tag in about if tag.status == "confirmed"]
        order = case.orders.get(order_id)
        if confirmed:
            yield from _refuse(case, order, confirmed)
        elif order is not None:
            yield from _hold(case, order, about[0])


def _refuse(case: ConsequenceCase, order: OrderView | None, tags: list[TagStatus]) -> Iterator[Follows]:
    tag = min(tags, key=lambda tag: (tag.decided_at, tag.tag_id))
    complaints = [c for c in case.complaints if _is_about_refusal(c, tag.order_id)]
    if any(complaint.status == "upheld" for complaint in complaints):
        return
    opened = [complaint for complaint in complaints if complaint.status in ("opened", "reopened")]
    because = [*(tag.tag_id for tag in tags), *(complaint.complaint_id for complaint in opened)]
    decision: Decision = "follow_complaint" if opened else "refuse"
    starts_at = max(tag.decided_at, min((c.events[0].occurred_at for c in opened), default=0))
    yield _decided(case, tag, decision, because, starts_at, _claims(order))


def _hold(case: ConsequenceCase, order: OrderView, tag: TagStatus) -> Iterator[Follows | ConsequenceTimer]:
    tagged_at = _tagged_at(tag)
    paid = {c.claim_id for c in order.insurance if c.status == "paid" and c.occurred_at <= tagged_at}
    claims = [claim for claim in _claims(order) if claim.claim_id not in paid]
    if not claims:
        return
    begins_at = max(tagged_at, claims[0].occurred_at)
    due_at = decision_due(case.policies, tag.platform, tagged_at)
    if due_at is None:
        # No limit: held for as long as the tag is open.
        due_at = tagged_at + tag.window_days * 24 * _HOUR_MS
    if tag.status == "pending" and case.now_ms < due_at and begins_at < due_at:
        yield _decided(case, tag, "hold", [tag.tag_id], begins_at, claims, ends_at=due_at)
        yield ConsequenceTimer(due_at)
    else:
        yield _decided(case, tag, "pay", [tag.tag_id], max(begins_at, due_at), claims)


def decision_due(policies: Policies, platform: str, tagged_at: int) -> int | None:
    """Event time by which a tag is decided or reported pending (J12, A17, A20); None where there is no such limit."""
    rules = policies.at(platform, tagged_at).deadlines
    if rules.tag_working_days:
        return due(tagged_at, rules.tag_working_days, rules)
    return tagged_at + rules.tag_hours * _HOUR_MS if rules.tag_hours else None


def _tagged_at(tag: TagStatus) -> int:
    """Event time of the submission: that is when a pending tag was decided to be pending, an expired one before."""
    return tag.decided_at - (tag.window_days * 24 * _HOUR_MS if tag.status == "expired" else 0)


def _is_about_refusal(complaint: ComplaintView, order_id: str) -> bool:
    is_buyers = complaint.complainant != "shop"
    return is_buyers and complaint.type == "insurance_refused" and order_of(complaint) == order_id


def _claims(order: OrderView | None) -> list[InsuranceChanged]:
    return [change for change in order.insurance if change.status in ("claimed", "paid")] if order else []


def _decided(
    case: ConsequenceCase,
    tag: TagStatus,
    decision: Decision,
    because: list[str],
    starts_at: int,
    claims: list[InsuranceChanged],
    ends_at: int | None = None,
) -> Follows:
    details: dict[str, str] = {"decision": decision}
    if claims:
        details["claim_id"] = ", ".join(sorted({claim.claim_id for claim in claims}))
    record = consequence(
        case.buyer_id,
        "insurance_decision",
        ("order", tag.order_id),
        case.policies.at(tag.platform, starts_at),
        because,
        starts_at,
        details,
        platform=tag.platform,
        ends_at=ends_at,
    )
    return Follows(record, min(_tagged_at(tag), *(claim.occurred_at for claim in claims), starts_at))
