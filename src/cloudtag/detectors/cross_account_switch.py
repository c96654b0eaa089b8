"""Look-alike from a second account sent back.

What it finds: a buyer claims that the wrong goods came, and what comes back is a cheaper item that a linked buyer had
ordered in the same shop (T2b).

Why it is abuse: two accounts of one person order the dear item and a cheap look-alike; the cheap one goes back for the
price of the dear one.

How it decides: the reason, when the goods were looked at, was wrong item or not as described (another one given since
changes nothing, F12); the last inspection of the parcel lists a sku that was never ordered in that order; and a buyer
who shares an address, phone, device or payment account, or lives near, ordered that sku in the same shop before it came
back, at a lower price than the dearest item of the order. What that buyer never paid for, cancelled or sent back does
not count; nor does anything under a hub's attribute. High; with a near address alone medium, for a shop may send a
wrong item that some neighbour happens to have bought; and where an address or a phone was used by both too far apart,
for flats and phones pass to others (F11). Low with a near address alone where more than two of them have the article,
which sells well there, where none ordered it within `near_days` of the dear one, or where it costs more than
`near_percent` of that: forty homes buy much, and whoever means to swap has the cheap one at hand, and much cheaper.

Known false positives: the shop swapped the parcels of two people who live together.

What would clear it: a corrected inspection, the refund withdrawn, or the other buyer's order cancelled or returned.

What to do: keep the goods and the packing video of both orders; refuse the refund of the dear item.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.links import Claim, SkuOwned
from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.claims import claim_of
from cloudtag.detection.examples.cross_account_switch import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first, own_shops, unique
from cloudtag.detection.link_age import is_near, lately_linked, limits_ms, used_at
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Rule
from cloudtag.detection.windows import DAY_MS
from cloudtag.detection.wording import money, money_zh

RULE = Rule(
    title="Look-alike from a second account sent back",
    family="refund",
    scenario="switched_goods",
    scenario_zh="调包退货",
    scope="order",
    # Asked only once a linked buyer is known to have ordered what came back.
    needs=("refunds", "inspections", "sku-answers"),
    rules=("T2b", "F11", "F12"),
    clears="A corrected inspection, the refund withdrawn, or the other order cancelled or returned.",
    clears_zh="更正验货记录、撤回退款，或对方订单已取消或退货。",
    recommendation="refuse_and_keep_opening_video",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How far apart the two buyers may have used what they share, an address or a phone (short), a device or a payment
    account (long), for a grave suspicion (F11). How far apart two neighbours may have ordered, and which part of the
    dear item's price the other may cost, for more than a hint."""

    short_days: Annotated[int, Meta(ge=1)] = 60
    long_days: Annotated[int, Meta(ge=1)] = 180
    near_days: Annotated[int, Meta(ge=1)] = 21
    near_percent: Annotated[int, Meta(ge=1, le=100)] = 50


_FEW_NEIGHBOURS = 2
"""What more people of one area have sells well there."""


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund of the order in whose parcel a linked buyer's cheaper goods came back."""
    for refund_id, refund in sorted(case.order.refunds.items()):
        claim = claim_of(case.order, refund)
        if claim is None or not claim.is_inspected:
            continue
        owned = [
            answer
            for answer in case.order.owned
            if answer.refund_id == refund_id and answer.sku_id in claim.other_skus and _gap(case.order, answer) > 0
        ]
        if owned:
            yield _finding(case, claim, sorted(owned, key=lambda answer: (answer.owner_id, answer.sku_id)), parameters)


def _gap(order: OrderView, owned: SkuOwned) -> int:
    """By how much the dearest item of the order is dearer than the other; 0 where their currencies differ."""
    currency = _currency(order)
    if None not in (currency, owned.currency) and currency != owned.currency:
        return 0
    return max(line.unit_price_minor for line in order.lines) - owned.unit_price_minor


def _currency(order: OrderView) -> str | None:
    return next((change.currency for change in order.changes if change.currency), None)


