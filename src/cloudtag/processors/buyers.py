"""The `buyers` processor: everything known of a buyer, judged in layers: detectors, then tags.

Rows of a buyer's file: `o…` one order with all that belongs to it; `w…` one return number (or one refund that names
none) with what `parcels` reported of it; `l` links to other buyers; `t` tags; `b` what belongs to no order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudtag.contract import events as ev
from cloudtag.contract.forwards import AttributeUsed, LinkReported, ParcelReported, TagRequested, WaybillUsed
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.files import File
from cloudtag.engine.processor import Judgement
from cloudtag.engine.publish import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.processors.asking import ask, present
from cloudtag.processors.buyer_index import BuyerIndex
from cloudtag.processors.keyed import DAY_MS, LONGEST_WINDOW_DAYS, Keyed
from cloudtag.tags import judge_tags

LINKS_ROW, TAGS_ROW, BUYER_ROW = "l", "t", "b"


class Buyers(Keyed):
    """Files by buyer. They are held a month longer than what they forward is held by the other processors."""

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
        | ParcelReported
        | LinkReported
        | TagRequested
    )
    retention_ms = (LONGEST_WINDOW_DAYS + 60) * DAY_MS

    def new_file(self, key: str) -> File:
        """A file with its index."""
        return File(key, BuyerIndex())

    def place(self, fact: Any) -> tuple[str, str]:
        """Facts about an order belong to the order's row."""
        kind = type(fact)
        if kind is ParcelReported:
            return fact.buyer_id, f"w{fact.waybill_no}"
        if kind is LinkReported:
            return fact.buyer_id, LINKS_ROW
        if kind is TagRequested:
            return fact.buyer_id, TAGS_ROW
        if kind is ev.AlertAnswered or fact.order_id is None:
            return fact.buyer_id, BUYER_ROW
        return fact.buyer_id, f"o{fact.order_id}"

    def index(self, file: File, row: Row, fact: Any) -> Iterable[str]:
        """Orders and refunds are indexed; a changed attribute asks the links row."""
        del row
        kind = type(fact)
        index: BuyerIndex = file.index
        if kind is ev.OrderChanged and index.add_order(fact):
            return (LINKS_ROW,)
        if kind is ev.RefundChanged:
            index.add_refund(fact)
        return ()

    def touched(self, file: File, row_ids: set[str]) -> set[str]:
        """Parcels read their orders, orders with refunds read their parcels, tags read contacts, parcels read links."""
        index: BuyerIndex = file.index
        touched = set(row_ids)
        for row_id in row_ids:
            kind, name = row_id[0], row_id[1:]
            if kind == "o":
                touched.update(f"w{unit}" for unit in index.units_by_order.get(name, ()))
                sent = index.sent_by_order.get(name, ())
                touched.update(f"w{number}" for number in sent if number in index.units)
            elif kind == "w":
                orders = index.orders_by_number.get(name, ())
                touched.update(f"o{order_id}" for order_id in orders if order_id in index.units_by_order)
            elif kind == LINKS_ROW:
                touched.update(other for other in file.rows if other[0] == "w")
        if TAGS_ROW in file.rows and any(row_id[0] == "o" for row_id in row_ids):
            touched.add(TAGS_ROW)
        return touched

    def is_spent(self, file: File, row: Row, horizon_ms: int) -> bool:
        """What other rows read stays as long as any order does."""
        del horizon_ms
        return row.id[0] == "o" or not any(row_id[0] == "o" for row_id in file.rows)

    def judge(self, file: File, row_id: str, now_ms: int) -> Judgement:
        """Each kind of row is judged in its own way."""
        kind = row_id[0]
        if kind == "o":
            return self._judge_order(file, file.rows.get(row_id), now_ms)
        if kind == "w":
            return self._judge_parcel(file, row_id[1:], now_ms)
        if kind == LINKS_ROW:
            return self._judge_links(file)
        if kind == TAGS_ROW:
            return self._judge_tags(file, now_ms)
        return Judgement()

    def _judge_order(self, file: File, row: Row | None, now_ms: int) -> Judgement:
        judgement = Judgement()
        if row is None or not row.facts:
            return judgement
        order = view_of(row)
        for use in _uses(file.key, order):
            use_id = use.forward_id
            judgement.conclusions[use_id] = Conclusion(use_id, use.waybill_no, use.occurred_at, use)
        if order.refunds:
            case = OrderCase(file.key, order, lambda number: _report(file, number), now_ms)
            first = min(r.opened.occurred_at for r in order.refunds.values())
            policy = self.policies.at(order.platform or "", first)
            ask("order", present([row]), case, policy, judgement)
        return judgement

    def _judge_parcel(self, file: File, unit: str, now_ms: int) -> Judgement:
        judgement = Judgement()
        rows = [
            file.rows[f"o{order_id}"]
            for order_id in sorted(file.index.orders_by_number.get(unit, ()))
            if f"o{order_id}" in file.rows
        ]
        orders = [view_of(row) for row in rows]
        refunds = [(o, r) for o in orders for r in o.refunds.values() if r.unit == unit]
        if not refunds:
            return judgement
        case = ParcelCase(
            buyer_id=file.key,
            waybill_no=None if unit.startswith("~") else unit,
            report=_report(file, unit),
            refunds=sorted(refunds, key=lambda pair: pair[1].refund_id),
            outbound=[o for o in orders if o.waybill and o.waybill.waybill_no == unit],
            now_ms=now_ms,
            linked_buyer_ids=_linked(file),
        )
        first = min((r.filled or r.opened for _, r in refunds), key=lambda e: (e.occurred_at, e.event_id))
        policy = self.policies.at(first.platform, first.occurred_at)
        ask("parcel", present(rows), case, policy, judgement)
        return judgement

    def _judge_links(self, file: File) -> Judgement:
        judgement = Judgement()
        for attribute, first in file.index.attributes.items():
            use = AttributeUsed(0, True, attribute, first.occurred_at, first.event_id, first.platform, file.key)
            use_id = use.forward_id
            judgement.conclusions[use_id] = Conclusion(use_id, attribute, use.occurred_at, use)
        return judgement

    def _judge_tags(self, file: File, now_ms: int) -> Judgement:
        row = file.rows.get(TAGS_ROW)
        if row is None:
            return Judgement()

        def contacts(order_id: str) -> list[ev.BuyerContacted]:
            order = file.rows.get(f"o{order_id}")
            return view_of(order).contacts if order and order.facts else []

        judged = judge_tags(row.facts.values(), contacts, self.policies, now_ms)
        judgement = Judgement(wake_ms=judged.wake_ms)
        for request, status in judged.statuses:
            judgement.conclusions[status.tag_id] = Conclusion(status.tag_id, file.key, request.occurred_at, status)
        for confirmation in judged.confirmations:
            judgement.conclusions[confirmation.confirmation_id] = Conclusion(
                confirmation.confirmation_id, file.key, confirmation.confirmed_at, confirmation
            )
        return judgement


