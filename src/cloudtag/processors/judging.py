"""How each kind of row of a buyer's file is judged."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cloudtag.contract import events as ev
from cloudtag.contract.forwards import AttributeUsed, ParcelReported, WaybillUsed
from cloudtag.contract.records import Alert
from cloudtag.detection.buyer_case import BuyerCase, RiskCase
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.files import File
from cloudtag.engine.processor import Judgement
from cloudtag.engine.publish import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.asking import ask, present
from cloudtag.processors.keyed import DAY_MS, LONGEST_WINDOW_DAYS
from cloudtag.tags import judge_tags

HELD_MS = (LONGEST_WINDOW_DAYS + 60) * DAY_MS
"""How long a buyer's facts are held: a month longer than what they forward is held by the other processors."""
LINKS_ROW, TAGS_ROW, BUYER_ROW, RISK_ROW = "l", "t", "b", "r"


def judge_row(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    """What the file's facts amount to for one row."""
    return _JUDGES[row_id[0]](file, row_id, policies, now_ms)


def _judge_order(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    judgement = Judgement()
    row = file.rows.get(row_id)
    if row is None or not row.facts:
        return judgement
    order = view_of(row)
    for use in _uses(file.key, order):
        use_id = use.forward_id
        judgement.conclusions[use_id] = Conclusion(use_id, use.waybill_no, use.occurred_at, use)
    case = OrderCase(file.key, order, lambda number: _report(file, number), now_ms)
    policy = policies.at(order.platform or "", order.began_at)
    ask("order", present([row]), case, policy, file.index.verdicts, judgement)
    return judgement


def _judge_parcel(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    judgement, unit = Judgement(), row_id[1:]
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
    policy = policies.at(first.platform, first.occurred_at)
    ask("parcel", present(rows), case, policy, file.index.verdicts, judgement)
    return judgement


def _judge_links(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    del row_id, policies, now_ms
    judgement = Judgement()
    for attribute, first in file.index.attributes.items():
        use = AttributeUsed(0, True, attribute, first.occurred_at, first.event_id, first.platform, file.key)
        use_id = use.forward_id
        judgement.conclusions[use_id] = Conclusion(use_id, attribute, use.occurred_at, use)
    return judgement


def _judge_tags(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    row = file.rows.get(row_id)
    if row is None:
        return Judgement()

    def contacts(order_id: str) -> list[ev.BuyerContacted]:
        order = file.rows.get(f"o{order_id}")
        return view_of(order).contacts if order and order.facts else []

    judged = judge_tags(row.facts.values(), contacts, policies, now_ms)
    judgement = Judgement(wake_ms=judged.wake_ms)
    for request, status in judged.statuses:
        judgement.conclusions[status.tag_id] = Conclusion(status.tag_id, file.key, request.occurred_at, status)
    for confirmation in judged.confirmations:
        judgement.conclusions[confirmation.confirmation_id] = Conclusion(
            confirmation.confirmation_id, file.key, confirmation.confirmed_at, confirmation
        )
    return judgement


def _judge_buyer(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    judgement = Judgement()
    rows = [row for row in file.rows.values() if row.id[0] == "o" and row.facts]
    own, links = file.rows.get(row_id), file.rows.get(LINKS_ROW)
    held = [fact for row in rows for fact in row.facts.values()]
    # A complaint may be about no order; a verdict is nothing the buyer did.
    held += [fact for fact in own.facts.values() if type(fact) is not ev.AlertAnswered] if own else []
    newest = max(held, key=_moment, default=None)
    if newest is None:
        return judgement
    case = BuyerCase(
        buyer_id=file.key,
        orders=sorted((view_of(row) for row in rows), key=lambda order: order.order_id),
        others=sorted(own.facts.values(), key=_moment) if own else [],
        links=[fact for fact in links.facts.values() if fact.is_held] if links else [],
        now_ms=now_ms,
        horizon_ms=now_ms - HELD_MS,
    )
    policy = policies.at(newest.platform, newest.occurred_at)
    kinds, index = present([*rows, own] if own else rows), file.index
    ask("buyer", kinds, case, policy, index.verdicts, judgement, frozenset(index.signals))
    return judgement


def _judge_risk(file: File, row_id: str, policies: Policies, now_ms: int) -> Judgement:
    judgement = Judgement()
    alerts = [
        msgspec.msgpack.decode(published.body, type=Alert)
        for row in file.rows.values()
        if row.id != row_id
        for published in row.published.values()
        if published.stream == "alerts" and published.stands and published.body is not None
    ]
    if not alerts:
        return judgement
    alerts.sort(key=lambda alert: (alert.decided_at, alert.alert_id))
    policy = policies.at(alerts[-1].platform, alerts[-1].decided_at)
    case = RiskCase(file.key, alerts, now_ms)
    ask("risk", frozenset(), case, policy, file.index.verdicts, judgement)
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


def _moment(fact: ev.Event) -> tuple[int, str]:
    return fact.occurred_at, fact.event_id


_JUDGES: dict[str, Callable[[File, str, Policies, int], Judgement]] = {
    "o": _judge_order,
    "w": _judge_parcel,
    LINKS_ROW: _judge_links,
    TAGS_ROW: _judge_tags,
    BUYER_ROW: _judge_buyer,
    RISK_ROW: _judge_risk,
}
