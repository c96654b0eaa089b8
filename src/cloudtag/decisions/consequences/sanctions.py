"""What befalls a confirmed buyer: the ladder of sanctions (B18, A23, A1, B26, F20), and a suggestion (J11).

A pure function of what confirms the buyer: by how often, by how grave, and never by one order, one detector and one tag
alone to the last rung.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloudtag.contract.scope import unscoped
from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    consequence_id,
    lasting,
)
from cloudtag.decisions.consequences.causes import SanctionCause, appeals_against, causes_of, left_by
from cloudtag.decisions.owners import independent
from cloudtag.policy.consequence_rules import SanctionRules
from cloudtag.policy.model import Policy

_DAY_MS = 86_400_000
Owners = Mapping[str, tuple[str, ...]]
"""By shop, what its owner is known by."""


class SanctionStep(NamedTuple):
    """A rung (from 1) that was reached, or begun anew, at an event time, and when it ends if nothing else comes."""

    at_ms: int
    rung: int
    ends_at: int | None


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """The sanction of one network as its causes leave it. `steps`: how it came to that, the last one in force.

    An `ends_at` is none where it lasts until it is reversed.
    """

    network: str
    policy: Policy
    causes: list[SanctionCause]
    alert_ids: tuple[str, ...]
    steps: tuple[SanctionStep, ...]
    is_under_appeal: bool

    @property
    def last(self) -> SanctionStep:
        """What is in force."""
        return self.steps[-1]

    def name_of(self, step: SanctionStep) -> str:
        """The sanction of a step, by the platform's ladder."""
        return self.policy.sanctions.ladder[step.rung - 1]


def sanctions_of(case: ConsequenceCase) -> list[Sanctioned]:
    """One sanction per network whose platform has a ladder, ended ones included."""
    return [found for name, causes in causes_of(case).items() if (found := _standing(case, name, causes)) is not None]


def sanction_id(buyer: str, network: str) -> str:
    """The id of a buyer's sanction in a network, the buyer given with the network: one, however high it climbs."""
    return consequence_id(buyer, "sanction", ("buyer", unscoped(buyer)[1]), None, network)


def sanction(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One sanction per buyer and network of platforms. It begins anew with every further cause."""
    confirmed = {confirmation.confirmation_id for confirmation in case.confirmations}
    for found in sanctions_of(case):
        rules = found.policy.sanctions
        sanctioned = found.name_of(found.last)
        details = {
            "sanction": sanctioned,
            "rung": str(found.last.rung),
            "causes": str(len(found.causes)),
            "confirmations": str(len({cause.id for cause in found.causes} & confirmed)),
            "network": found.network,
        }
        if sanctioned == "strip_benefits":
            details["benefits"] = ", ".join(rules.benefits)
        if found.is_under_appeal:
            details["under_appeal"] = "true"
        record = consequence(
            case.buyer,
            "sanction",
            ("buyer", case.buyer_id),
            found.policy,
            [*(cause.id for cause in found.causes), *found.alert_ids],
            found.last.at_ms,
            details,
            anchor=found.network,
            platform=found.causes[-1].platform,
            ends_at=found.last.ends_at,
        )
        yield from lasting(Follows(record, min(cause.since_ms for cause in found.causes)), case.now_ms)


def suggest_order_limit(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """J11: a confirmation limits nothing by itself; shops are told that they might."""
    networks: dict[str, list[int]] = {}
    for place, confirmation in enumerate(case.confirmations):
        networks.setdefault(case.policies.networks[confirmation.platform], []).append(place)
    for network, places in sorted(networks.items()):
        confirmations = [case.confirmations[place] for place in places]
        first = confirmations[0]
        policy = case.policies.at(first.platform, first.confirmed_at)
        if policy.consequences.suggests_order_limit:
            record = consequence(
                case.buyer,
                "order_limit",
                ("buyer", case.buyer_id),
                policy,
                [c.confirmation_id for c in confirmations],
                first.confirmed_at,
                {"suggestion": "limit_orders", "is_binding": "false", "network": network},
                anchor=network,
                platform=first.platform,
            )
            yield Follows(record, first.confirmed_at)


def _standing(case: ConsequenceCase, network: str, causes: list[SanctionCause]) -> Sanctioned | None:
    appeals = appeals_against(case.appeals, sanction_id(case.buyer, network))
    left = _since_clean(case, left_by(appeals, causes))
    if not left:
        return None
    policy = case.policies.at(left[-1].platform, left[-1].at_ms)
    rules = policy.sanctions
    if not rules.ladder:
        return None
    steps, alert_ids = _climbed(left, rules, case.owners)
    return Sanctioned(
        network=network,
        policy=policy,
        causes=left,
        alert_ids=alert_ids,
        steps=tuple(steps),
        is_under_appeal=any(view.status == "opened" for view in appeals),
    )


def _since_clean(case: ConsequenceCase, causes: list[SanctionCause]) -> list[SanctionCause]:
    """The causes since the last time the buyer had none for so long that the ladder begins anew."""
    left: list[SanctionCause] = []
    for cause in causes:
        clean_days = case.policies.at(cause.platform, cause.at_ms).sanctions.clean_days
        if left and cause.at_ms - left[-1].at_ms > clean_days * _DAY_MS:
            left = []
        left.append(cause)
    return left


def _climbed(
    causes: Sequence[SanctionCause], rules: SanctionRules, owners: Owners
) -> tuple[list[SanctionStep], tuple[str, ...]]:
    """The steps up the ladder, and the alerts that asked for the last one.

    Every cause starts the duration anew, and so does an alert that grew graver and asks for a higher rung.
    Nothing is asked for before the first cause came, and more causes never reach less.
    """
    moments = sorted({cause.at_ms for cause in causes} | {at_ms for cause in causes for at_ms, _, _ in cause.asked})
    rung, steps = 0, list[SanctionStep]()
    alert_ids: tuple[str, ...] = ()
    for now_ms in moments:
        known = [cause for cause in causes if cause.at_ms <= now_ms]
        asked = [(s, alert_id) for cause in known for at_ms, s, alert_id in cause.asked if at_ms <= now_ms]
        by_gravity = max((rules.rung_for(severity) for severity, _ in asked), default=0)
        reached = min(max(len(known), by_gravity), _highest(known, rules, owners))
        is_begun = reached > rung or any(cause.at_ms == now_ms for cause in known)
        rung = reached
        if is_begun:
            days = rules.days.get(rules.ladder[rung - 1], 0)
            steps.append(SanctionStep(now_ms, rung, now_ms + days * _DAY_MS if days else None))
        alert_ids = tuple(sorted({a for severity, a in asked if rules.rung_for(severity) == by_gravity}))
    return steps, alert_ids


def _highest(causes: Sequence[SanctionCause], rules: SanctionRules, owners: Owners) -> int:
    """How high these causes may reach at most (B26, A1, F20); shops of one owner are one shop (F18)."""
    top = len(rules.ladder)
    orders = frozenset[tuple[str, str]]().union(*(cause.order_ids for cause in causes))
    if len(orders) <= 1:
        return min(top, rules.one_order_rung)
    shops = frozenset[str]().union(*(cause.shop_ids for cause in causes))
    scenarios = frozenset[str]().union(*(cause.scenarios for cause in causes))
    distinct = max(independent({shop: owners.get(shop, ()) for shop in shops}), len(scenarios))
    if distinct < rules.last_rung_causes or not any(cause.has_evidence for cause in causes):
        return max(1, top - 1)
    return top
