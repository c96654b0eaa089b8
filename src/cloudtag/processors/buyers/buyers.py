"""The `buyers` processor: all that is known of a buyer, judged in layers: detectors, risk, tags, consequences.

Rows of a buyer's keyed state: `o…` one order with all that belongs to it; `w…` one return number (or one refund that
names
none) with what `parcels` reported of it; `l` links to other buyers; `q` what was asked about shops; `b` what belongs to
no order, and the detectors of the whole buyer; `a` the buyer's appeals; `r` the risk that follows from all alerts; `t`
tags; `c` what follows from alerts and tags; `e` that the buyer is to be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.internal import Cause
from cloudtag.contract.links import LinkReported, SkuOwned
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert
from cloudtag.contract.shops import ShopReported, TagRequested
from cloudtag.decisions.withdrawals import withdrawn
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import EMPTY, Judgement, Layer
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import Output
from cloudtag.processors.base import INTERNAL_ID, KeyedProcessor
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.judging import (
    APPEALS_ROW,
    BUYER_ROW,
    CONSEQUENCES_ROW,
    HELD_MS,
    JUDGES,
    LINKS_ROW,
    RISK_ROW,
    SHOPS_ROW,
    TAGS_ROW,
)
from cloudtag.processors.buyers.layers import LAYERS, is_followed
from cloudtag.processors.buyers.refuting import refuting
from cloudtag.processors.buyers.run_detectors import may_run
from cloudtag.processors.causes import MOST_CAUSES, causes_of

_ABOVE = frozenset(layer.row_id for layer in LAYERS) - {BUYER_ROW, LINKS_ROW}
"""The rows that are judged after all others."""


class Buyers(KeyedProcessor):
    """Keyed state by buyer. They are held a month longer than other processors hold their internal records."""

    name = "buyers"
    fact_type: Any = (
        ev.OrderChanged
        | ev.RefundChanged
        | ev.ReturnInspected
        | ev.ReviewPosted
        | ev.ComplaintChanged
        | ev.BuyerContacted
        | ev.InsuranceChanged
        | ev.AlertAnswered
        | ev.ErasureRequested
        | disputes.ChargebackChanged
        | disputes.OrderLimitChanged
        | disputes.AppealChanged
        | ParcelReported
        | LinkReported
        | ShopReported
        | SkuOwned
        | TagRequested
    )
    identities = MappingProxyType(
        {
            # A row holds one report of a number, an attribute, a shop: what it is of names it, at no cost.
            ParcelReported: attrgetter("waybill_no"),
            LinkReported: attrgetter("attribute"),
            ShopReported: attrgetter("shop_id"),
            SkuOwned: INTERNAL_ID,
            TagRequested: INTERNAL_ID,
        }
    )
    retention_ms = HELD_MS
    layers: Sequence[Layer] = LAYERS
    closes: type[Any] | None = ev.ErasureRequested
    master_data = frozenset((ev.ErasureRequested, disputes.AppealChanged))

    def new_state(self, key: str) -> KeyedState:
        """A keyed state with its index."""
        return KeyedState(key, BuyerIndex())

    def place(self, fact: Any) -> tuple[str, str]:
        """Facts about an order belong to the order's row."""
        kind = type(fact)
        if kind is ParcelReported:
            return fact.buyer_id, f"w{fact.waybill_no}"
        if kind is LinkReported:
            return fact.buyer_id, LINKS_ROW
        if kind is ShopReported:
            return fact.buyer_id, SHOPS_ROW
        if kind is TagRequested:
            return fact.buyer_id, TAGS_ROW
        if kind is ev.ErasureRequested:
            return fact.buyer_id, _ERASURE_ROW
        if kind is disputes.AppealChanged:
            return fact.buyer_id, APPEALS_ROW
        if kind in _OF_NO_ORDER or fact.order_id is None:
            return fact.buyer_id, BUYER_ROW
        return fact.buyer_id, f"o{fact.order_id}"

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """A changed attribute asks the links row; a verdict asks the row whose alert it answers; an erasure all."""
        kind = type(fact)
        if kind is ev.ErasureRequested:
            return _close(state, row)
        index: BuyerIndex = state.index
        if row.view is None:
            index.orders = None
        index.note(fact)
        if kind is ev.OrderChanged and index.add_order(fact):
            return (LINKS_ROW,)
        if kind is ev.RefundChanged:
            index.add_refund(fact)
        elif kind is LinkReported:
            index.add_report(fact)
        elif kind is ev.AlertAnswered:
            index.add_verdict(fact)
            return [other.id for other in state.rows.values() if fact.alert_id in other.published]
        return ()

    def is_followed(self, state: KeyedState, outputs: Sequence[Output]) -> bool:
        """Once there are alerts, tags or a shop's complaint."""
        return is_followed(state, outputs)

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        """Parcels read their orders, orders with refunds read their parcels, parcels read links."""
        index: BuyerIndex = state.index
        touched = set(row_ids)
        touched -= _ABOVE
        for row_id in row_ids:
            kind = row_id[0]
            if kind in _JOINED:
                # Most buyers have no refunds: nothing joins their orders and parcels.
                if index.units_by_order:
                    touched.update(_joined(index, kind, row_id[1:]))
            elif kind in (LINKS_ROW, SHOPS_ROW):
                touched.update([other for other in state.rows if other[0] == "w"])
        _add_besides(touched, state, row_ids)
        return touched

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """What is new in the rows it reads, and what refuted the alerts it follows."""
        found = causes_of(new for _, _, new in news.of(_read_by(state, row_id)))
        return tuple(dict.fromkeys((*news.cleared, *found)))[:MOST_CAUSES] if row_id in _FOLLOWING else found

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """An alert is taken back with what refuted it."""
        if not isinstance(record, Alert):
            return record
        causes = _refuting_alerts(news) if row_id == RISK_ROW else ()
        is_certain = bool(causes)
        if not causes:
            suspects = news.of(_read_by(state, row_id))
            causes, is_certain = refuting(
                state, suspects, lambda: record.alert_id in self.judge(state, row_id, now_ms).conclusions
            )
        news.cleared += [cause for cause in causes if cause not in news.cleared]
        return withdrawn(record, causes, now_ms, is_certain=is_certain)

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """What other rows read stays as long as any order does, a tagged order as long as anything of the buyer's.

        What follows from other rows stays as long as they do, or it would be published anew.
        """
        if state.is_closed:
            return row.id != _ERASURE_ROW
        if row.id == APPEALS_ROW:
            return False
        # The row may be let go next: the orders are looked up anew.
        state.index.orders = None
        if row.id[0] != "o":
            holding = f"o{BUYER_ROW}{TAGS_ROW}" if row.id in (RISK_ROW, CONSEQUENCES_ROW) else "o"
            return not any(row_id[0] in holding for row_id in state.rows)
        if TAGS_ROW not in state.rows or not _is_tagged(state, row.id[1:]):
            return True
        return all(other.newest_ms < horizon_ms for other in state.rows.values() if other.id[0] in "ot")

    def judge(self, state: KeyedState, row_id: str, now_ms: int) -> Judgement:
        """Each kind of row is judged in its own way; of a forgotten buyer nothing is concluded."""
        if state.is_closed:
            return EMPTY
        return JUDGES[row_id[0]](state, row_id, self.policies, now_ms)


