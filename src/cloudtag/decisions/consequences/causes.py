"""What a sanction rests on (B18, A23): confirmations, verdicts on grave alerts; and what an upheld appeal takes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.records import SEVERITIES, Alert, TagConfirmation
from cloudtag.decisions.consequences.case import ConsequenceCase, orders_named, reached_at
from cloudtag.decisions.tag_windows import stands
from cloudtag.policy.model import Policy

_GRAVE = ("high", "critical")


@dataclass(frozen=True, slots=True)
class SanctionCause:
    """A moment at which a buyer came to deserve one rung more.

    `id`: of the confirmation or alert. `asked`: what confirmed alerts ask for besides, each severity since when.
    """

    at_ms: int
    id: str
    platform: str
    shop_ids: frozenset[str]
    scenarios: frozenset[str]
    order_ids: frozenset[tuple[str, str]]
    has_evidence: bool
    since_ms: int
    asked: tuple[tuple[int, str, str], ...] = ()
    """Event time, severity and alert id of each."""


def causes_of(case: ConsequenceCase) -> dict[str, list[SanctionCause]]:
    """By network of platforms, all causes, earliest first."""
    networks: dict[str, list[SanctionCause]] = {}
    for confirmation in case.confirmations:
        policy = case.policies.at(confirmation.platform, confirmation.confirmed_at)
        networks.setdefault(case.policies.networks[confirmation.platform], []).extend(
            _of_confirmation(case, confirmation, policy)
        )
    for alert in case.alerts:
        cause = _of_verdict(case, alert)
        if cause is not None:
            networks.setdefault(case.policies.networks[alert.platform], []).append(cause)
    return {name: sorted(found, key=lambda c: (c.at_ms, c.id)) for name, found in sorted(networks.items())}


def _of_confirmation(case: ConsequenceCase, confirmation: TagConfirmation, policy: Policy) -> Iterator[SanctionCause]:
    """One for the confirmation, and one for each further threshold of independent shops in it."""
    tags = [tag for tag in case.tags if tag.tag_id in confirmation.tag_ids and tag.shop_id in confirmation.shop_ids]
    orders = {(tag.shop_id, tag.order_id) for tag in tags}
    # A confirmation may outlive what a tag said, which may say nothing by now.
    labels = {tag.scenario for tag in tags if tag.scenario is not None} | {confirmation.scenario}
    asked = tuple(_asked(case, confirmation, policy, orders, labels))
    for at_ms in confirmation.reached_ms or (confirmation.confirmed_at,):
        yield SanctionCause(
            at_ms=at_ms,
            id=confirmation.confirmation_id,
            platform=confirmation.platform,
            shop_ids=frozenset(confirmation.shop_ids),
            scenarios=frozenset(labels),
            order_ids=frozenset(orders),
            has_evidence=confirmation.basis == "platform_evidence",
            since_ms=confirmation.confirmed_at,
            asked=asked,
        )


def _asked(
    case: ConsequenceCase,
    confirmation: TagConfirmation,
    policy: Policy,
    orders: set[tuple[str, str]],
    labels: set[str],
) -> Iterator[tuple[int, str, str]]:
    """The alerts that stand and say of a confirmed order what was confirmed."""
    said = {scenario for label in labels for scenario in policy.tags.scenarios_of(label)}
    for alert in case.alerts:
        if not stands(alert) or alert.scenario not in said or orders.isdisjoint(orders_named(alert)):
            continue
        yield from _rises(alert, confirmation.confirmed_at)


def _rises(alert: Alert, counts_since: int) -> Iterator[tuple[int, str, str]]:
    """Each severity that the alert has reached, since when it counts as that."""
    for severity in SEVERITIES[: SEVERITIES.index(alert.severity) + 1]:
        yield max(counts_since, reached_at(alert, (severity,))), severity, alert.alert_id


def _of_verdict(case: ConsequenceCase, alert: Alert) -> SanctionCause | None:
    """A23: an `abnormal` verdict on a high or critical alert."""
    verdict = case.verdicts.get(alert.alert_id)
    if verdict is None or verdict.verdict != "abnormal" or alert.severity not in _GRAVE:
        return None
    if not case.policies.at(alert.platform, verdict.occurred_at).sanctions.takes_verdicts:
        return None
    at_ms = max(verdict.occurred_at, reached_at(alert, _GRAVE))
    return SanctionCause(
        at_ms=at_ms,
        id=alert.alert_id,
        platform=alert.platform,
        shop_ids=frozenset((verdict.shop_id or alert.shop_id or "",)),
        scenarios=frozenset((alert.scenario,)),
        order_ids=frozenset(orders_named(alert)),
        has_evidence=True,
        since_ms=min(alert.first_event_at, verdict.occurred_at),
        asked=tuple(_rises(alert, at_ms)),
    )


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal as its events tell it: when it was first heard of, and what was last said."""

    opened_at: int
    status: str


def appeals_against(appeals: Iterable[AppealChanged], consequence_id: str) -> list[AppealView]:
    """The appeals against one consequence, earliest first."""
    events: dict[str, list[AppealChanged]] = {}
    for event in sorted(appeals, key=lambda e: (e.occurred_at, e.event_id)):
        if event.consequence_id == consequence_id and event.status != "unknown":
            events.setdefault(event.appeal_id, []).append(event)
    views = (AppealView(said[0].occurred_at, said[-1].status) for said in events.values())
    return sorted(views, key=lambda view: view.opened_at)


def left_by(appeals: Sequence[AppealView], causes: Iterable[SanctionCause]) -> list[SanctionCause]:
    """The causes that count still: what an upheld appeal was opened against is out of the count for good."""
    upheld = max((view.opened_at for view in appeals if view.status == "upheld"), default=None)
    return [cause for cause in causes if upheld is None or cause.at_ms > upheld]
