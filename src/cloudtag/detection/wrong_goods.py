"""Whose goods came back that were not in the order: the buyer's own, a linked buyer's, the shop's, or nobody's (F8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cloudtag.contract.links import AttributeUsed
from cloudtag.detection.all_back import is_all_back
from cloudtag.detection.buyer_case import linked
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.goods import claimed, count_pieces, named_goods, ordered_skus
from cloudtag.detection.once import once_of_refund
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import is_purchase
from cloudtag.detection.refund_view import RefundView, reason_at, reasons_of
from cloudtag.detection.returned import Refunds, standing_inspections
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS, DAY_MS

CLAIMED = ("wrong_item", "not_as_described")
"""Reasons that say other goods came than were ordered."""
BOUGHT_MS = 180 * DAY_MS
"""What was bought in the shop so long before may be what comes back."""
Whose = Literal["buyer", "linked", "shop", "nobody", "unknown"]
"""`shop`: others ordered the article there, and neither this buyer nor a linked one has it; `nobody`: no order there
names it; `unknown`: whether any does has been asked, and not been answered yet."""


def sku_attribute(shop_id: str, sku_id: str) -> str:
    """Under which orders show what a shop sells, and returns ask for it."""
    return f"sku:{shop_id}/{sku_id}"


def said_beforehand(refund: RefundView, looked_at_ms: int) -> bool:
    """Whether, when the goods were looked at, the buyer said that other goods had come."""
    return reason_at(refund, looked_at_ms) in CLAIMED


def said_before_sending(refund: RefundView) -> bool:
    """Whether the buyer said that other goods had come before naming any parcel that was to bring them back."""
    named_ms = min((named.occurred_at for named in refund.named.values()), default=None)
    early = [c for c in refund.changes if named_ms is None or c.occurred_at < named_ms or c is refund.opened]
    reasons = [change.reason for change in early if change.reason != "unknown"]
    return reasons[-1:] != [] and reasons[-1] in CLAIMED


def ever_said(refund: RefundView, looked_at_ms: int) -> bool:
    """Whether the buyer had said so at any time before, whatever was said since (F12)."""
    early = [c for c in refund.changes if c.occurred_at <= looked_at_ms + CLOCK_TOLERANCE_MS]
    return any(change.reason in CLAIMED for change in early)


def reasons_given(refund: RefundView) -> dict[str, str]:
    """As a fact: the reasons given one after the other, where there was more than one."""
    reasons = reasons_of(refund)
    return {"reasons": ", ".join(reasons)} if len(reasons) > 1 else {}


@once_of_refund
def came_back_as_claimed(order: OrderView, refund: RefundView) -> bool:
    """Whether as many pieces came back, other goods among them, and the buyer had said before that other goods came.

    Whose they are is not asked: of what was sent by mistake and what the buyer put in, either.
    """
    looked = standing_inspections(order, refund)
    pieces = sum(goods.quantity for inspection in looked for goods in inspection.received)
    is_said = all(said_beforehand(refund, inspection.occurred_at) for inspection in looked)
    return bool(looked) and is_said and pieces >= claimed(order, refund).total and not is_all_back([(order, refund)])


def is_answered(case: OrderCase | ParcelCase, refunds: Refunds) -> bool:
    """Whether the shop has what refunds were to bring back: all the goods (F6), or what it had sent by mistake (F8)."""
    return is_all_back(refunds) or (bool(refunds) and all(is_missent(case, *one) for one in refunds))


def is_missent(case: OrderCase | ParcelCase, order: OrderView, refund: RefundView) -> bool:
    """Whether as many pieces came back as a refund asks for, and those not ordered are what the shop sent by mistake.

    The buyer had said so before the parcel was opened.
    """
    looked = standing_inspections(order, refund)
    if not looked:
        return False
    sent = ordered_skus(order)
    if not sent or not all(said_beforehand(refund, inspection.occurred_at) for inspection in looked):
        return False
    pieces = [(count_pieces(inspection.received, (order,)), inspection.occurred_at) for inspection in looked]
    if sum(found.total() for found, _ in pieces) < max(1, claimed(order, refund).total):
        return False
    foreign = [(sku_id, at_ms) for found, at_ms in pieces for sku_id in found if sku_id not in sent]
    return bool(foreign) and all(whose(case, (order, refund), sku_id, at_ms) == "shop" for sku_id, at_ms in foreign)


def whose(case: OrderCase | ParcelCase, of: tuple[OrderView, RefundView], sku_id: str, looked_at_ms: int) -> Whose:
    """Whose an article is that came back in a refund's parcel and was not in its order."""
    order, refund = of
    since_ms = looked_at_ms - BOUGHT_MS
    others = [o for o in case.orders() if o.shop_id == refund.shop_id and o.order_id != order.order_id]
    if any(since_ms <= o.began_at <= looked_at_ms + CLOCK_TOLERANCE_MS and sku_id in kept_goods(o) for o in others):
        return "buyer"
    if any(
        owned.refund_id == refund.refund_id and owned.sku_id == sku_id and owned.occurred_at >= since_ms
        for owned in order.owned
    ):
        return "linked"
    if any(sku_id in named_goods(other) for other in others):
        return "shop"
    sales = _sales(case, refund.shop_id, sku_id)
    if sales is None:
        return "unknown"
    if not sales:
        return "nobody"
    return "linked" if sale_of(case, refund.shop_id, sku_id) is None else "shop"


def is_dearer(case: OrderCase | ParcelCase, of: tuple[OrderView, RefundView], sku_id: str) -> bool:
    """Whether the article cost the buyer, elsewhere at the shop, more than anything in the order it came back for."""
    order, refund = of
    others = [o for o in case.orders() if o.shop_id == refund.shop_id and o.order_id != order.order_id]
    paid = [
        (o.currency, line.unit_price_minor) for o in others for line in o.lines if sku_id in (line.sku_id, line.item_id)
    ]
    dearest = max((line.unit_price_minor for line in order.lines), default=0)
    return bool(paid) and all(currency == order.currency and price > dearest for currency, price in paid)


def sale_of(case: OrderCase | ParcelCase, shop_id: str, sku_id: str) -> AttributeUsed | None:
    """The order at the shop of a buyer who is not linked that names the article, if any is known."""
    linked_ids = linked(case.links).keys()
    return next((sale for sale in _sales(case, shop_id, sku_id) or () if sale.buyer_id not in linked_ids), None)


def _sales(case: OrderCase | ParcelCase, shop_id: str, sku_id: str) -> Sequence[AttributeUsed] | None:
    """What is reported of others' orders that name the article; none where nothing is."""
    attribute = sku_attribute(shop_id, sku_id)
    return next((link.others for link in case.links if link.attribute == attribute), None)


def kept_goods(order: OrderView) -> frozenset[str]:
    """What the buyer has of an order, by whatever name: nothing never bought, nothing the shop got back."""
    if not order.lines or not is_purchase(order):
        return frozenset()
    words = [inspection.received for inspection in order.inspections]
    returned = {goods.sku_id for received in words for goods in received if goods.quantity}
    kept = ordered_skus(order) - returned.union(*(count_pieces(received, (order,)) for received in words))
    return kept.union(line.item_id for line in order.lines if line.item_id and line.sku_id in kept)