_ERASURE_ROW = "e"
_OF_NO_ORDER = frozenset((ev.AlertAnswered, disputes.OrderLimitChanged))

_FOLLOWING = frozenset((RISK_ROW, LINKS_ROW, TAGS_ROW, CONSEQUENCES_ROW))
"""The rows that follow from alerts."""


def _read_by(state: KeyedState, row_id: str) -> Set[str] | None:
    """The rows whose facts the answer of a row reads; None for all."""
    index: BuyerIndex = state.index
    kind, name = row_id[0], row_id[1:]
    if kind == "o":
        return {
            row_id,
            *_joined(index, kind, name),
            *(f"w{n}" for n, ids in index.orders_by_number.items() if name in ids),
        }
    if kind == "w":
        return {row_id, LINKS_ROW, SHOPS_ROW, *(f"o{order_id}" for order_id in index.orders_by_number.get(name, ()))}
    return None


def _refuting_alerts(news: News) -> tuple[Cause, ...]:
    """What has just refuted the alerts that an alert rests on, verdicts among it."""
    verdicts = causes_of(new for _, _, new in news.of() if type(new.fact) is ev.AlertAnswered)
    return tuple(sorted({*news.cleared, *verdicts}, key=lambda c: (c.occurred_at, c.stream, c.event_id)))


_JOINED = frozenset("ow")
"""The kinds of rows that refunds join."""
_BUYER_KINDS, _RIVAL_KINDS = frozenset("oblq"), frozenset("ol")
"""The kinds of rows that detectors of the whole buyer read, and those that name shops to compare."""


def _close(state: KeyedState, erasure: Row) -> Iterable[str]:
    """Empty the keyed state. What was published about its rows is taken back: they are all asked once more."""
    state.is_closed = True
    state.index = BuyerIndex()
    for row in state.rows.values():
        if row is not erasure:
            row.facts, row.view = {}, None
    return tuple(state.rows)


def _joined(index: BuyerIndex, kind: str, name: str) -> Iterator[str]:
    """The parcels that refunds of an order come in, or the orders with refunds that name a parcel."""
    named = index.orders_by_number
    if kind == "w":
        yield from (f"o{order_id}" for order_id in named.get(name, ()) if order_id in index.units_by_order)
        return
    yield from (f"w{unit}" for unit in index.units_by_order.get(name, ()))
    yield from (f"w{number}" for number in index.units if name in named.get(number, ()))


def _is_tagged(state: KeyedState, order_id: str) -> bool:
    """Whether a tag reads the order: its contacts, its alerts, what follows for it."""
    return any(request.order_id == order_id for request in state.rows[TAGS_ROW].facts.values())


def _add_besides(asked: set[str], state: KeyedState, row_ids: Set[str]) -> None:
    """Add the rows about the whole buyer that a change of those rows may concern."""
    index: BuyerIndex = state.index
    kinds = {row_id[0] for row_id in row_ids}
    if index.signals and not kinds.isdisjoint(_BUYER_KINDS) and may_run("buyer", index.signals):
        asked.add(BUYER_ROW)
    if index.has_claims and "o" in kinds:
        asked.add(LINKS_ROW)
    is_rival = index.has_shop_link and not kinds.isdisjoint(_RIVAL_KINDS)
    may_return = index.units_by_order or "w" in kinds
    if is_rival or (may_return and any(_has_destination(state, index, row_id) for row_id in row_ids)):
        asked.add(SHOPS_ROW)


def _has_destination(state: KeyedState, index: BuyerIndex, row_id: str) -> bool:
    """Whether the row says where a parcel goes, or is of an order that has something in such a parcel."""
    if row_id[0] == "o":
        return any(_has_destination(state, index, f"w{unit}") for unit in index.units_by_order.get(row_id[1:], ()))
    row = state.rows.get(row_id) if row_id[0] == "w" else None
    return row is not None and any(report.destination_hash is not None for report in row.facts.values())
