"""Paid back more than paid.

What it finds: an order of which refunds and chargebacks together gave back more than it had cost (F14).

Why it is abuse: one purchase is paid back twice, once by the shop and once by a return, another form or the bank.

How it decides: only refunds that were completed count, postage and exchanges in neither sum, and the chargebacks that
the shop lost, or that are open and were opened after a refund had been completed. Together above `paid_percent` of
the order's worth, as it was when it was paid if something was called off since. A chargeback that states no amount is
one of the whole order. Amounts in another currency than the order's are left out: they cannot be added. A refund that
states no amount, beside others that do, is one of the goods it names; one that names none, of the whole order if the
bank paid too. It is left out where another refund is about the same parcel: one return is often recorded as two.
Where no amount at all is stated, pieces count: more were refunded than were bought; what came back in one parcel
counts once, however many refunds name it. High.

Known false positives: a refund that includes the postage of a cheap order; money given on top out of goodwill.

What would clear it: a chargeback that the shop wins or that is withdrawn, or amounts put right.

What to do: ask the payment service which of the payments went through, and claim the second one back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.events import RefundChanged
from cloudtag.contract.types import OrderLine
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.examples.double_refund import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.goods import Pieces, count_pieces, ordered_pieces
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Rule
from cloudtag.detection.stakes import goods_worth
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS
from cloudtag.detection.wording import counted, money, money_zh

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]


def _concerns(order: OrderView, parameters: Parameters) -> bool:
    """Whether anything was paid back, or may be by the bank."""
    del parameters
    if not order.refunds:
        return bool(order.chargebacks)
    return bool(order.chargebacks) or any(refund.completed is not None for refund in order.refunds.values())


RULE = Rule(
    title="Paid back more than paid",
    family="refund",
    scenario="double_refund",
    scenario_zh="重复退款",
    scope="order",
    needs=("orders",),
    rules=("F14",),
    clears="A chargeback that the shop wins or that is withdrawn, or amounts put right.",
    clears_zh="商家赢得拒付争议或买家撤回拒付，或更正退款金额。",
    recommendation="reclaim_second_payment",
    concerns=_concerns,
)
_IN_NEITHER_SUM = ("postage", "exchange")


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Above which part of an order's worth what was paid back is too much."""

    paid_percent: Annotated[int, Meta(ge=100)] = 105


