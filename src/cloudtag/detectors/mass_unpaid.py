"""Stock locked up by orders nobody pays.

What it finds: many orders, or many pieces, of one shop's sku, placed within an hour by one account or by several linked
ones, and left unpaid (B4, B20). A set counts by its parts as well, unless it is locked up itself.

Why it is abuse: unpaid orders hold the stock; a rival or a scalper empties the shelf before a promotion, and real
buyers find the item sold out.

How it decides: an order counts when it is still unpaid `unpaid_minutes` after it was placed; one that was cancelled
before gave its stock back. Within any `window_minutes`, this buyer and the buyers who share an address, phone, device
or payment account placed at least `orders` such orders, or `pieces` pieces, of one sku of one shop, at least one of
them by this buyer; or a single order of this buyer's took the last stock with at least `last_pieces` pieces. A hub
links nobody: six people of one dormitory who forget to pay are six people. Medium for one account; high for several;
critical when one of the orders took the last stock or belongs to a promotion.

Known false positives: a company that pays by bank transfer; goods paid for on delivery.

What would clear it: payment, until less is left unpaid than the rule asks for.

What to do: give the stock back at once; limit how many unpaid orders the accounts may hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.links import UnpaidOrder
from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.claims import left_unpaid, unpaid_order
from cloudtag.detection.examples.mass_unpaid import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, bounded, oldest_first, own_shops, unique
from cloudtag.detection.rule import Rule
from cloudtag.detection.signals import UNPAID, UNPAID_BY_OTHERS
from cloudtag.detection.windows import Met, Moment, any_window
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Stock locked up by orders nobody pays",
    family="order",
    scenario="mass_unpaid",
    scenario_zh="批量拍下不付款",
    scope="buyer",
    needs=("orders",),
    signals=(UNPAID, UNPAID_BY_OTHERS),
    rules=("B4", "B20"),
    clears="Payment, until less is left unpaid than the rule asks for; or a shared attribute that turns out a hub.",
    clears_zh="订单付款后，未付款数量低于规则标准；或共用信息被证实为公共地址、公共设备。",
    recommendation="release_stock_and_limit_unpaid_orders",
    unpaid_ms=lambda parameters: parameters.unpaid_minutes * _MINUTE_MS,
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_MINUTE_MS = 60_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many orders, or pieces, of one sku within how long, how many of an order that takes the last stock, and from
    when on an order is left unpaid."""

    orders: Annotated[int, Meta(ge=3)] = 5
    pieces: Annotated[int, Meta(ge=10)] = 50
    last_pieces: Annotated[int, Meta(ge=10)] = 10
    window_minutes: Annotated[int, Meta(ge=1)] = 60
    unpaid_minutes: Annotated[int, Meta(ge=1)] = 30


_Placed = tuple[str, UnpaidOrder, str]
"""Whose order was left unpaid, the order, and its platform."""


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per sku of a shop that was locked up with the buyer's part in it."""
    own, dues = _own(case, parameters)
    yield from (Timer(due) for due in dues)
    by_sku: dict[tuple[str, str], dict[str, Moment]] = {}
    for buyer_id, order, platform in (*own, *_others(case)):
        due_ms = order.occurred_at + parameters.unpaid_minutes * _MINUTE_MS
        for sku_id in order.skus:
            at_sku = by_sku.setdefault((order.shop_id, sku_id), {})
            at_sku[order.order_id] = Moment(due_ms, order.order_id, (buyer_id, order, platform))
    found = list(_locked_up(case, by_sku, parameters))
    for shop_id, sku_id, met in found:
        whole = [other for at, sku, other in found if at == shop_id and not _is_part(sku, other)]
        # A set that is locked up says all there is to say of its parts.
        if not _is_part(sku_id, met) or not any(_order_ids(met) <= _order_ids(other) for other in whole):
            yield _finding(case, shop_id, sku_id, met, parameters)


def _locked_up(
    case: BuyerCase, by_sku: dict[tuple[str, str], dict[str, Moment]], parameters: Parameters
) -> Iterator[tuple[str, str, Met]]:
    """The articles, each with its shop, of which too much was left unpaid."""
    for (shop_id, sku_id), moments in sorted(by_sku.items()):

        def is_enough(window: Sequence[Moment], sku_id: str = sku_id) -> bool:
            own = [moment for moment in window if moment.thing[0] == case.buyer_id]
            if not own:
                return False
            if len(window) >= parameters.orders or _pieces(window, sku_id) >= parameters.pieces:
                return True
            return _last_pieces(own, sku_id) >= parameters.last_pieces

        met = any_window(moments.values(), parameters.window_minutes * _MINUTE_MS, 1, is_enough)
        if met is not None:
            yield shop_id, sku_id, met