def _severity(case: OrderCase, owned: list[SkuOwned], parameters: Parameters) -> Severity:
    """High by what they shared lately, medium by what they shared at all, low by a neighbourhood that tells nothing."""
    if any(_is_one_hand(case, answer, parameters) for answer in owned):
        return "high"
    near = [answer for answer in owned if answer.attribute.startswith("area:")]
    if len(near) < len(owned):
        return "medium"
    is_rare = len({answer.owner_id for answer in near}) <= _FEW_NEIGHBOURS
    return "medium" if is_rare and any(_is_at_hand(case.order, one, parameters) for one in near) else "low"


def _is_at_hand(order: OrderView, near: SkuOwned, parameters: Parameters) -> bool:
    """Whether a neighbour ordered something much cheaper about when the dear item was ordered."""
    dearest = max(line.unit_price_minor for line in order.lines)
    if near.unit_price_minor * 100 > dearest * parameters.near_percent:
        return False
    apart_ms = min(abs(change.occurred_at - near.occurred_at) for change in order.changes)
    return apart_ms <= parameters.near_days * DAY_MS


def _is_one_hand(case: OrderCase, owned: SkuOwned, parameters: Parameters) -> bool:
    """Whether they shared more than a neighbourhood, and lately: by that order, or by any use that is told of."""
    if owned.attribute.startswith("area:"):
        return False
    limits = limits_ms(parameters.short_days, parameters.long_days)
    own = used_at((case.order,)).get(owned.attribute, ())
    apart_ms = min((abs(mine - owned.occurred_at) for mine in own), default=0)
    near = lately_linked(case.links, (case.order,), parameters.short_days, parameters.long_days)
    return is_near(owned.attribute, apart_ms, limits) or owned.owner_id in near


def _finding(case: OrderCase, claim: Claim, owned: list[SkuOwned], parameters: Parameters) -> Finding:
    order = case.order
    dear = max(order.lines, key=lambda line: (line.unit_price_minor, line.sku_id))
    cheap = max(owned, key=lambda answer: (_gap(order, answer), answer.owner_id))
    gap, by = _gap(order, cheap), unique(answer.attribute for answer in owned)
    currency = _currency(order) or cheap.currency
    return Finding(
        anchor=claim.refund_id,
        severity=_severity(case, owned, parameters),
        platform=order.platform or "",
        shop_id=claim.shop_id,
        order_ids=unique((order.order_id, *(answer.owner_order_id for answer in owned))),
        own_shops=own_shops(case.buyer_id, ((one.owner_id, one.shop_id, one.owner_order_id) for one in owned)),
        refund_ids=(claim.refund_id,),
        linked_buyer_ids=unique(answer.owner_id for answer in owned),
        decided_at=max(claim.occurred_at, claim.claimed_at, *(answer.occurred_at for answer in owned)),
        evidence=oldest_first(
            (
                *cite(*order.changes[:1]),
                *(Reference("orders", answer.event_id, answer.occurred_at) for answer in owned),
                Reference("refunds", claim.claim_event_id, claim.claimed_at),
                Reference(claim.stream, claim.event_id, claim.occurred_at),
            )
        ),
        facts={
            "reason": claim.reason,
            "ordered": dear.sku_id,
            "came_back": cheap.sku_id,
            "price_gap_minor": f"{gap}/1",
            "shared": ", ".join(by),
        },
        explanation=(
            f"Buyer {case.buyer_id} ordered {dear.sku_id} and sent back {cheap.sku_id}, which buyer {cheap.owner_id}, "
            f"linked by {attributes(by)}, had ordered in the same shop for {money(gap, currency)} less."
        ),
        explanation_zh=(
            f"买家 {case.buyer_id} 订购 {dear.sku_id}，退回的却是 {cheap.sku_id}；关联买家 {cheap.owner_id}"
            f"（共用{attributes_zh(by)}）曾在同店购买该商品，差价 {money_zh(gap, currency)}。"
        ),
    )