class _Payment(NamedTuple):
    """Money given back: since when, with which event, how much (none: not stated, or in another currency)."""

    at_ms: int
    event: RefundChanged | ChargebackChanged
    amount_minor: int | None
    refund_id: str | None = None


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for an order that was paid back too often."""
    order = case.order
    refunds = [
        (refund, done)
        for refund in order.refunds.values()
        if refund.type not in _IN_NEITHER_SUM and (done := refund.completed) is not None
    ]
    if not order.lines:
        return
    charged = list(_charged_back(order, min((done.occurred_at for _, done in refunds), default=None)))
    if charged or any(refund.amount_minor is not None for refund, _ in refunds):
        units = Counter(refund.unit for refund, _ in refunds)
        paid = [
            _refunded(order, refund, done, is_alone=units[refund.unit] == 1, is_charged=bool(charged))
            for refund, done in refunds
        ]
        yield from _by_amount(order, [*paid, *charged], parameters)
    else:
        yield from _by_pieces(order, refunds)


def _refunded(
    order: OrderView, refund: RefundView, done: RefundChanged, *, is_alone: bool, is_charged: bool
) -> _Payment:
    """What a refund gave back: the amount it states, else what its goods cost where none other is of that parcel."""
    amount = refund.amount_minor if refund.currency in (None, order.currency) else None
    if refund.amount_minor is None and is_alone and (refund.lines or is_charged):
        amount = goods_worth(order, refund)
    return _Payment(done.occurred_at, done, amount, refund.refund_id)


def _charged_back(order: OrderView, refunded_ms: int | None) -> Iterator[_Payment]:
    """The chargebacks that were paid, or will be if the shop does nothing. `refunded_ms`: none if nothing was."""
    told: dict[str, list[ChargebackChanged]] = {}
    for change in order.chargebacks:
        told.setdefault(change.chargeback_id, []).append(change)
    for changes in told.values():
        statuses = [change.status for change in changes if change.status != "unknown"]
        opened_late = refunded_ms is not None and changes[0].occurred_at >= refunded_ms + CLOCK_TOLERANCE_MS
        if statuses[-1:] != ["lost"] and not (statuses[-1:] == ["opened"] and opened_late):
            continue
        amounts = [(c.amount_minor, c.currency) for c in changes if c.amount_minor is not None]
        amount, currency = amounts[-1] if amounts else (order.worth_minor, None)
        # The last word is that the bank pays; of an open one the first is.
        event = changes[-1] if statuses[-1] == "lost" else changes[0]
        yield _Payment(event.occurred_at, event, amount if currency in (None, order.currency) else None)


def _paid_for(order: OrderView) -> list[tuple[OrderLine, ...]]:
    """What the order was when it was paid, and as it was amended since: what is called off was paid, too."""
    named = [change for change in order.changes if change.lines]
    paid = order.first_at.get("paid")
    before = [change for change in named if paid is not None and change.occurred_at <= paid.occurred_at]
    return [change.lines for change in (*before[-1:], *(c for c in named if c not in before))]


def _worth(lines: Iterable[OrderLine]) -> int:
    return sum(line.quantity * line.unit_price_minor for line in lines)


def _by_amount(order: OrderView, payments: list[_Payment], parameters: Parameters) -> Iterator[Finding]:
    worth, total, decided_at = max(map(_worth, _paid_for(order))), 0, 0
    if worth <= 0:
        return
    counted_in = [p for p in payments if p.amount_minor is not None and p.amount_minor > 0]
    for payment in sorted(counted_in, key=lambda p: (p.at_ms, p.event.event_id)):
        total += payment.amount_minor or 0
        if not decided_at and total * 100 > worth * parameters.paid_percent:
            decided_at = payment.at_ms
    if decided_at:
        percent, times = 100 * total // worth, counted(len(counted_in), "payment")
        yield _finding(
            order, counted_in, decided_at,
            {
                "paid_back_minor": str(total),
                "worth_minor": str(worth),
                "share": f"{percent}%/{parameters.paid_percent}%",
            },
            f"Of order {order.order_id}, worth {money(worth, order.currency)}, {money(total, order.currency)} "
            f"({percent}%) went back in {times}.",
            f"订单 {order.order_id} 价值 {money_zh(worth, order.currency)}，已分 {len(counted_in)} 次退回 "
            f"{money_zh(total, order.currency)}（{percent}%）。",
        )  # fmt: skip


def _by_pieces(order: OrderView, refunds: list[tuple[RefundView, RefundChanged]]) -> Iterator[Finding]:
    """Of what came back in one parcel no more than was bought: one return is often recorded as two refunds."""
    if len(refunds) < 2:
        # What one of them is for counts as no more than was bought.
        return
    bought_goods = ordered_pieces(order)
    for lines in _paid_for(order):
        bought_goods = bought_goods | count_pieces(lines, (order,))
    bought, total, decided_at = bought_goods.total(), 0, 0
    parcels: dict[str, Pieces] = {}
    for refund, done in sorted(refunds, key=lambda pair: (pair[1].occurred_at, pair[1].event_id)):
        pieces = count_pieces(refund.lines, (order,)) or ordered_pieces(order)
        parcels[refund.unit] = (parcels.get(refund.unit, Counter()) + pieces) & bought_goods
        total = sum(each.total() for each in parcels.values())
        if not decided_at and total > bought:
            decided_at = done.occurred_at
    if decided_at:
        payments = [_Payment(done.occurred_at, done, None, refund.refund_id) for refund, done in refunds]
        yield _finding(
            order, payments, decided_at, {"pieces": f"{total}/{bought}"},
            f"Of order {order.order_id} {counted(total, 'piece')} were refunded, and {bought} bought.",
            f"订单 {order.order_id} 购买 {bought} 件，却退款 {total} 件。",
        )  # fmt: skip


def _finding(
    order: OrderView, payments: list[_Payment], decided_at: int, facts: dict[str, str], said: str, said_zh: str
) -> Finding:
    by_bank = sum(payment.refund_id is None for payment in payments)
    return Finding(
        anchor="",
        severity="high",
        platform=order.platform or "",
        shop_id=order.shop_id,
        order_ids=(order.order_id,),
        refund_ids=tuple(sorted(p.refund_id for p in payments if p.refund_id is not None)),
        decided_at=decided_at,
        evidence=cite(*order.changes[:1], *(payment.event for payment in payments)),
        facts={**facts, "refunds": str(len(payments) - by_bank), "chargebacks": str(by_bank)},
        explanation=said,
        explanation_zh=said_zh,
    )
