"""What befalls a confirmed buyer: the ladder of sanctions (B18, A23), and a suggestion to limit orders (J11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudtag.contract.records import Alert, TagConfirmation
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence, lasting
from cloudtag.decisions.severity import severe_since
from cloudtag.policy.consequence_rules import SanctionRules
from cloudtag.policy.model import Policy

_DAY_MS = 86_400_000
_LOCKED = ("freeze", "no_login")


class Rung(NamedTuple):
    """A sanction the buyer came to deserve at an event time."""

    at_ms: int
    height: int
    sanction: str


def sanction(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One sanction per buyer and network of platforms: the highest rung that the confirmations reach together.

    One that ends by itself begins anew when another confirmation deserves it again.
    """
    for network, confirmations in _by_network(case).items():
        policy, critical = _policy(case, confirmations[-1]), _critical(case, confirmations)
        rules = policy.sanctions
        step = _reached(_steps(rules, confirmations, critical), rules)
        details = {"sanction": step.sanction, "confirmations": str(len(confirmations)), "network": network}
        if step.sanction == "strip_benefits":
            details["benefits"] = ", ".join(rules.benefits)
        if critical:
            details["critical"] = "true"
        record = consequence(
            case.buyer_id,
            "sanction",
            ("buyer", case.buyer_id),
            policy,
            [c.confirmation_id for c in confirmations] + [alert.alert_id for alert in critical],
            step.at_ms,
            details,
            anchor=network,
            platform=confirmations[-1].platform,
            ends_at=_ends_at(step, rules),
        )
        yield from lasting(Follows(record, confirmations[0].confirmed_at), case.now_ms)


def suggest_order_limit(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """J11: a confirmation limits nothing by itself; it is suggested to shops that they might."""
    for network, confirmations in _by_network(case).items():
        policy = _policy(case, confirmations[0])
        if policy.consequences.suggests_order_limit:
            record = consequence(
                case.buyer_id,
                "order_limit",
                ("buyer", case.buyer_id),
                policy,
                [c.confirmation_id for c in confirmations],
                confirmations[0].confirmed_at,
                {"suggestion": "limit_orders", "is_binding": "false", "network": network},
                anchor=network,
                platform=confirmations[0].platform,
            )
            yield Follows(record, confirmations[0].confirmed_at)


def _by_network(case: ConsequenceCase) -> dict[str, list[TagConfirmation]]:
    """The confirmations that stand, by the network of platforms whose tags count together, earliest first."""
    networks: dict[str, list[TagConfirmation]] = {}
    for confirmation in case.confirmations:
        networks.setdefault(_policy(case, confirmation).tags.network, []).append(confirmation)
    return dict(sorted(networks.items()))


def _policy(case: ConsequenceCase, confirmation: TagConfirmation) -> Policy:
    return case.policies.at(confirmation.platform, confirmation.confirmed_at)


def _critical(case: ConsequenceCase, confirmations: list[TagConfirmation]) -> list[Alert]:
    """The critical alerts on confirmed orders that no shop has called wrong."""
    confirmed = {order_id for confirmation in confirmations for order_id in confirmation.order_ids}
    return [
        alert
        for alert in case.alerts
        if alert.severity == "critical"
        and alert.facts.get("verdict") != "normal"
        and not confirmed.isdisjoint(alert.order_ids)
    ]


def _steps(rules: SanctionRules, confirmations: list[TagConfirmation], critical: list[Alert]) -> list[Rung]:
    """What each confirmation deserves, and each moment at which an order was both confirmed and under a critical alert.

    In order of time, the hardest last of those at the same time.
    """
    heights: dict[str, int] = {name: height for height, name in enumerate(rules.ladder)}
    # What is not on the ladder stands above it.
    steps = [Rung(c.confirmed_at, 0, rules.ladder[min(n, len(rules.ladder) - 1)]) for n, c in enumerate(confirmations)]
    steps += [
        Rung(max(confirmation.confirmed_at, severe_since(alert, ("critical",)) or alert.decided_at), 0, rules.critical)
        for confirmation in confirmations
        for alert in critical
        if not set(confirmation.order_ids).isdisjoint(alert.order_ids)
    ]
    return sorted(step._replace(height=heights.get(step.sanction, len(heights))) for step in steps)


def _reached(steps: list[Rung], rules: SanctionRules) -> Rung:
    """The hardest sanction that had not ended when a milder one was deserved."""
    reached = steps[0]
    for step in steps[1:]:
        ends_at = _ends_at(reached, rules)
        is_over = ends_at is not None and ends_at <= step.at_ms
        if is_over or step.height > reached.height or (step.height == reached.height and ends_at is not None):
            reached = step
    return reached


def _ends_at(step: Rung, rules: SanctionRules) -> int | None:
    is_timed = step.sanction in _LOCKED and rules.freeze_days > 0
    return step.at_ms + rules.freeze_days * _DAY_MS if is_timed else None
