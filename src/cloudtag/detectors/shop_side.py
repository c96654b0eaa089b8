"""What went wrong on the shop's side.

What it finds: the shop cancelled an order that was paid, gave an outbound number whose parcel went elsewhere or belongs
to another order, or sent other goods than were ordered (F8).

Why it is abuse: it is none of the buyer's. The alert is there so that nobody accuses the buyer of what the shop did,
and so that the shop puts it right.

How it decides: a paid order's last word is that the shop cancelled it. Or the parcel under a number the order was sent
with is, by its courier and as soon as that is scanned, bound for an address that is not the order's, or belongs to an
order that is none of the buyer's, and a refund of the order stands. Or the buyer said that the wrong item came, or that
it was not as described, before the parcel was opened, and what came back is an article that orders at this shop name,
while neither this buyer nor a linked one bought it there within 180 days. Low: about the shop. It is no ground for a
tag or a sanction, and has no weight in any judgement of the buyer.

Known false positives: a parcel that the buyer had sent on to another address; an article of the shop that the buyer has
from somebody else.

What would clear it: scans that say another address or order, a corrected inspection, or the order going on after all.

What to do: put it right with the buyer, and look at how numbers and goods are matched.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.examples.shop_side import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, cite_seen, oldest_first
from cloudtag.detection.goods import count_pieces, ordered_skus
from cloudtag.detection.outcomes import let_down, never_paid
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import standing_inspections
from cloudtag.detection.rule import Rule
from cloudtag.detection.wrong_goods import said_beforehand, sale_of, whose

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
RULE = Rule(
    title="What went wrong on the shop's side",
    family="order",
    scenario="shop_side",
    scenario_zh="商家侧问题",
    scope="order",
    needs=("orders",),
    rules=("F8",),
    clears="Scans that say another address or order, a corrected inspection, or the order going on after all.",
    clears_zh="物流更正了去向或订单、更正验货记录，或订单恢复履行。",
    recommendation="put_it_right",
    accuses=False,
    concerns=lambda order, _: bool(order.refunds) or "cancelled" in order.first_at,
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for each thing that went wrong with the order."""
    del parameters
    order = case.order
    cancelled = let_down(order, ("shop",))
    if cancelled is not None and not never_paid(order):
        yield _finding(
            case, "cancelled", (cancelled.occurred_at, cite(cancelled)), {"cancelled_by": "shop"}, (),
            f"The shop cancelled order {order.order_id}, which the buyer had paid.",
            f"订单 {order.order_id} 买家已付款，被商家取消。",
        )  # fmt: skip
    refunds = [refund for refund in order.refunds.values() if refund.status != "withdrawn"]
    if refunds:
        yield from _strayed(case, refunds)
    for refund in refunds if order.inspections else ():
        yield from _missent(case, refund)


def _strayed(case: OrderCase, refunds: list[RefundView]) -> Iterator[Finding]:
    """The order's numbers whose parcels are not the order's, by their scans."""
    astray = case.shop_number_elsewhere
    if not astray:
        return
    order = case.order
    own = {order.order_id, *(other.order_id for other in case.orders() if other.shop_id == order.shop_id)}
    first = min((refund.opened for refund in refunds), key=lambda e: (e.occurred_at, e.event_id))
    for parcel in sorted(astray, key=lambda one: one.sent.waybill_no):
        number, scan, journey = parcel.sent.waybill_no, parcel.contradicted_by, parcel.journey
        assert scan is not None
        assert journey is not None
        where = "other_order" if scan == journey.order and journey.order_id not in own else "other_address"
        yield _finding(
            case, f"parcel:{number}",
            (max(scan.occurred_at, first.occurred_at), cite_seen(cite(first, parcel.sent.named), scan)),
            {"number": number, "went": where}, tuple(sorted(refund.refund_id for refund in refunds)),
            f"The number {number} that the shop gave for order {order.order_id} is of a parcel that "
            f"{'belongs to another order' if where == 'other_order' else 'went to another address'}.",
            f"商家为订单 {order.order_id} 填写的运单 {number} "
            f"{'属于其他订单' if where == 'other_order' else '寄往了其他地址'}。",
        )  # fmt: skip


def _missent(case: OrderCase, refund: RefundView) -> Iterator[Finding]:
    """Goods that the shop sent by mistake, as they came back."""
    order = case.order
    if not order.lines:
        return
    for inspection in standing_inspections(order, refund):
        sent, at_ms = ordered_skus(order), inspection.occurred_at
        if not said_beforehand(refund, at_ms):
            continue
        foreign = sorted(sku for sku in count_pieces(inspection.received, (order,)) if sku not in sent)
        skus = [sku for sku in foreign if whose(case, (order, refund), sku, at_ms) == "shop"]
        if skus:
            yield _goods(case, refund, inspection, skus)


def _goods(case: OrderCase, refund: RefundView, inspection: ReturnInspected, skus: list[str]) -> Finding:
    order, found = case.order, ", ".join(skus)
    sales = [sale for sku in skus if (sale := sale_of(case, refund.shop_id, sku)) is not None]
    sold = [Reference("orders", sale.event_id, sale.occurred_at) for sale in sales]
    evidence = oldest_first((*cite(*order.changes[:1], refund.opened, inspection), *sold))
    ordered = ", ".join(sorted({line.sku_id for line in order.lines}))
    return _finding(
        case, f"goods:{refund.refund_id}:{inspection.waybill_no or ''}",
        (max(reference.occurred_at for reference in evidence), evidence),
        {"ordered": ordered, "came": found, "reason": refund.reason}, (refund.refund_id,),
        f"The shop seems to have sent {found}, which others order there, for {ordered}: the buyer had said so in "
        f"refund {refund.refund_id} before the parcel was opened.",
        f"商家疑似将 {found}（其他买家在本店订购的商品）错发给订购 {ordered} 的买家；"
        f"买家在开箱前已在退款 {refund.refund_id} 中说明。",
    )  # fmt: skip


def _finding(
    case: OrderCase, anchor: str, rests: tuple[int, tuple[Reference, ...]], facts: dict[str, str],
    refund_ids: tuple[str, ...], said: str, said_zh: str,
) -> Finding:  # fmt: skip
    """`rests`: since when it stands, and on which events."""
    order = case.order
    assert order.platform is not None
    return Finding(
        anchor=anchor,
        severity="low",
        platform=order.platform,
        shop_id=order.shop_id,
        order_ids=(order.order_id,),
        refund_ids=refund_ids,
        decided_at=rests[0],
        evidence=rests[1],
        facts={"what": anchor.partition(":")[0], **facts},
        explanation=said,
        explanation_zh=said_zh,
    )
