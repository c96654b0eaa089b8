"""From a detector's finding to the alert that is published."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from cloudtag.contract.ids import alert_id
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.contract.scope import is_from_afar, told, without_network
from cloudtag.decisions.routes import Case, orders_meant, route_of
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


def alert_of(detector: Detector, finding: Finding, network: str, case: Case, policy: Policy) -> Alert:
    """The alert a finding amounts to.

    Its id is made of the detector, the buyer in the network, the subject (the order or the return number that was
    judged) and the finding's anchor, never of time or arrival. What it names of another network it names by plain ids,
    as everything; its texts and facts say which network they are of.
    """
    rule = detector.rule
    orders = orders_meant(case, finding)
    stake = stake_of(finding.refund_ids, finding.order_ids, orders)
    said, said_zh = _sums(detector, finding, stake)
    return Alert(
        alert_id=alert_id(detector.name, network, case.buyer_id, case.subject, finding.anchor),
        revision=0,
        status="open",
        detector=detector.name,
        scenario=finding.scenario or rule.scenario,
        family=rule.family,
        severity=finding.severity,
        platform=finding.platform,
        buyer_id=case.buyer_id,
        shop_id=finding.shop_id,
        order_ids=_plain(finding.order_ids),
        refund_ids=_plain(finding.refund_ids),
        waybill_nos=finding.waybill_nos,
        linked_buyer_ids=_plain(finding.linked_buyer_ids),
        first_event_at=min(r.occurred_at for r in finding.evidence if r.stream not in _STANDING),
        decided_at=finding.decided_at,
        evidence=finding.evidence,
        facts={**_told(finding), **rises_of(finding), **_weight(detector, finding), "clears": rule.clears},
        explanation=told(finding.explanation) + said,
        explanation_zh=told(finding.explanation_zh) + said_zh,
        recommendation=recommendation_of(detector, finding),
        route=_route(detector, finding, policy, case),
        policy_version=policy.version,
        orders=_with_shops(finding, orders),
        amount_at_stake_minor=stake.amount_minor,
        currency=stake.currency,
    )


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    """The plain ids of buyers, of whatever network."""
    return tuple(map(without_network, names))


def _told(finding: Finding) -> dict[str, str]:
    """A finding's facts, with the linked buyers of other networks by name: a plain id does not say of which it is."""
    facts = {told(name): told(value) for name, value in finding.facts.items()}
    far = sorted(told(name) for name in finding.linked_buyer_ids if is_from_afar(name))
    return {**facts, "linked_elsewhere": ", ".join(far)} if far else facts


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
    """The buyer's orders that are named, each with its shop: its own where it is known, else the only one the finding
    is about. What is looked up by an order must not meet what accuses somebody else.

    Of what another network sold nobody here knows the shop.
    """
    shops = {order_id: set(own) for order_id, own in finding.own_shops.items()}
    for order in orders:
        if order.shop_id is not None:
            shops.setdefault(order.order_id, set()).add(order.shop_id)
    own = set() if finding.shop_id is None else {finding.shop_id}
    named = [order_id for order_id in finding.order_ids if not is_from_afar(order_id)]
    return tuple(ShopOrder(shop_id, order_id) for order_id in named for shop_id in sorted(shops.get(order_id, own)))
