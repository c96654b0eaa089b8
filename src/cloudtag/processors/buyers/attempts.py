"""What refunds that were given up before money moved would have stood for: weak signals, told of nowhere else (F6).

Withdrawing a refund clears the alerts that ask the parcel's journey. That there was something to clear is worked out
from the facts, not from what was published: whether an alert had been told by then depends on how soon events came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import scoped
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders
from cloudtag.detection.returning import is_given_up
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Judge
from cloudtag.engine.rows import NEVER, Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.reading import orders

GivenUp = Mapping[str, int]
"""By refund of one order, when it was withdrawn for good."""


class Judges(NamedTuple):
    """What judges an order's row, and what a return's."""

    order: Judge
    parcel: Judge


def attempts_of(
    judges: Judges, state: KeyedState, standing: Iterable[Alert], policies: Policies, now_ms: int
) -> tuple[list[Alert], int]:
    """The alerts that would stand had the buyer not given up a refund, as they stood at that moment; low, all of them.

    `standing` are those that stand all the same. Also when to ask again: event time may not have come so far as the
    withdrawal.
    """
    known = {alert.alert_id for alert in standing}
    found, moments = dict[str, Alert](), list[int]()
    withdrawn = {scoped(o.shop_id or "", o.order_id): each for o, each in _given_up(orders(state)) if each}
    for row in state.rows_of("order") if withdrawn else ():
        given_up = withdrawn.get(row.name, {})
        moments += given_up.values()
        for alert in _would_stand(judges, state, row, given_up, policies, now_ms) if given_up else ():
            if alert.alert_id not in known:
                found[alert.alert_id] = replace(alert, severity="low")
    return list(found.values()), min((at_ms for at_ms in moments if at_ms > now_ms), default=NEVER)


def _given_up(orders: Orders) -> Iterable[tuple[OrderView, GivenUp]]:
    return zip(orders, orders.each(_given_up_of), strict=True)


def _given_up_of(order: OrderView) -> GivenUp:
    refunds = [refund for refund in order.refunds.values() if is_given_up(refund)]
    return {refund.refund_id: refund.changes[-1].occurred_at for refund in refunds}


def _would_stand(
    judges: Judges, state: KeyedState, row: Row, given_up: GivenUp, policies: Policies, now_ms: int
) -> Iterator[Alert]:
    """The alerts about an order's given-up refunds that would stand without their withdrawal, and did by then."""
    facts = {
        fact_id: fact
        for fact_id, fact in row.facts.items()
        if type(fact) is not RefundChanged or fact.status != "withdrawn" or fact.refund_id not in given_up
    }
    before = replace(row, facts=facts, view=None)
    other = replace(state, rows={**state.rows, row.id: before}, memo=None, question=None)
    units = [(judges.parcel, state.row_id("parcel", unit)) for unit in state.index.units_by_order.get(row.name, ())]
    for judge, row_id in ((judges.order, row.id), *units):
        for alert in _alerts(judge, other, other.rows.get(row_id) or Row(row_id), policies, now_ms):
            times = [given_up[refund_id] for refund_id in alert.refund_ids if refund_id in given_up]
            if times and alert.decided_at <= max(times):
                yield alert


def _alerts(judge: Judge, state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Iterator[Alert]:
    for conclusion in judge(state, row, policies, now_ms).conclusions.values():
        if isinstance(conclusion.record, Alert):
            yield conclusion.record
