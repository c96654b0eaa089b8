"""Orders that no longer count in a shop's figures, and reviews that no longer count in its score.

B22, A22: metrics; B24: reviews; A3, A16: AliExpress never removes any, so its pack does not say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudtag.contract.events import ReviewPosted
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence, order_of
from cloudtag.policy.calendar import add_months
from cloudtag.policy.consequence_rules import ConsequenceRules, ExclusionBasis
from cloudtag.policy.model import Policy


class Ground(NamedTuple):
    """Why an order is excluded: since when, by which rule of the pack, and the tag, complaint or alert that says so.

    `since_ms`: event time of the oldest fact it rests on.
    """

    at_ms: int
    because: str
    basis: ExclusionBasis
    platform: str
    since_ms: int


def exclude_metrics(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B22, A22: the order counts in none of the platform's figures for the shop."""
    for order_id, (policy, grounds) in sorted(_excluded(case, lambda rules: bool(rules.excluded_metrics)).items()):
        details = {"metrics": ", ".join(policy.consequences.excluded_metrics), "basis": grounds[0].basis}
        record = consequence(
            case.buyer_id,
            "metric_exclusion",
            ("order", order_id),
            policy,
            (ground.because for ground in grounds),
            grounds[0].at_ms,
            details,
            platform=grounds[0].platform,
        )
        yield Follows(record, _since(grounds))


def exclude_reviews(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B24: the order's reviews are removed, and their part in the shop's six-month score with them."""
    for order_id, (policy, grounds) in sorted(_excluded(case, lambda rules: rules.removes_reviews).items()):
        order = case.orders.get(order_id)
        reviews = [fact for fact in order.others if type(fact) is ReviewPosted] if order else []
        if not reviews:
            continue
        until_ms = add_months(reviews[-1].occurred_at, policy.consequences.score_months, policy.deadlines.time_zone)
        details = {
            "review_ids": ", ".join(sorted({review.review_id for review in reviews})),
            "score_excluded_until": rfc3339(until_ms),
            "basis": grounds[0].basis,
        }
        record = consequence(
            case.buyer_id,
            "review_exclusion",
            ("order", order_id),
            policy,
            (ground.because for ground in grounds),
            max(grounds[0].at_ms, reviews[0].occurred_at),
            details,
            platform=grounds[0].platform,
        )
        yield Follows(record, min(_since(grounds), reviews[0].occurred_at))


def _since(grounds: list[Ground]) -> int:
    return min(ground.since_ms for ground in grounds)


def _excluded(
    case: ConsequenceCase, excludes: Callable[[ConsequenceRules], bool]
) -> dict[str, tuple[Policy, list[Ground]]]:
    """By order, the grounds of platforms that exclude such things, and the policy in force at the earliest of them."""
    grounds: dict[str, list[tuple[Policy, Ground]]] = {}
    for order_id, ground in _grounds(case):
        policy = case.policies.at(ground.platform, ground.at_ms)
        if ground.basis in policy.consequences.exclusion_bases and excludes(policy.consequences):
            grounds.setdefault(order_id, []).append((policy, ground))
    ordered = {order_id: sorted(found, key=lambda pair: pair[1]) for order_id, found in grounds.items()}
    return {order_id: (found[0][0], [ground for _, ground in found]) for order_id, found in ordered.items()}


def _grounds(case: ConsequenceCase) -> Iterator[tuple[str, Ground]]:
    for tag in case.tags:
        if tag.status == "confirmed":
            yield tag.order_id, Ground(tag.decided_at, tag.tag_id, "confirmed_tag", tag.platform, tag.decided_at)
    for complaint in case.shops_complaints():
        first, order_id = complaint.events[0], order_of(complaint)
        if order_id is not None and complaint.status == "upheld":
            at_ms = next(event.occurred_at for event in complaint.events if event.status == "upheld")
            yield (
                order_id,
                Ground(at_ms, complaint.complaint_id, "upheld_complaint", first.platform, first.occurred_at),
            )
    for alert in case.alerts:
        verdict = case.verdicts.get(alert.alert_id)
        if verdict is not None and alert.facts.get("verdict") == "abnormal":
            for order_id in alert.order_ids:
                since_ms = min(alert.first_event_at, verdict.occurred_at)
                yield (
                    order_id,
                    Ground(verdict.occurred_at, alert.alert_id, "abnormal_verdict", alert.platform, since_ms),
                )
