"""Orders that no longer count in a shop's figures, reviews that no longer count in its score, orders it may close.

B22, A22, A13: metrics and what may be done with an order; B24: reviews; A3, A16: AliExpress never removes any, so its
pack does not say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudtag.contract.events import ReviewPosted
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence
from cloudtag.decisions.consequences.grounds import Ground, grounds_of, is_dispute
from cloudtag.policy.calendar import add_months
from cloudtag.policy.model import Policy

Excluded = dict[tuple[str, str], tuple[Policy, list[Ground]]]
"""By order and shop, the grounds in order of time, and the policy in force at the earliest of them."""


def exclude_metrics(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B22, A22, A13: the order counts in some of the platform's figures for the shop no longer."""

    def excludes(policy: Policy, ground: Ground) -> bool:
        return bool(_metrics(policy, ground)) and ground.basis in policy.consequences.exclusion_bases

    for (order_id, shop_id), (policy, grounds) in sorted(_excluded(case, excludes).items()):
        metrics = dict.fromkeys(name for ground in grounds for name in _metrics(policy, ground))
        details = {"metrics": ", ".join(metrics), "basis": grounds[0].basis}
        yield _told(case, "metric_exclusion", (order_id, shop_id), policy, grounds, grounds[0].at_ms, details)


def allow_actions(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """A22: the shop has called a case abnormal, so it may close the order, and need not ship it."""

    def allows(policy: Policy, ground: Ground) -> bool:
        return bool(policy.consequences.order_actions) and ground.basis == "abnormal_verdict"

    for (order_id, shop_id), (policy, grounds) in sorted(_excluded(case, allows).items()):
        details = {"actions": ", ".join(policy.consequences.order_actions), "is_binding": "false"}
        yield _told(case, "order_action", (order_id, shop_id), policy, grounds, grounds[0].at_ms, details)


def exclude_reviews(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B24: for coercion or a rival's hand the order's reviews are removed, and their part in the six-month score."""

    def excludes(policy: Policy, ground: Ground) -> bool:
        rules = policy.consequences
        is_meant = ground.scenario in rules.review_scenarios and ground.basis in rules.exclusion_bases
        return rules.removes_reviews and is_meant and not ground.is_beside

    for (order_id, shop_id), (policy, grounds) in sorted(_excluded(case, excludes).items()):
        order = case.orders.get((shop_id, order_id))
        reviews = [fact for fact in order.others if type(fact) is ReviewPosted] if order else []
        if not reviews:
            continue
        until_ms = add_months(reviews[-1].occurred_at, policy.consequences.score_months, policy.deadlines.time_zone)
        details = {
            "review_ids": ", ".join(sorted({review.review_id for review in reviews})),
            "score_excluded_until": rfc3339(until_ms),
            "basis": grounds[0].basis,
        }
        posted_at = reviews[0].occurred_at
        told = _told(
            case, "review_exclusion", (order_id, shop_id), policy, grounds, max(grounds[0].at_ms, posted_at), details
        )
        yield told._replace(since_ms=min(told.since_ms, posted_at))


def _metrics(policy: Policy, ground: Ground) -> tuple[str, ...]:
    rules = policy.consequences
    own = () if ground.is_beside else rules.excluded_metrics
    return (*own, *rules.dispute_metrics) if is_dispute(policy, ground) else own


def _told(
    case: ConsequenceCase,
    kind: str,
    order: tuple[str, str],
    policy: Policy,
    grounds: list[Ground],
    starts_at: int,
    details: dict[str, str],
) -> Follows:
    order_id, shop_id = order
    record = consequence(
        case.buyer,
        kind,
        ("order", order_id),
        policy,
        (ground.because for ground in grounds),
        starts_at,
        details,
        anchor=shop_id,
        platform=grounds[0].platform,
        shop_id=shop_id,
    )
    return Follows(record, min(ground.since_ms for ground in grounds))


def _excluded(case: ConsequenceCase, excludes: Callable[[Policy, Ground], bool]) -> Excluded:
    """The orders with grounds for which the policy in force at each says so."""
    grounds: dict[tuple[str, str], list[tuple[Policy, Ground]]] = {}
    for order_id, ground in grounds_of(case):
        policy = case.policies.at(ground.platform, ground.at_ms)
        if excludes(policy, ground):
            grounds.setdefault((order_id, ground.shop_id), []).append((policy, ground))
    ordered = {order: sorted(found, key=lambda pair: pair[1]) for order, found in grounds.items()}
    return {order: (found[0][0], [ground for _, ground in found]) for order, found in ordered.items()}
