"""Where a shop takes an alert (B11, B16, B26, B27, J1): by its vouchers, its rejected report, what can be tagged, and
whether any other order of the buyer's is abnormal.

A route never leads to the cloud tag where the platform does not take tags of that scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from msgspec.structs import replace

from cloudtag.contract.events import ComplaintChanged, ReviewPosted
from cloudtag.contract.records import Alert, Family, ShopOrder
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.buyer_case import BuyerCase, RiskCase, accuses
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.complaint_view import complaints_of, said_of
from cloudtag.detection.finding import Finding
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, together
from cloudtag.policy.model import Policy

Case = OrderCase | ParcelCase | BuyerCase | RiskCase
"""What a detector was shown."""
_ONLY = "only_abnormal_order"
"""The fact that an alert with vouchers goes to the cloud tag for that reason."""


def route(policy: Policy, family: Family, scenario: str, *, has_vouchers: bool, was_refused: bool) -> str | None:
    """Where an alert goes, by the platform's name for it; none where no place is left.

    `has_vouchers`: the shop's own. `was_refused`: a complaint of the shop about one of the orders was rejected.
    """
    routes = policy.routes
    can_tag = is_tagged_there(policy, scenario)
    if family == "review" and not (routes.review_management == routes.cloud_tag and not can_tag):
        return routes.review_management
    if can_tag and (was_refused or not has_vouchers):
        return routes.cloud_tag
    if family == "buyer" and not has_vouchers:
        return None  # the shop takes the alerts it rests on
    if was_refused or (routes.complaint_centre == routes.cloud_tag and not can_tag):
        return None
    return routes.complaint_centre


def is_tagged_there(policy: Policy, scenario: str) -> bool:
    """Whether a shop can tag an order with a label that stands for the scenario of an alert."""
    return any(scenario in policy.tags.scenarios_of(label) for label in policy.tags.scenarios)


def route_of(family: Family, scenario: str, finding: Finding, policy: Policy, case: Case) -> str | None:
    """The route of a finding. The whole-site judgement goes to the complaint centre with any alert it rests on."""
    if isinstance(case, RiskCase):
        has_vouchers = any(alert.route == policy.routes.complaint_centre for alert in case.alerts)
        return route(policy, family, scenario, has_vouchers=has_vouchers, was_refused=False)
    loose = _loose(case)
    named = [order for order in orders_meant(case, finding) if order.order_id in finding.order_ids]
    reports = [c for order in named for c in complaints_of(order, loose) if c.complainant == "shop"]
    has_vouchers = any(_has_vouchers(order, loose) for order in named) or _is_voucher_cited(case, finding)
    was_refused = any(complaint.status == "rejected" for complaint in reports)
    return route(policy, family, scenario, has_vouchers=has_vouchers, was_refused=was_refused)


def orders_meant(case: Case, finding: Finding) -> list[OrderView]:
    """The case's orders, each once, without those that only have the number of one that the finding means.

    It means the one at its shop; one of several shops, that which it rests on.
    """
    shown = orders_of(case) if isinstance(case, OrderCase | ParcelCase) else case.orders
    found, are_alone = _each_once(together(shown))
    # What is known of all orders is not to be changed.
    orders = [*found]
    if are_alone:
        return orders
    cited = {(reference.stream, reference.event_id) for reference in finding.evidence}
    meant = {order.order_id for order in orders if _is_meant(order, finding, cited)}
    return [order for order in orders if order.order_id not in meant or _is_meant(order, finding, cited)]


@once_of_case
def _each_once(orders: Orders) -> tuple[list[OrderView], bool]:
    """Each order once, and whether no two have one number."""
    found = list({order.name: order for order in orders}.values())
    return found, len({order.order_id for order in found}) == len(found)


def _is_meant(order: OrderView, finding: Finding, cited: Set[tuple[str, str]]) -> bool:
    if finding.shop_id is not None:
        return order.shop_id == finding.shop_id
    return any((STREAM_OF[type(fact)], fact.event_id) in cited for fact in order.facts())


def abnormal_orders(alerts: Iterable[Alert]) -> frozenset[ShopOrder]:
    """The orders that alerts accuse the buyer of. What only watches or protects, or was called normal, does not."""
    return frozenset(order for alert in alerts if accuses(alert) for order in alert.orders)


def settled(alert: Alert, policy: Policy, abnormal: Callable[[], frozenset[ShopOrder]]) -> Alert:
    """An alert that vouchers take to the complaint centre, as it stands beside all abnormal orders (B26, B27).

    About the only one of them it is for the cloud tag to weigh, where the platform says so: one order is no pattern.
    """
    if not _may_be_tagged(alert, policy) or not _is_only(alert, abnormal()):
        return alert
    return replace(alert, route=policy.routes.cloud_tag, facts={**alert.facts, _ONLY: "true"})


def is_settled(alert: Alert, policy: Policy | None, abnormal: frozenset[ShopOrder]) -> bool:
    """Whether a published alert goes where it belongs beside all abnormal orders."""
    if _ONLY in alert.facts:
        return _is_only(alert, abnormal)
    return policy is None or not _may_be_tagged(alert, policy) or not _is_only(alert, abnormal)


def _may_be_tagged(alert: Alert, policy: Policy) -> bool:
    routes = policy.routes
    is_complained = routes.tags_only_order and alert.route == routes.complaint_centre != routes.cloud_tag
    return is_complained and is_tagged_there(policy, alert.scenario)


def _is_only(alert: Alert, abnormal: frozenset[ShopOrder]) -> bool:
    return len(set(alert.orders)) == 1 and abnormal <= set(alert.orders)


def orders_of(case: Case) -> Iterator[OrderView]:
    """The orders a case shows, in no order and perhaps twice."""
    if isinstance(case, OrderCase):
        yield case.order
    elif isinstance(case, ParcelCase):
        yield from (order for order, _ in case.refunds)
        yield from case.outbound
    else:
        yield from case.orders


def _loose(case: Case) -> list[ComplaintChanged]:
    """What was said of the buyer's complaints without naming an order; an order's own case holds it already."""
    if isinstance(case, ParcelCase):
        return list(case.loose)
    return [f for f in case.others if isinstance(f, ComplaintChanged)] if isinstance(case, BuyerCase) else []


def _has_vouchers(order: OrderView, loose: Iterable[ComplaintChanged]) -> bool:
    """What the shop handed in when it refused a refund, in a complaint of its own, or about a review.

    What the buyer hands in with a claim proves nothing for the shop.
    """
    refused = (change for refund in order.refunds.values() for change in refund.changes if change.status == "refused")
    return any(change.evidence for change in refused) or _are_vouchers(said_of(order, loose))


def _is_voucher_cited(case: OrderCase | ParcelCase | BuyerCase, finding: Finding) -> bool:
    """Complaints may be about no order: of those only the ones count that the finding rests on."""
    if not isinstance(case, BuyerCase):
        return False
    cited = {reference.event_id for reference in finding.evidence if reference.stream == "complaints"}
    complaints = [fact for fact in case.others if isinstance(fact, ComplaintChanged)]
    about = {_named(fact) for fact in complaints if fact.event_id in cited}
    return _are_vouchers(fact for fact in complaints if _named(fact) in about)


def _named(complaint: ComplaintChanged) -> tuple[str, str]:
    return complaint.shop_id, complaint.complaint_id


def _are_vouchers(facts: Iterable[object]) -> bool:
    """Whether any is proof of a shop's. Not every event of a complaint need say who complains."""
    kept = list(facts)
    shops = {_named(f) for f in kept if isinstance(f, ComplaintChanged) and f.complainant == "shop"}
    return any(
        (isinstance(f, ComplaintChanged) and _named(f) in shops and bool(f.evidence or f.chat_evidence_no))
        or (isinstance(f, ReviewPosted) and f.chat_evidence_no is not None)
        for f in kept
    )