def _is_part(sku_id: str, met: Met) -> bool:
    """Whether the orders hold it only as a part of sets."""
    return all(sku_id not in order.skus[: len(order.skus) - order.part_count] for _, order, _ in met.things)


def _order_ids(met: Met) -> frozenset[str]:
    return frozenset(order.order_id for _, order, _ in met.things)


def _own(case: BuyerCase, parameters: Parameters) -> tuple[list[_Placed], list[int]]:
    """The buyer's orders left unpaid, and when others will be, if they are not paid until then."""
    left: list[_Placed] = []
    dues = []
    unpaid_ms = parameters.unpaid_minutes * _MINUTE_MS
    for order in case.orders:
        placed = left_unpaid(order, unpaid_ms)
        if placed is None:
            continue
        if placed.occurred_at + unpaid_ms > case.now_ms:
            dues.append(placed.occurred_at + unpaid_ms)
        else:
            left.append((case.buyer_id, unpaid_order(order, placed), placed.platform))
    return left, dues


def _others(case: BuyerCase) -> Iterator[_Placed]:
    """What buyers linked by an attribute that is no hub's left unpaid."""
    shared = {report.attribute for report in case.links}
    for report in case.links:
        for use in report.others:
            for order in use.unpaid:
                if report.attribute.removeprefix(f"unpaid:{order.shop_id}:") in shared:
                    yield use.buyer_id, order, use.platform


def _pieces(window: Sequence[Moment], sku_id: str) -> int:
    return sum(
        pieces
        for moment in window
        for sku, pieces in zip(moment.thing[1].skus, moment.thing[1].pieces, strict=True)
        if sku == sku_id
    )


def _last_pieces(window: Sequence[Moment], sku_id: str) -> int:
    """The most pieces with which one of the orders took the last stock."""
    zeroed = [moment for moment in window if moment.thing[1].is_stock_zeroed]
    return max((_pieces([moment], sku_id) for moment in zeroed), default=0)


def _severity(orders: list[UnpaidOrder], accounts: int) -> Severity:
    if any(order.is_stock_zeroed or order.promotion_id for order in orders):
        return "critical"
    return "high" if accounts > 1 else "medium"


def _finding(case: BuyerCase, shop_id: str, sku_id: str, met: Met, parameters: Parameters) -> Finding:
    orders: list[UnpaidOrder] = [order for _, order, _ in met.things]
    accounts = unique(buyer_id for buyer_id, _, _ in met.things)
    pieces = _pieces(met.moments, sku_id)
    promotions = ", ".join(unique(order.promotion_id for order in orders if order.promotion_id))
    return Finding(
        anchor=f"{shop_id}/{sku_id}",
        severity=_severity(orders, len(accounts)),
        platform=next(platform for buyer_id, _, platform in met.things if buyer_id == case.buyer_id),
        shop_id=shop_id,
        order_ids=unique(order.order_id for order in orders),
        own_shops=own_shops(case.buyer_id, ((whose, shop_id, order.order_id) for whose, order, _ in met.things)),
        linked_buyer_ids=tuple(buyer_id for buyer_id in accounts if buyer_id != case.buyer_id),
        decided_at=met.decided_at,
        evidence=bounded(oldest_first(Reference("orders", order.event_id, order.occurred_at) for order in orders)),
        facts={
            "orders": f"{len(orders)}/{parameters.orders}",
            "pieces": f"{pieces}/{parameters.pieces}",
            "last_pieces": f"{_last_pieces(met.moments, sku_id)}/{parameters.last_pieces}",
            "accounts": str(len(accounts)),
            "window_minutes": str(parameters.window_minutes),
            "unpaid_minutes": str(parameters.unpaid_minutes),
            "stock_zeroed": "yes" if any(order.is_stock_zeroed for order in orders) else "no",
            "promotions": promotions or "none",
        },
        explanation=(
            f"{counted(len(orders), 'order')} for {counted(pieces, 'piece')} of {sku_id} at shop {shop_id}, placed by "
            f"{counted(len(accounts), 'account')} within {counted(parameters.window_minutes, 'minute')}, stayed unpaid "
            f"for {counted(parameters.unpaid_minutes, 'minute')}."
        ),
        explanation_zh=(
            f"{len(accounts)} 个账号在 {parameters.window_minutes} 分钟内于店铺 {shop_id} 下单 {len(orders)} 笔、"
            f"共 {pieces} 件 {sku_id}，超过 {parameters.unpaid_minutes} 分钟未付款。"
        ),
    )
