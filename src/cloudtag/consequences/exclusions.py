"""Orders that no longer count in a shop's figures, and reviews that no longer count in its score.

B22, A22: metrics; B24: reviews; A3, A16: AliExpress never removes any, so its pack does not say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudtag.calendar import add_months
from cloudtag.consequences.case import Case, Follows, Wake, consequence
from cloudtag.contract.events import ReviewPosted
from cloudtag.policy.consequence_rules import ExclusionBasis
from cloudtag.policy.model import Policy
from cloudtag.times import rfc3339


class Ground(NamedTuple):
    """Why an order is excluded: since when, by which rule of the pack, and the tag, complaint or alert that says so."""

    at_ms: int
    because: str
    basis: ExclusionBasis
    platform: str


def exclude_metrics(case: Case) -> Iterator[Follows | Wake]:
    """B22, A22: the order counts in none of the platform's figures for the shop."""
    for order_id, (policy, grounds) in sorted(_excluded(case).items()):
        metrics = policy.consequences.excluded_metrics
        if metrics:
            details = {"metrics": ", ".join(metrics), "basis": grounds[0].basis}
            record = consequence(
                "metric_exclusion",
                ("order", order_id),
                policy,
                (ground.because for ground in grounds),
                grounds[0].at_ms,
                details,
                platform=grounds[0].platform,
            )
            yield Follows(record, grounds[0].at_ms)


def exclude_reviews(case: Case) -> Iterator[Follows | Wake]:
    """B24: the order's reviews are removed, and their part in the shop's six-month score with them."""
    for order_id, (policy, grounds) in sorted(_excluded(case).items()):
        order = case.orders.get(order_id)
        reviews = [fact for fact in order.others if type(fact) is ReviewPosted] if order else []
        if not reviews or not policy.consequences.removes_reviews:
            continue
        until_ms = add_months(reviews[-1].occurred_at, policy.consequences.score_months, policy.deadlines.time_zone)
        details = {
            "review_ids": ", ".join(sorted({review.review_id for review in reviews})),
            "score_excluded_until": rfc3339(until_ms),
            "basis": grounds[0].basis,
        }
        record = consequence(
            "review_exclusion",
            ("order", order_id),
            policy,
            (ground.because for ground in grounds),
            max(grounds[0].at_ms, reviews[0].occurred_at),
            details,
            platform=grounds[0].platform,
        )
        yield Follows(record, min(grounds[0].at_ms, reviews[0].occurred_at))


def _excluded(case: Case) -> dict[str, tuple[Policy, list[Ground]]]:
    """By order, the grounds its platform accepts, earliest first, and the policy in force at the earliest."""
    grounds: dict[str, list[tuple[Policy, Ground]]] = {}
    for order_id, ground in _grounds(case):
        policy = case.policies.at(ground.platform, ground.at_ms)
        if ground.basis in policy.consequences.exclusion_bases:
            grounds.setdefault(order_id, []).append((policy, ground))
    ordered = {order_id: sorted(found, key=lambda pair: pair[1]) for order_id, found in grounds.items()}
    return {order_id: (found[0][0], [ground for _, ground in found]) for order_id, found in ordered.items()}


def _grounds(case: Case) -> Iterator[tuple[str, Ground]]:
    for tag in case.tags:
        if tag.status == "confirmed":
            yield tag.order_id, Ground(tag.decided_at, tag.tag_id, "confirmed_tag", tag.platform)
    for complaint in case.shops_complaints():
        last = complaint.events[-1]
        order_id = next((event.order_id for event in complaint.events if event.order_id is not None), None)
        if order_id is not None and complaint.status == "upheld":
            upheld = next(event for event in complaint.events if event.status == "upheld")
            yield order_id, Ground(upheld.occurred_at, complaint.complaint_id, "upheld_complaint", last.platform)
    for alert in case.alerts:
        verdict = case.verdicts.get(alert.alert_id)
        if verdict is not None and alert.facts.get("verdict") == "abnormal":
            for order_id in alert.order_ids:
                yield order_id, Ground(verdict.occurred_at, alert.alert_id, "abnormal_verdict", alert.platform)
