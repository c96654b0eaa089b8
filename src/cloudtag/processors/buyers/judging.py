"""How each kind of row of a buyer's keyed state is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from cloudtag.contract import events as ev
from cloudtag.contract.links import LinkReported
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.contract.shops import ShopAsked, ShopReported
from cloudtag.decisions.tags import judge_tags
from cloudtag.detection.buyer_case import BuyerCase, RiskCase, linked
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.order_view import OrderView, complaints_with_evidence
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import EMPTY, Judgement
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies, Policy
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.published import alerts_of, judge_consequences
from cloudtag.processors.buyers.run_detectors import kinds_of, run_detectors
from cloudtag.processors.buyers.uses import order_uses, owned_skus, pictures, plain_uses

HELD_MS = (LONGEST_WINDOW_DAYS + 60) * DAY_MS
"""How long a buyer's facts are held: a month longer than other processors hold their internal records."""
LINKS_ROW, TAGS_ROW, BUYER_ROW, RISK_ROW, SHOPS_ROW, CONSEQUENCES_ROW = "l", "t", "b", "r", "q", "c"
APPEALS_ROW = "a"
_MOMENT = attrgetter("occurred_at", "event_id")
_UNPAID_MS = 30 * 60_000
"""How long an order may stay unpaid before it is reported, unless the policy of `mass_unpaid` says otherwise."""


