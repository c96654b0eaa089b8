"""From a detector's finding to the alert that is published, and where a shop takes it (B11, B16, B27, J1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET
from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered, ComplaintChanged, ReviewPosted
from cloudtag.contract.ids import alert_id, digest_id
from cloudtag.contract.records import Alert, Label, LabelKind, ShopOrder
from cloudtag.contract.scope import is_from_afar, told, without_network
from cloudtag.decisions.severity import rises_of
from cloudtag.detection.buyer_case import BuyerCase, RiskCase
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.complaint_view import complaints_of
from cloudtag.detection.finding import Finding
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.stakes import Stake, stake_of
from cloudtag.detection.wording import money, money_zh
from cloudtag.detectors.registry import Detector
from cloudtag.policy.model import Policy

Case = OrderCase | ParcelCase | BuyerCase | RiskCase
"""What a detector was shown."""
PROTECTIONS = ("deal_not_sold_exemption",)
"""What is recommended where an alert protects the shop and accuses nobody: it is taken nowhere."""

_LABELS: dict[str, LabelKind] = {"abnormal": "true_positive", "normal": "false_positive"}
_STANDING = ("shops",)
"""What such an event says holds until another says otherwise: it belongs to no story, however old it is."""


def alert_of(detector: Detector, finding: Finding, network: str, case: Case, policy: Policy) -> Alert:
    """The alert a finding amounts to.

    Its id is made of the detector, the buyer in the network, the subject (the order or the return number that was
    judged) and the finding's anchor, never of time or arrival. What it names of another network it names by plain ids,
    as everything; its texts and facts say which network they are of.
    """
    rule = detector.rule
    orders = tuple(_meant(case, finding))
    stake = stake_of(finding.refund_ids, finding.order_ids, orders)
    said, said_zh = _sums(detector, finding, stake)
    return Alert(
        alert_id=alert_id(detector.name, network, case.buyer_id, case.subject, finding.anchor),
        revision=0,
        status="open",
        detector=detector.name,
        scenario=rule.scenario,
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
        route=route_of(detector, finding, policy, case),
        policy_version=policy.version,
        orders=_with_shops(finding, orders),
        amount_at_stake_minor=stake.amount_minor,
        currency=stake.currency,
    )


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    """The plain ids of buyers, of whatever network."""
    return tuple(without_network(name) for name in names) if any(map(is_from_afar, names)) else names


def _told(finding: Finding) -> dict[str, str]:
    """A finding's facts, with the linked buyers of other networks by name: a plain id does not say of which it is."""
    facts = {told(name): told(value) for name, value in finding.facts.items()}
    far = sorted(told(name) for name in finding.linked_buyer_ids if is_from_afar(name))
    return {**facts, "linked_elsewhere": ", ".join(far)} if far else facts


def _weight(detector: Detector, finding: Finding) -> dict[str, str]:
    """That a weak signal is a watch by itself and no more (A1, B26). True whatever else comes, so nothing is retold."""
    is_weak = finding.severity in ("low", "medium") and detector.rule.scope != "risk"
    return {"by_itself": "watch"} if is_weak and recommendation_of(detector, finding) not in PROTECTIONS else {}


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
    """The orders named, each with its shop: its own where it is known, else the only one the finding is about.

    Of what another network sold nobody here knows the shop.
    """
    shops: dict[str, set[str]] = {}
    for order in orders:
        if order.shop_id is not None:
            shops.setdefault(order.order_id, set()).add(order.shop_id)
    own = set() if finding.shop_id is None else {finding.shop_id}
    named = [order_id for order_id in finding.order_ids if not is_from_afar(order_id)]
    return tuple(ShopOrder(shop_id, order_id) for order_id in named for shop_id in sorted(shops.get(order_id, own)))


def route_of(detector: Detector, finding: Finding, policy: Policy, case: Case) -> str | None:
    """Where the shop takes the alert, by the platform's name for it (B11, B16, B27, J1)."""
    routes, rule = policy.routes, detector.rule
    if recommendation_of(detector, finding) in PROTECTIONS:
        return None
    if rule.family == "review":
        return routes.review_management
    return routes.complaint_centre if _can_complain(case, finding, routes.complaint_centre) else routes.cloud_tag


