"""One return number, or one refund that names none, with what `parcels` reported of it: what its detectors find."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from cloudtag.contract.couriers import CourierAsked, CourierReported
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert, Label
from cloudtag.detection.awaiting import awaited, courier_of
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.once import Later
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row, earliest
from cloudtag.parcels.courier import is_known
from cloudtag.policy.model import Policies
from cloudtag.policy.rest_days import rest_spans
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.published import abnormal_among
from cloudtag.processors.buyers.reading import (
    claimed_beside,
    is_answered,
    links,
    loose,
    names_beside,
    orders_beside,
    orders_in,
    orders_mixed,
    orders_sharing,
    report,
    shop,
    silence,
    view_of,
    with_inspected,
)
from cloudtag.processors.buyers.run_detectors import askable, kinds_of, run_detectors

_ASK_AFTER_MS = 12 * 3_600_000
"""How long a number waits for a scan until its courier's silence is asked for: most are scanned by then."""


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    unit = row.name
    if unit not in state.index.units and unit[0] != "~":
        return EMPTY
    rows = list(orders_in(state, state.index.orders_by_number.get(unit, ())))
    orders = [view_of(row) for row in rows]
    named = [(o, r) for o in orders for r in o.refunds.values() if unit in r.named or r.unit == unit]
    if not named:
        return EMPTY
    judgement = Judgement()
    changes = [r.named.get(unit) or r.opened for _, r in named]
    first = min(changes, key=lambda e: (e.occurred_at, e.event_id))
    policy = policies.at(first.platform, first.occurred_at)
    by_refund = sorted(named, key=lambda pair: (pair[1].refund_id, pair[1].shop_id))
    case = ParcelCase(
        buyer_id=state.id,
        waybill_no=None if unit.startswith("~") else unit,
        report=report(state, unit),
        refunds=[(order, refund) for order, refund in by_refund if refund.unit == unit],
        outbound=[order for order in orders if unit in order.sent],
        now_ms=now_ms,
        shop=lambda shop_id: shop(state, shop_id),
        parcel=lambda number: report(state, number),
        orders=Later(lambda: orders_beside(state, [row.name for row in rows])),
        links=links(state),
        named=by_refund,
        silence=lambda courier: silence(state, unit, courier),
        silence_of=lambda number, courier: silence(state, number, courier),
        rest=lambda from_ms, until_ms: rest_spans(from_ms, until_ms, policy.deadlines),
        loose=loose(state),
    )
    if state.question is None:
        # Whether one alert holds has nothing to do with what couriers are asked.
        _ask(state, case, judgement)
    asked = askable("parcel", kinds_of(rows), policy)
    run_detectors(asked, case, policy, state, judgement, abnormal=lambda: abnormal_among(state))
    return judgement


def _ask(state: KeyedState, case: ParcelCase, judgement: Judgement) -> None:
    """Ask when the courier of a number was silent that has waited for a scan for a while."""
    waiting = awaited(case)
    courier = courier_of(waiting, case.waybill_no) if waiting and case.waybill_no else None
    if case.waybill_no is None or courier is None or not is_known(courier):
        return
    since_ms = waiting[0].named.occurred_at
    if case.now_ms < since_ms + _ASK_AFTER_MS:
        judgement.timer_ms = earliest((judgement.timer_ms, since_ms + _ASK_AFTER_MS))
        return
    asked = CourierAsked(0, True, courier, case.buyer_id, case.waybill_no, since_ms, state.network)
    judgement.conclusions[asked.internal_id] = Conclusion(asked.internal_id, courier, since_ms, asked)


def _joined(state: KeyedState, name: str) -> Iterable[str]:
    """The parcels that an order's refunds come back in, and those it names that anybody's refund does."""
    index: BuyerIndex = state.index
    # Most buyers have no refunds: nothing joins their orders and parcels.
    if not index.units_by_order:
        return ()
    row = state.row("order", name)
    sent = index.units.intersection(view_of(row).sent) if row is not None else ()
    beside = orders_mixed(state, (name,))
    if index.claimed_orders:
        beside |= claimed_beside(state, name)
    beside.discard(name)
    units = [unit for other in beside for unit in index.units_by_order.get(other, ())]
    return [*index.units_by_order.get(name, ()), *sent, *units]


def _orders_of(state: KeyedState, unit: str) -> Iterable[str]:
    index: BuyerIndex = state.index
    return names_beside(state, index.orders_by_number.get(unit, ()))


def _returned_beside(state: KeyedState, number: str) -> Iterable[str]:
    """The returns of orders that name the number: of those it was sent under, and of those in several parcels.

    When its courier was silent is asked of numbers that refunds name alone: of another one it concerns no return.
    """
    index: BuyerIndex = state.index
    row = state.row("parcel", number)
    if row is not None and ParcelReported not in row.kinds and number not in index.units:
        return ()
    beside = orders_sharing(state, index.orders_by_number.get(number, ()))
    return {unit for name in beside for unit in index.units_by_order.get(name, ())}


def _numbers_beside(state: KeyedState, unit: str) -> Iterable[str]:
    index: BuyerIndex = state.index
    beside = with_inspected(state, index.orders_by_number.get(unit, ()))
    found = {unit}
    for row in orders_in(state, beside):
        found.update(view_of(row).sent, index.units_by_order.get(row.name, ()))
    return found


def _linked(state: KeyedState, name: str) -> Iterable[str]:
    """All parcels, and the returns of which nothing is known yet but that other goods were claimed to have come."""
    del name
    index: BuyerIndex = state.index
    claimed = [unit for order in index.claimed_orders for unit in index.units_by_order.get(order, ())]
    return {*claimed, *(row.name for row in state.rows_of("parcel"))}


def _is_returning(state: KeyedState, name: str) -> bool:
    del name
    index: BuyerIndex = state.index
    return bool(index.units_by_order)


def _is_needed(state: KeyedState, row: Row, horizon_ms: int) -> bool:
    """An order that names the number reads what is known of it, and is accused by what was found about it: so it stays
    with those, and with no other order: a good customer has had thousands of parcels."""
    index: BuyerIndex = state.index
    named = index.orders_by_number.get(row.name, ())
    return any(state.row("order", name) is not None for name in named) or is_answered(state, row, horizon_ms)


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """What was worked out of the orders that name the number may rest on what is told; the index keeps nothing."""
    del fact
    if state.memo is not None:
        state.memo.note_told(state.index.orders_by_number.get(row.name, ()))
    return ()


PARCEL = RowKind(
    name="parcel",
    letter="w",
    judge=_judge,
    holds=(
        Holds(ParcelReported, name=attrgetter("waybill_no"), identity=attrgetter("waybill_no")),
        # A courier's code is no number in canonical form.
        Holds(CourierReported, name=attrgetter("waybill_no"), identity=attrgetter("courier")),
    ),
    tells=(CourierAsked, Alert, Label),
    reads=(
        Reads("order", readers=_joined, rows=_orders_of),
        Reads("parcel", when=_is_returning, readers=_returned_beside, rows=_numbers_beside),
        Reads("links", when=_is_returning, readers=_linked),
        Reads("shops"),
        # What is said of a complaint without naming its order may be a refusal: its order is asked as it comes.
        Reads("buyer", readers=lambda _state, _unit: (), rows=lambda _state, _unit: ("",)),
    ),
    index=_index,
    is_needed=_is_needed,
)