def _judge_order(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    row = state.rows.get(row_id)
    if row is None or not row.facts:
        return EMPTY
    judgement, order = Judgement(), view_of(row)
    for use in _uses(state.key, order):
        judgement.conclusions[use.id] = use
    policy = policies.at(order.platform or "", order.began_at)
    told, judgement.timer_ms = order_uses(state.key, order, now_ms, _unpaid_ms(policy))
    for shown in told:
        use_id = shown.internal_id
        judgement.conclusions[use_id] = Conclusion(use_id, shown.attribute, shown.occurred_at, shown)
    case = OrderCase(state.key, order, lambda number: _report(state, number), now_ms)
    run_detectors("order", row.kinds, case, policy, state.index.verdicts, judgement)
    return judgement


def _judge_parcel(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    unit = row_id[1:]
    if unit not in state.index.units and unit[0] != "~":
        return EMPTY
    rows = list(_rows_of(state, state.index.orders_by_number.get(unit, ())))
    orders = [view_of(row) for row in rows]
    refunds = [(o, r) for o in orders for r in o.refunds.values() if r.unit == unit]
    if not refunds:
        return EMPTY
    judgement = Judgement()
    case = ParcelCase(
        buyer_id=state.key,
        waybill_no=None if unit.startswith("~") else unit,
        report=_report(state, unit),
        refunds=sorted(refunds, key=lambda pair: pair[1].refund_id),
        outbound=[o for o in orders if o.waybill and o.waybill.waybill_no == unit],
        now_ms=now_ms,
        linked_buyer_ids=frozenset(linked(_links(state))),
        shop=lambda shop_id: _shop(state, shop_id),
    )
    first = min((r.filled or r.opened for _, r in refunds), key=lambda e: (e.occurred_at, e.event_id))
    policy = policies.at(first.platform, first.occurred_at)
    run_detectors("parcel", kinds_of(rows), case, policy, state.index.verdicts, judgement)
    return judgement


def _judge_links(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    del row_id, policies, now_ms
    judgement = Judgement({use.id: use for use in plain_uses(state)})
    if state.index.has_claims:
        for answer in owned_skus(state, _orders(state)):
            answer_id = answer.internal_id
            judgement.conclusions[answer_id] = Conclusion(answer_id, answer.buyer_id, answer.occurred_at, answer)
    return judgement


def _judge_shops(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    """Ask about the shops that parcels with a known destination go back to, and those a linked shop competes with."""
    del row_id, policies, now_ms
    needed: dict[str, int] = {}
    for number, order_ids in state.index.orders_by_number.items():
        report = _report(state, number) if number in state.index.units else None
        if report is not None and report.destination_hash is not None:
            _need(needed, (view_of(row) for row in _rows_of(state, order_ids)))
    if state.index.has_shop_link:
        _need(needed, _orders(state))
    judgement = Judgement()
    for shop_id, since_ms in needed.items():
        asked = ShopAsked(0, True, shop_id, state.key, since_ms)
        judgement.conclusions[asked.internal_id] = Conclusion(asked.internal_id, shop_id, since_ms, asked)
    return judgement


def _need(needed: dict[str, int], orders: Iterable[OrderView]) -> None:
    for order in orders:
        if order.shop_id is not None:
            needed[order.shop_id] = max(needed.get(order.shop_id, 0), order.began_at)


def _judge_tags(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    row = state.rows.get(row_id)
    if row is None:
        return Judgement()

    def contacts(order_id: str) -> Sequence[ev.BuyerContacted]:
        order = state.rows.get(f"o{order_id}")
        return view_of(order).contacts if order and order.facts else ()

    judged = judge_tags(row.facts.values(), contacts, policies, now_ms, alerts_of(state))
    judgement = Judgement(timer_ms=judged.timer_ms)
    for request, status in judged.statuses:
        judgement.conclusions[status.tag_id] = Conclusion(status.tag_id, state.key, request.occurred_at, status)
    for confirmation in judged.confirmations:
        judgement.conclusions[confirmation.confirmation_id] = Conclusion(
            confirmation.confirmation_id, state.key, confirmation.confirmed_at, confirmation
        )
    return judgement


def _judge_buyer(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    judgement = Judgement()
    own, orders = state.rows.get(row_id), [order for order in _orders(state) if order.newest is not None]
    held = [order.newest for order in orders]
    # A complaint may be about no order; a verdict or a shop's limit is nothing the buyer did.
    others = [fact for fact in own.facts.values() if type(fact) is ev.ComplaintChanged] if own else []
    held += others
    newest = max(held, key=_MOMENT, default=None)
    if newest is None:
        return judgement
    for shown in pictures(state.key, complaints_with_evidence(others)):
        use_id = shown.internal_id
        judgement.conclusions[use_id] = Conclusion(use_id, shown.attribute, shown.occurred_at, shown)
    case = BuyerCase(
        buyer_id=state.key,
        orders=orders,
        others=sorted(others, key=_MOMENT),
        links=_links(state),
        shop=lambda shop_id: _shop(state, shop_id),
        now_ms=now_ms,
        horizon_ms=now_ms - HELD_MS,
    )
    policy = policies.at(newest.platform, newest.occurred_at)
    rows = [row for row in state.rows.values() if row.id[0] in "ob"]
    run_detectors("buyer", kinds_of(rows), case, policy, state.index.verdicts, judgement, state.index.signals)
    return judgement


def _judge_risk(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    del row_id
    judgement = Judgement()
    alerts = alerts_of(state)
    if not alerts:
        return judgement
    policy = policies.at(alerts[-1].platform, alerts[-1].decided_at)
    case = RiskCase(state.key, alerts, _links(state), now_ms, _orders(state))
    run_detectors("risk", frozenset(), case, policy, state.index.verdicts, judgement)
    return judgement


def _judge_consequences(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    del row_id
    own = state.rows.get(BUYER_ROW)
    others = list(own.facts.values()) if own else []
    return judge_consequences(state, state.rows.get(TAGS_ROW), _orders(state), others, policies, now_ms)


def _judge_appeals(state: KeyedState, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    """Appeals are kept; nothing is concluded from them."""
    del state, row_id, policies, now_ms
    return EMPTY


def view_of(row: Row) -> OrderView:
    """The order a row is about, made once until a fact changes it."""
    view = row.view
    if view is None:
        view = row.view = OrderView(row.id[1:], row.facts.values())
    assert isinstance(view, OrderView)
    return view


def _uses(buyer_id: str, order: OrderView) -> Iterator[Conclusion]:
    """What the order and its refunds make of waybill numbers; the outbound one is published once until it changes."""
    sent = order.waybill
    if sent is not None and sent.waybill_no is not None:
        if order.outbound is None:
            use = WaybillUsed(
                0, True, sent.waybill_no, "outbound", sent.occurred_at, sent.event_id, sent.platform,
                buyer_id, sent.shop_id, order.order_id, None, sent.carrier,
            )  # fmt: skip
            order.outbound = Conclusion(use.internal_id, use.waybill_no, use.occurred_at, use)
        yield order.outbound
    for refund in order.refunds.values():
        filled = refund.filled
        if filled is not None and filled.waybill_no is not None:
            use = WaybillUsed(
                0, True, filled.waybill_no, "return", filled.occurred_at, filled.event_id, filled.platform,
                buyer_id, refund.shop_id, order.order_id, refund.refund_id, refund.carrier, refund.is_offline,
            )  # fmt: skip
            yield Conclusion(use.internal_id, use.waybill_no, use.occurred_at, use)


def _report(state: KeyedState, number: str) -> ParcelReported | None:
    row = state.rows.get(f"w{number}")
    if row is None:
        return None
    return next((fact for fact in row.facts.values() if fact.is_held), None)


def _links(state: KeyedState) -> list[LinkReported]:
    row = state.rows.get(LINKS_ROW)
    return [fact for _, fact in sorted(row.facts.items()) if fact.is_held] if row else []


def _shop(state: KeyedState, shop_id: str) -> ShopReported | None:
    row = state.rows.get(SHOPS_ROW)
    told = (fact for fact in row.facts.values() if fact.is_held and fact.shop_id == shop_id) if row else iter(())
    return next(told, None)


def _rows_of(state: KeyedState, order_ids: Iterable[str]) -> Iterator[Row]:
    for order_id in sorted(order_ids):
        row = state.rows.get(f"o{order_id}")
        if row is not None and row.facts:
            yield row


def _orders(state: KeyedState) -> list[OrderView]:
    index: BuyerIndex = state.index
    if index.orders is None:
        rows = (row for row in state.rows.values() if row.id[0] == "o" and row.facts)
        index.orders = sorted((view_of(row) for row in rows), key=lambda order: order.order_id)
    return index.orders


def _unpaid_ms(policy: Policy) -> int:
    parameters = policy.detectors.get("mass_unpaid")
    return _UNPAID_MS if parameters is None else parameters.unpaid_minutes * 60_000


JUDGES: dict[str, Callable[[KeyedState, str, Policies, int], Judgement]] = {
    "o": _judge_order,
    "w": _judge_parcel,
    LINKS_ROW: _judge_links,
    TAGS_ROW: _judge_tags,
    BUYER_ROW: _judge_buyer,
    SHOPS_ROW: _judge_shops,
    RISK_ROW: _judge_risk,
    CONSEQUENCES_ROW: _judge_consequences,
    APPEALS_ROW: _judge_appeals,
}
"""How a row is judged, by its kind: the first letter of its id."""