def last_word(alert: Alert, verdicts: Iterable[AlertAnswered]) -> AlertAnswered | None:
    """The verdict on an alert that counts: of those who may answer it the latest by event time.

    Only the shop the alert is about may answer it, any shop where it is about none; what another shop says, or what
    says nothing, takes nobody's word away. What the platform says, or what takes one back, is only kept.
    """
    said = (v for v in verdicts if v.verdict != "unknown" and _is_by_shop(v) and alert.shop_id in (None, v.shop_id))
    return max(said, key=lambda v: (v.occurred_at, v.event_id), default=None)


def _is_by_shop(verdict: AlertAnswered) -> bool:
    return verdict.shop_id is not None and verdict.withdraws is None


def answered(alert: Alert, verdict: AlertAnswered | None) -> Alert:
    """The alert as the verdict that counts leaves it: resolved, the verdict among its facts (A21 to A24)."""
    if verdict is None:
        return alert
    said = verdict.verdict
    return replace(alert, status="resolved", facts={**alert.facts, "verdict": said}, verdict=said)


def label_of(alert: Alert, verdict: AlertAnswered | None) -> Label | None:
    """What the verdict says of the detector: `abnormal` that it was right, `normal` that it was wrong (A21 to A24).

    `ignore` says nothing. `verdict`: the one that counts.
    """
    if verdict is None or verdict.verdict not in _LABELS:
        return None
    return Label(
        label_id=digest_id("label", alert.alert_id),
        revision=0,
        status="standing",
        label=_LABELS[verdict.verdict],
        alert_id=alert.alert_id,
        detector=alert.detector,
        scenario=alert.scenario,
        family=alert.family,
        severity=alert.severity,
        platform=alert.platform,
        buyer_id=alert.buyer_id,
        shop_id=alert.shop_id,
        answered_by_shop_id=verdict.shop_id or "",
        account_id=verdict.account_id or "",
        labelled_at=verdict.occurred_at,
        policy_version=alert.policy_version,
    )


def _can_complain(case: Case, finding: Finding, complaint_centre: str) -> bool:
    """Whether a shop holds vouchers and has not complained in vain already.

    Vouchers are evidence handed in with a refund or a complaint of the finding's orders, and chat evidence of a
    complaint or review. After a rejected complaint of the shop about one of the orders only the tag is left (J1).
    The whole-site judgement follows the alerts it rests on.
    """
    if isinstance(case, RiskCase):
        return any(alert.route == complaint_centre for alert in case.alerts)
    orders = [order for order in _meant(case, finding) if order.order_id in finding.order_ids]
    if any(c.complainant == "shop" and c.status == "rejected" for order in orders for c in complaints_of(order)):
        return False
    return any(_has_vouchers(order) for order in orders) or _is_voucher_cited(case, finding)


def _meant(case: Case, finding: Finding) -> Iterator[OrderView]:
    """The case's orders, without those whose number is that of another one at the shop the finding is about."""
    orders = list(_orders(case))
    own = {order.order_id for order in orders if order.shop_id == finding.shop_id}
    return (order for order in orders if order.shop_id == finding.shop_id or order.order_id not in own)


def _orders(case: Case) -> Iterator[OrderView]:
    if isinstance(case, OrderCase):
        yield case.order
    elif isinstance(case, ParcelCase):
        yield from (order for order, _ in case.refunds)
        yield from case.outbound
    else:
        yield from case.orders


def _has_vouchers(order: OrderView) -> bool:
    if any(change.evidence for refund in order.refunds.values() for change in refund.changes):
        return True
    return any(_is_voucher(fact) for fact in order.others)


def _is_voucher_cited(case: OrderCase | ParcelCase | BuyerCase, finding: Finding) -> bool:
    """Complaints may be about no order: of those only the ones count that the finding rests on."""
    if not isinstance(case, BuyerCase):
        return False
    cited = {(reference.stream, reference.event_id) for reference in finding.evidence}
    return any(("complaints", fact.event_id) in cited for fact in case.others if _is_voucher(fact))


def _is_voucher(fact: object) -> bool:
    if isinstance(fact, ComplaintChanged):
        return bool(fact.evidence or fact.chat_evidence_no)
    return isinstance(fact, ReviewPosted) and fact.chat_evidence_no is not None
