"""What befalls a confirmed buyer: the ladder of sanctions (B18, A23), and a suggestion to limit orders (J11)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.consequences.case import Case, Follows, Wake, consequence, lasting
from cloudtag.contract.records import Alert, TagConfirmation
from cloudtag.policy.consequence_rules import SanctionRules
from cloudtag.policy.model import Policy

_DAY_MS = 86_400_000
_LOCKED = ("freeze", "no_login")


def sanction(case: Case) -> Iterator[Follows | Wake]:
    """One sanction per buyer and network of platforms: the highest rung that the confirmations reach together."""
    for network, confirmations in _by_network(case).items():
        policy, critical = _policy(case, confirmations[-1]), _critical(case, confirmations)
        rules = policy.sanctions
        reached = min(len(confirmations), len(rules.ladder))
        rung, starts_at = rules.ladder[reached - 1], confirmations[reached - 1].confirmed_at
        if critical and _is_harder(rules, rules.critical, rung):
            rung, starts_at = rules.critical, _critical_since(confirmations, critical)
        details = {"sanction": rung, "confirmations": str(len(confirmations)), "network": network}
        if rung == "strip_benefits":
            details["benefits"] = ", ".join(rules.benefits)
        if critical:
            details["critical"] = "true"
        is_timed = rung in _LOCKED and rules.freeze_days > 0
        record = consequence(
            "sanction",
            ("buyer", case.buyer_id),
            policy,
            [c.confirmation_id for c in confirmations] + [alert.alert_id for alert in critical],
            starts_at,
            details,
            anchor=network,
            platform=confirmations[-1].platform,
            ends_at=starts_at + rules.freeze_days * _DAY_MS if is_timed else None,
        )
        yield from lasting(Follows(record, confirmations[0].confirmed_at), case.now_ms)


def suggest_order_limit(case: Case) -> Iterator[Follows | Wake]:
    """J11: a confirmation limits nothing by itself; shops are told that they might."""
    for network, confirmations in _by_network(case).items():
        policy = _policy(case, confirmations[0])
        if policy.consequences.suggests_order_limit:
            record = consequence(
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


def _by_network(case: Case) -> dict[str, list[TagConfirmation]]:
    """The confirmations that stand, by the network of platforms whose tags count together, earliest first."""
    networks: dict[str, list[TagConfirmation]] = {}
    for confirmation in case.confirmations:
        networks.setdefault(_policy(case, confirmation).tags.network, []).append(confirmation)
    return dict(sorted(networks.items()))


def _policy(case: Case, confirmation: TagConfirmation) -> Policy:
    return case.policies.at(confirmation.platform, confirmation.confirmed_at)


def _critical(case: Case, confirmations: list[TagConfirmation]) -> list[Alert]:
    """The critical alerts on confirmed orders that no shop has called wrong."""
    confirmed = {order_id for confirmation in confirmations for order_id in confirmation.order_ids}
    return [
        alert
        for alert in case.alerts
        if alert.severity == "critical"
        and alert.facts.get("verdict") != "normal"
        and not confirmed.isdisjoint(alert.order_ids)
    ]


def _critical_since(confirmations: list[TagConfirmation], critical: list[Alert]) -> int:
    """When an order was first both confirmed and under a critical alert."""
    return min(
        max(confirmation.confirmed_at, alert.decided_at)
        for confirmation in confirmations
        for alert in critical
        if not set(confirmation.order_ids).isdisjoint(alert.order_ids)
    )


def _is_harder(rules: SanctionRules, one: str, other: str) -> bool:
    """Whether one sanction stands higher on the ladder; what is not on it stands above it."""
    steps: dict[str, int] = {name: number for number, name in enumerate(rules.ladder)}
    return steps.get(one, len(steps)) > steps.get(other, len(steps))
