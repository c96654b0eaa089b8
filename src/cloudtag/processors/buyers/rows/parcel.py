"""One return number, or one refund that names none, with what `parcels` reported of it: what its detectors find."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert, Label
from cloudtag.detection.buyer_case import linked
from cloudtag.detection.cases import ParcelCase
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.reading import links, orders_in, report, shop, view_of
from cloudtag.processors.buyers.run_detectors import kinds_of, run_detectors


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    unit = row.name
    if unit not in state.index.units and unit[0] != "~":
        return EMPTY
    rows = list(orders_in(state, state.index.orders_by_number.get(unit, ())))
    orders = [view_of(row) for row in rows]
    refunds = [(o, r) for o in orders for r in o.refunds.values() if r.unit == unit]
    if not refunds:
        return EMPTY
    judgement = Judgement()
    case = ParcelCase(
        buyer_id=state.id,
        waybill_no=None if unit.startswith("~") else unit,
        report=report(state, unit),
        refunds=sorted(refunds, key=lambda pair: (pair[1].refund_id, pair[1].shop_id)),
        outbound=[o for o in orders if o.waybill and o.waybill.waybill_no == unit],
        now_ms=now_ms,
        linked_buyer_ids=frozenset(linked(links(state))),
        shop=lambda shop_id: shop(state, shop_id),
    )
    first = min((r.filled or r.opened for _, r in refunds), key=lambda e: (e.occurred_at, e.event_id))
    policy = policies.at(first.platform, first.occurred_at)
    run_detectors("parcel", kinds_of(rows), case, policy, state, judgement)
    return judgement


def _joined(state: KeyedState, name: str) -> Iterable[str]:
    """The parcels that an order's refunds come back in, and those it names that anybody's refund does."""
    index: BuyerIndex = state.index
    # Most buyers have no refunds: nothing joins their orders and parcels.
    if not index.units_by_order:
        return ()
    named = index.orders_by_number
    sent = [number for number in index.units if name in named.get(number, ())]
    return [*index.units_by_order.get(name, ()), *sent]


def _orders_of(state: KeyedState, unit: str) -> Iterable[str]:
    index: BuyerIndex = state.index
    return index.orders_by_number.get(unit, ())


PARCEL = RowKind(
    name="parcel",
    letter="w",
    judge=_judge,
    holds=(Holds(ParcelReported, name=attrgetter("waybill_no"), identity=attrgetter("waybill_no")),),
    tells=(Alert, Label),
    reads=(Reads("order", readers=_joined, rows=_orders_of), Reads("links"), Reads("shops")),
    stays_with=("order",),
)
