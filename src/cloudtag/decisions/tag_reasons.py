"""Why a tag is refused by what the buyer's file knows: its order (J6, B15), repeats (J5, A8, A9), contacts (T8).

What the shop's own file refuses comes first: `no_permission`, `no_orders`, `too_many_orders`, `one_scenario_only`,
`unknown_scenario`; then, in this order, `unknown_order`, `not_your_order`, `duplicate_order`, `contact_first`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cloudtag.contract.events import BuyerContacted, TagSubmitted
from cloudtag.contract.shops import TagRequested
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.model import Policies, Policy, TagRules

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_CHANGING = ("modified", "agreed", "waybill_filled", "completed", "withdrawn")
"""What a refund becomes when something came of a talk; a refusal or an escalation shows that nothing did."""
OrdersById = Callable[[str], Iterable[OrderView]]
"""The buyer's orders with that id: an id means something only inside a shop."""
Tagged = dict[tuple[str, str, str], set[str | None]]
"""By network, shop and order, the scenarios it was tagged with so far by tags that were accepted and stand."""


def only_scenario(submission: TagSubmitted) -> str | None:
    """The scenario a submission chose, if it chose exactly one (J4)."""
    match submission.scenarios:
        case (scenario,):
            return scenario
    return None


def shop_refusal(submission: TagSubmitted, rules: TagRules, *, is_permitted: bool) -> str | None:
    """What is wrong with a submission as such (B14, J3, J4, A7); `is_permitted`: whether the account may tag."""
    if not is_permitted:
        return "no_permission"
    if not submission.orders:
        return "no_orders"
    if len(submission.orders) > rules.max_orders:
        return "too_many_orders"
    scenario = only_scenario(submission)
    if scenario is None:
        return "one_scenario_only"
    if scenario not in rules.scenarios:
        return "unknown_scenario"
    return None


def refusal(
    request: TagRequested, policy: Policy, orders: OrdersById, policies: Policies, tagged: Tagged
) -> str | None:
    """Why the tag is refused, or none. `tagged` takes in what an accepted tag that stands uses up.

    To be asked in the order in which the tags were put.
    """
    if request.rejection is not None:
        return request.rejection
    rules, scenario = policy.tags, request.scenario
    network = policies.networks[request.platform]
    own, reason = _own_order(request, network, orders, policies)
    if own is None:
        return reason
    used = tagged.get((network, request.shop_id, request.order_id), set())
    if scenario in used or (used and not rules.is_once_per_scenario):
        return "duplicate_order"
    if scenario in rules.contact_first and not is_contacted(request, own, rules):
        return "contact_first"
    if request.voided_by is None:
        tagged.setdefault((network, request.shop_id, request.order_id), set()).add(scenario)
    return None


def _own_order(
    request: TagRequested, network: str, orders: OrdersById, policies: Policies
) -> tuple[OrderView | None, str | None]:
    """The buyer's order at that shop, or why there is none (J6)."""
    known = ordered_in(network, orders(request.order_id), policies)
    own = next((order for order in known if order.shop_id == request.shop_id), None)
    return own, "not_your_order" if known else "unknown_order"


def ordered_in(network: str, orders: Iterable[OrderView], policies: Policies) -> list[OrderView]:
    """The orders of a network among those of one id.

    They are known by what the buyer did, ordering or asking for money back, never by what a shop alone says of them.
    """
    return [
        order
        for order in orders
        if (order.changes or order.refunds) and policies.networks[order.platform or ""] == network
    ]


def is_contacted(request: TagRequested, order: OrderView, rules: TagRules) -> bool:
    """T8: enough of the shop's contacts about the order, each a while after the one before, came to nothing.

    As many as can be picked so far apart are counted. A contact counts as before the tag up to the tolerance of clocks
    after it (F4).
    """
    until = request.occurred_at + rules.clock_tolerance_minutes * _MINUTE_MS
    futile = [
        contact.occurred_at
        for contact in order.contacts
        if contact.shop_id == request.shop_id
        and contact.occurred_at <= until
        and _is_futile(contact, order, rules, until)
    ]
    return _picked(sorted(futile), rules.contact_gap_minutes * _MINUTE_MS) >= rules.unanswered_contacts


def _is_futile(contact: BuyerContacted, order: OrderView, rules: TagRules, until: int) -> bool:
    """Nobody answered; or somebody did long before the tag, and no refund of the order has changed since."""
    if not contact.answered:
        return True
    if contact.occurred_at + rules.answer_hours * _HOUR_MS > until:
        return False
    changes = (change for refund in order.refunds.values() for change in refund.changes)
    return not any(c.status in _CHANGING and contact.occurred_at < c.occurred_at <= until for c in changes)


def _picked(times: Sequence[int], gap_ms: int) -> int:
    """How many of these moments, in order, can be picked so that no two are nearer than the gap."""
    count, last = 0, None
    for at_ms in times:
        if last is None or at_ms - last >= gap_ms:
            count, last = count + 1, at_ms
    return count
