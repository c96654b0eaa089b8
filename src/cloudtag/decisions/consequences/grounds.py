"""Why an order is taken out of a shop's figures (B22, A22, A13): a tag, a report, an alert answered `abnormal`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudtag.contract.records import Alert
from cloudtag.decisions.consequences.case import ConsequenceCase, orders_named
from cloudtag.decisions.routes import is_tagged_there
from cloudtag.policy.consequence_rules import ExclusionBasis
from cloudtag.policy.model import Policy

DISPUTE = "malicious_refund"
"""The scene of a malicious dispute."""
_DAY_MS = 86_400_000


class Ground(NamedTuple):
    """Why an order is excluded: since when, by which rule of the pack, and the tag, complaint or alert that says so.

    `since_ms`: event time of the oldest fact it rests on. `scenario`: what it says, as a scenario or a scene. On the
    ground of a dispute beside it the order counts in the figures for disputes alone.
    """

    at_ms: int
    because: str
    basis: ExclusionBasis
    platform: str
    since_ms: int
    scenario: str | None
    shop_id: str
    is_beside: bool = False


def grounds_of(case: ConsequenceCase) -> Iterator[tuple[str, Ground]]:
    """All grounds of all orders, each with its order."""
    for tag in case.tags:
        if tag.status == "confirmed":
            yield (
                tag.order_id,
                Ground(
                    tag.decided_at, tag.tag_id, "confirmed_tag", tag.platform, tag.decided_at, tag.scenario,
                    tag.shop_id,
                ),
            )  # fmt: skip
    yield from _of_reports(case)
    for alert in case.alerts:
        yield from _of_verdict(case, alert)


def is_dispute(policy: Policy, ground: Ground) -> bool:
    """Whether a ground is about a malicious dispute, by the platform's scenes."""
    return ground.scenario in (DISPUTE, *policy.tags.covers.get(DISPUTE, ()))


def _of_reports(case: ConsequenceCase) -> Iterator[tuple[str, Ground]]:
    for report in case.reports:
        record, decided_at = report.record, report.upheld_at
        if decided_at is None:
            continue
        ground = Ground(
            decided_at, record.report_id, "upheld_complaint", record.platform, record.put_at, record.scenario,
            record.shop_id,
        )  # fmt: skip
        if record.order_id is not None:
            yield record.order_id, ground
        if record.scenario == DISPUTE:
            yield from _beside(case, ground, decided_at + report.policy.consequences.dispute_days * _DAY_MS)


def _beside(case: ConsequenceCase, ground: Ground, until_ms: int) -> Iterator[tuple[str, Ground]]:
    """A13: every order the buyer disputed at that shop, up to some days after the decision."""
    for order in case.orders.values():
        disputed_at = min((refund.opened.occurred_at for refund in order.refunds.values()), default=None)
        if order.shop_id == ground.shop_id and disputed_at is not None and disputed_at <= until_ms:
            at_ms = max(ground.at_ms, disputed_at)
            yield order.order_id, ground._replace(at_ms=at_ms, is_beside=True)


def _of_verdict(case: ConsequenceCase, alert: Alert) -> Iterator[tuple[str, Ground]]:
    """A shop's word is about its own orders, the platform's about all that the alert names.

    What says that a shop was at fault itself (F8) has no scene, and gives it nothing, whoever answers it.
    """
    verdict = case.verdicts.get(alert.alert_id)
    if verdict is None or verdict.verdict != "abnormal":
        return
    if not is_tagged_there(case.policies.at(alert.platform, verdict.occurred_at), alert.scenario):
        return
    since_ms = min(alert.first_event_at, verdict.occurred_at)
    for shop_id, order_id in orders_named(alert):
        if verdict.shop_id not in (None, shop_id) and shop_id:
            continue
        yield (
            order_id,
            Ground(
                verdict.occurred_at, alert.alert_id, "abnormal_verdict", alert.platform, since_ms, alert.scenario,
                shop_id,
            ),
        )  # fmt: skip
