"""Most orders end in a refund.

What it finds: a buyer who, within `window_days`, asks the price of orders back at least `refunds` times, and for at
least `share_percent` of all orders (B5).

Why it is abuse: a shop cannot be wrong every time; living from refunds is a way of life that others pay for.

How it decides: an order counts once, from when refunds of at least `part_percent` of its worth stood; what one shop is
asked for on one day, or gets back in one parcel, is one time. Exchanges, postage, refunds that were withdrawn or
refused, and money given back before shipping do not count, nor does what the buyer did not bring about: goods that came
back as the buyer had said beforehand that they were not those ordered, parcels that went home or elsewhere, and goods
said not to have come of which no parcel was delivered. The share is taken of all orders bought since the window, or the
oldest order in question, began, and of those of the `window_days` from the first refund on as well, for whoever keeps
what follows sends little back; orders that were cancelled or never paid do not dilute it. Medium; low while the
shops lack the goods of fewer than `kept` of those occasions: who sends back what does not fit deceives nobody.

Known false positives: a newcomer whose first orders all went to one bad shop; sizes that never fit.

What would clear it: a refund that was withdrawn or refused, or orders that were not known yet.

What to do: look at the reasons before trusting the next one; no advance refunds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.detection.all_back import has_come_back
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.came import may_have_come
from cloudtag.detection.examples.refund_frequency import EXAMPLES
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.occasions import Occasions, occasions
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, ParcelTold, together
from cloudtag.detection.outcomes import is_purchase, refund_moment
from cloudtag.detection.rule import Rule
from cloudtag.detection.signals import UNDONE
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_share
from cloudtag.detection.wording import counted, form
from cloudtag.detection.wrong_goods import came_back_as_claimed

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
RULE = Rule(
    title="Most orders end in a refund",
    family="refund",
    scenario="refund_frequency",
    scenario_zh="高频退款",
    scope="buyer",
    signals=(UNDONE,),
    needs=("refunds",),
    rules=("B5", "F6", "F8"),
    clears="A refund that is withdrawn or refused, or further orders of that time.",
    clears_zh="退款撤销或被拒绝，或补充该时段内的其他订单。",
    recommendation="no_advance_refund",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How often within how long, for which share of all orders, and from which part of an order's worth it counts; how
    often the goods must not have come back for more than a hint.

    Three, most of the five that it takes: a cup that was broken nobody wants back, and a parcel left with a neighbour
    may never turn up.
    """

    refunds: Annotated[int, Meta(ge=3)] = 5
    share_percent: Annotated[int, Meta(ge=1, le=100)] = 60
    part_percent: Annotated[int, Meta(ge=1, le=100)] = 50
    window_days: Annotated[int, Meta(ge=1)] = 90
    kept: Annotated[int, Meta(ge=1)] = 3


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if in any window enough of the orders were refunded."""
    if sum([bool(order.refunds) for order in case.orders]) < parameters.refunds:
        return
    orders = together(case.orders)
    each = orders.each_beside(_refunded, case.parcel, parameters.part_percent)
    refunded_orders = [moment for moment in each if moment is not None]
    found = Occasions()
    met = any_share(
        refunded_orders,
        (began_at for began_at in orders.each(_bought_at) if began_at is not None),
        parameters.window_days * DAY_MS,
        lambda count, total: count * 100 >= parameters.share_percent * total,
        case.horizon_ms,
        lambda window: found.of(window) >= parameters.refunds,
        at_least=parameters.refunds,
    )
    if met is not None:
        # Of these windows the last that was counted is the one that was met.
        yield _finding(met, found.count, parameters)


def _refunded(order: OrderView, orders: Orders, parcel: ParcelTold, part_percent: int) -> Moment | None:
    """When its price was asked back of an order that may have come, if it was; with how it was asked."""
    moment = refund_moment(order, is_shipped=True, part_percent=part_percent)
    if moment is None:
        return None
    claim: RefundChanged = moment.thing[1]
    refund = order.refunds[claim.refund_id]
    # Unless other goods came back as the buyer had said beforehand, one of its parcels may have brought them.
    if came_back_as_claimed(order, refund) or not may_have_come(order, refund, orders, parcel):
        return None
    is_back = has_come_back(order, refund, orders)
    day = claim.occurred_at // DAY_MS
    return moment._replace(thing=_Asked(claim, (claim.shop_id, refund.unit), (claim.shop_id, day), is_back))


def _bought_at(order: OrderView) -> int | None:
    """When an order began that was bought."""
    return order.began_at if is_purchase(order) else None


class _Asked(NamedTuple):
    """How the price of an order was asked back: the claim; of its shop the parcel it comes back in, and the day.

    What one shop is asked for on one day, or gets back in one parcel, is one occasion."""

    claim: RefundChanged
    parcel: tuple[str, object]
    day: tuple[str, object]
    is_back: bool
    """Whether the shop has found all of it."""


def _finding(met: Met, returns: int, parameters: Parameters) -> Finding:
    # On how many of the occasions the buyer may have kept the goods.
    kept = occasions([asked for asked in met.things if not asked.is_back])
    count, days = len(met.moments), parameters.window_days
    percent = 100 * count // max(met.total, 1)
    claims = [asked.claim for asked in met.things]
    return Finding(
        anchor="",
        severity="medium" if kept >= parameters.kept else "low",
        platform=claims[-1].platform,
        shop_id=only(claim.shop_id for claim in claims),
        order_ids=unique(claim.order_id for claim in claims)[:MOST_EVIDENCE],
        refund_ids=unique(claim.refund_id for claim in claims)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*claims)),
        facts={
            "refunds": f"{returns}/{parameters.refunds}",
            "share": f"{percent}%/{parameters.share_percent}%",
            "orders": str(met.total),
            "goods_not_back": f"{kept}/{parameters.kept}",
            "window_days": str(days),
        },
        explanation=(
            f"{count} of {counted(met.total, 'order')} ({percent}%) {form(count, 'was', 'were')} refunded within "
            f"{counted(days, 'day')}."
        ),
        explanation_zh=f"{days} 天内 {met.total} 笔订单中有 {count} 笔退款（{percent}%）。",
        since_at=met.since_at,
    )