def view_of(row: Row) -> OrderView:
    """The order a row tells of, made once until a fact changes it."""
    if row.view is None:
        row.view = OrderView(row.id[1:], row.facts.values())
    view: OrderView = row.view
    return view


def _uses(buyer_id: str, order: OrderView) -> list[WaybillUsed]:
    uses = []
    sent = order.waybill
    if sent is not None and sent.waybill_no is not None:
        uses.append(
            WaybillUsed(
                0, True, sent.waybill_no, "outbound", sent.occurred_at, sent.event_id, sent.platform,
                buyer_id, sent.shop_id, order.order_id, None, sent.carrier,
            )
        )  # fmt: skip
    for refund in order.refunds.values():
        filled = refund.filled
        if filled is not None and filled.waybill_no is not None:
            uses.append(
                WaybillUsed(
                    0, True, filled.waybill_no, "return", filled.occurred_at, filled.event_id, filled.platform,
                    buyer_id, refund.shop_id, order.order_id, refund.refund_id, refund.carrier, refund.is_offline,
                )
            )  # fmt: skip
    return uses


def _report(file: File, number: str) -> ParcelReported | None:
    row = file.rows.get(f"w{number}")
    if row is None:
        return None
    return next((fact for fact in row.facts.values() if fact.is_held), None)


def _linked(file: File) -> frozenset[str]:
    row = file.rows.get(LINKS_ROW)
    if row is None:
        return frozenset()
    return frozenset(other.buyer_id for fact in row.facts.values() if fact.is_held for other in fact.others)
