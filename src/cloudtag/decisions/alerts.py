"""From a detector's finding to the alert that is published."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.decisions.routes import Case, orders_of, route_of
from cloudtag.decisions.severity import rises_of
from cloudtag.detection.finding import Finding
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.stakes import Stake, stake_of
from cloudtag.detection.wording import money, money_zh
from cloudtag.detectors.registry import Detector
from cloudtag.policy.model import Policy

PROTECTIONS = ("deal_not_sold_exemption",)
"""What is recommended where an alert protects the shop and accuses nobody: it is taken nowhere."""

_STANDING = ("shops",)
"""What such an event says holds until another says otherwise: it belongs to no story, however old it is."""


def alert_of(
    detector: Detector, finding: Finding, buyer_id: str, subject: str, policy: Policy, case: Case | None = None
) -> Alert:
    """The alert a finding amounts to.

    Its id is made of the detector, the buyer, the subject (the order or the return number that was judged) and the
    finding's anchor, never of time or arrival. Without the case that was judged it has no route.
    """
    rule = detector.rule
    orders = () if case is None else tuple(orders_of(case))
    stake = stake_of(finding.refund_ids, finding.order_ids, orders)
    said, said_zh = _sums(detector, finding, stake)
    return Alert(
        alert_id=digest_id(detector.name, buyer_id, subject, finding.anchor),
        revision=0,
        status="open",
        detector=detector.name,
        scenario=finding.scenario or rule.scenario,
        family=rule.family,
        severity=finding.severity,
        platform=finding.platform,
        buyer_id=buyer_id,
        shop_id=finding.shop_id,
        order_ids=finding.order_ids,
        refund_ids=finding.refund_ids,
        waybill_nos=finding.waybill_nos,
        linked_buyer_ids=finding.linked_buyer_ids,
        first_event_at=min(r.occurred_at for r in finding.evidence if r.stream not in _STANDING),
        decided_at=finding.decided_at,
        evidence=finding.evidence,
        facts={**finding.facts, **rises_of(finding), **_weight(detector, finding), "clears": rule.clears},
        explanation=finding.explanation + said,
        explanation_zh=finding.explanation_zh + said_zh,
        recommendation=recommendation_of(detector, finding),
        route=None if case is None else _route(detector, finding, policy, case),
        policy_version=policy.version,
        orders=_with_shops(finding, orders),
        amount_at_stake_minor=stake.amount_minor,
        currency=stake.currency,
    )


def _weight(detector: Detector, finding: Finding) -> dict[str, str]:
    """That a weak signal is a watch by itself and no more (A1, B26). True whatever else comes, so nothing is retold."""
    is_weak = finding.severity in ("low", "medium") and detector.rule.scope != "risk"
    return {"by_itself": "watch"} if is_weak and recommendation_of(detector, finding) not in PROTECTIONS else {}


def _route(detector: Detector, finding: Finding, policy: Policy, case: Case) -> str | None:
    """Where the shop takes it; what protects the shop or accuses nobody is taken nowhere."""
    if recommendation_of(detector, finding) in PROTECTIONS or not detector.rule.accuses:
        return None
    return route_of(detector.rule.family, detector.rule.scenario, finding, policy, case)


def recommendation_of(detector: Detector, finding: Finding) -> str | None:
    """What this case calls for: what the finding says, or else the rule."""
    said = finding.recommendation
    return detector.rule.recommendation if said is UNSET else said


def _sums(detector: Detector, finding: Finding, stake: Stake) -> tuple[str, str]:
    """A sentence with the money, in English and Chinese, where refunds are what it is about and it can be named."""
    if detector.rule.family != "refund" or not finding.refund_ids or not stake.amount_minor or not stake.currency:
        return "", ""
    amount, amount_zh = money(stake.amount_minor, stake.currency), money_zh(stake.amount_minor, stake.currency)
    return f" At stake: {amount}.", f"涉及金额：{amount_zh}。"


def _with_shops(finding: Finding, orders: Iterable[OrderView]) -> tuple[ShopOrder, ...]:
    """The orders named, each with its shop: its own where it is known, else the only one the finding is about."""
    shops = {order.order_id: order.shop_id or finding.shop_id for order in orders}
    named = ((shops.get(order_id, finding.shop_id), order_id) for order_id in finding.order_ids)
    return tuple(ShopOrder(shop_id, order_id) for shop_id, order_id in named if shop_id is not None)
