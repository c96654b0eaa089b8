"""Two neighbours, each with the other's goods.

What it finds: two buyers at one address or near each other who both claim that the wrong item came, each naming what
the other had ordered in the same shop (B21).

Why it is abuse: they order two sizes, claim a mix-up that the shop never made, and have both replaced or paid back.

How it decides: both refunds give wrong item as the reason, within `window_days` of each other. What the other says that
came (the lines of the refund), or what the shop found in the other's parcel, is what this buyer ordered, and the other
way round. Addresses are equal, or in one area; an address of a hub links nobody. Each of the two has an alert. Medium;
high when the shop found both swapped goods in the parcels.

Known false positives: the shop really swapped the labels of two parcels that went to one house.

What would clear it: a corrected inspection, other lines, another reason, or either refund withdrawn.

What to do: compare the packing records of both orders; offer both buyers to swap, at the shop's cost, before paying.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.links import Claim
from cloudtag.contract.records import Reference
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.claims import claim_of
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first, own_shops, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import WRONG_ITEM
from cloudtag.detection.windows import DAY_MS
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Two neighbours, each with the other's goods",
    family="refund",
    scenario="mirror_wrong_item",
    scenario_zh="互换错发",
    scope="buyer",
    needs=("orders", "refunds"),
    signals=(WRONG_ITEM,),
    rules=("B21",),
    clears="A corrected inspection, other lines, another reason, or either refund withdrawn.",
    clears_zh="更正验货记录或退款明细、更改退款原因，或任一方撤回退款。",
    recommendation="compare_packing_records",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How far apart the two claims may be."""

    window_days: Annotated[int, Meta(ge=1)] = 30


def _sized(n: int, size: str, came: str, **fields: object) -> tuple[dict[str, object], ...]:
    """Buyer n orders one size and says that another came."""
    who, at = {"refund_id": f"r{n}", "buyer_id": f"b{n}"}, int(str(fields.pop("at", 5)))
    lines = [{"sku_id": size, "quantity": 1, "unit_price_minor": 12900}]
    said = [{"sku_id": came, "quantity": 1}]
    shop = {"shop_id": fields["shop_id"]} if "shop_id" in fields else {}
    reason = fields.pop("reason", "wrong_item")
    return (
        ordered("placed", day(0, n), lines=lines, **{**who, "address_area": "a1", **fields}),
        refunded("opened", day(at, n), type="return_refund", reason=reason, lines=said, **who, **shop),
    )


def _at(n: int, size: str, came: str, at: str) -> tuple[dict[str, object], ...]:
    """The same, claimed at that moment."""
    order, claim = _sized(n, size, came)
    return order, {**claim, "occurred_at": at, "event_id": f"claim-{n}"}


_FIRST = _sized(1, "L", "XL")
EXAMPLES = (
    Example(
        name="L for XL and XL for L, next door",
        events=(*_FIRST, *_sized(2, "XL", "L")),
        fires=(
            {"severity": "medium", "buyer_id": "b1", "linked_buyer_ids": ["b2"], "facts": {"days_apart": "0/30"}},
            {"severity": "medium", "buyer_id": "b2", "linked_buyer_ids": ["b1"]},
        ),
    ),
    Example(
        name="at one address, and each sends back what the other ordered",
        events=(
            *_sized(1, "L", "L", address_area=None, address_hash="home"),
            *_sized(2, "XL", "XL", address_area=None, address_hash="home"),
            inspected(day(9), {"XL": 1}),
            inspected(day(9, 1), {"L": 1}, refund_id="r2", buyer_id="b2"),
        ),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(name="near miss: strangers", events=(*_FIRST, *_sized(2, "XL", "L", address_area="a2"))),
    Example(name="near miss: neighbours who got M and S", events=(*_sized(1, "L", "M"), *_sized(2, "XL", "S"))),
    Example(name="near miss: two months apart", events=(*_FIRST, *_sized(2, "XL", "L", at=65))),
    Example(
        name="exactly thirty days apart",
        events=(*_FIRST, *_at(2, "XL", "L", day(35, 1))),
        fires=({"buyer_id": "b1", "facts": {"days_apart": "30/30"}}, {"buyer_id": "b2"}),
    ),
    Example(
        name="near miss: thirty days and a second apart",
        events=(*_FIRST, *_at(2, "XL", "L", "2026-04-06T01:00:01Z")),
    ),
    Example(
        name="near miss: two shops, at one address",
        events=(
            *_sized(1, "L", "XL", address_hash="home"),
            *_sized(2, "XL", "L", address_hash="home", shop_id="s2"),
        ),
    ),
    Example(name="near miss: two shops", events=(*_FIRST, *_sized(2, "XL", "L", shop_id="s2"))),
    Example(
        name="near miss: one of them only says that it does not fit",
        events=(*_FIRST, *_sized(2, "XL", "L", reason="not_as_described")),
    ),
    Example(
        name="near miss: both got XL, one of them rightly",
        events=(*_FIRST, *_sized(2, "XL", "XL")),
    ),
    Example(
        name="near miss: one buyer, two orders, two parcels mixed up",
        events=(*_FIRST, *({**e, "buyer_id": "b1"} for e in _sized(2, "XL", "L"))),
    ),
    Example(
        name="near miss: settled between neighbours, one refund withdrawn",
        events=(
            *_FIRST,
            *_sized(2, "XL", "L"),
            refunded("withdrawn", day(7), refund_id="r2", buyer_id="b2", type="return_refund"),
        ),
    ),
)
_PLACES = ("address", "area")


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund of the buyer that somebody near mirrors."""
    others: dict[str, list[tuple[str, str, Claim]]] = {}
    for report in case.links:
        for use in report.others if report.kind in _PLACES else ():
            for claim in use.claims:
                others.setdefault(report.attribute, []).append((use.buyer_id, report.attribute, claim))
    # Mostly nobody near claims anything: then no order is of any interest.
    for order in case.orders if others else ():
        near = [other for attribute in order.attributes() for other in others.get(attribute, ())]
        for refund in order.refunds.values() if near else ():
            mine = claim_of(order, refund)
            if mine is None:
                continue
            mirrors = [other for other in near if _mirrors(mine, other[2], parameters.window_days * DAY_MS)]
            if mirrors:
                yield _finding(case, order, mine, mirrors, parameters)


def _mirrors(mine: Claim, other: Claim, reach_ms: int) -> bool:
    mine_ordered, other_ordered = set(mine.ordered_skus), set(other.ordered_skus)
    return (
        mine.reason == other.reason == "wrong_item"
        and mine.shop_id == other.shop_id
        and abs(mine.claimed_at - other.claimed_at) <= reach_ms
        and not mine_ordered.isdisjoint(other.other_skus)
        and not other_ordered.isdisjoint(mine.other_skus)
    )


def _finding(
    case: BuyerCase, order: OrderView, mine: Claim, mirrors: list[tuple[str, str, Claim]], parameters: Parameters
) -> Finding:
    first = min((claim for _, _, claim in mirrors), key=lambda c: (max(c.occurred_at, c.claimed_at), c.refund_id))
    buyers = unique(buyer_id for buyer_id, _, _ in mirrors)
    claims = [mine, *(claim for _, _, claim in mirrors)]
    said, other_said = ", ".join(mine.other_skus), ", ".join(first.other_skus)
    apart = abs(mine.claimed_at - first.claimed_at) // DAY_MS
    is_found = mine.is_inspected and any(claim.is_inspected for _, _, claim in mirrors)
    named, places = ", ".join(buyers), unique(attribute for _, attribute, _ in mirrors)
    return Finding(
        anchor=scoped(mine.shop_id, mine.refund_id),
        severity="high" if is_found else "medium",
        platform=order.platform or "",
        shop_id=mine.shop_id,
        order_ids=unique(claim.order_id for claim in claims),
        own_shops=own_shops(case.buyer_id, ((whose, one.shop_id, one.order_id) for whose, _, one in mirrors)),
        refund_ids=unique(claim.refund_id for claim in claims),
        linked_buyer_ids=buyers,
        decided_at=max(mine.occurred_at, mine.claimed_at, first.occurred_at, first.claimed_at),
        evidence=oldest_first(
            (
                *cite(*order.changes[:1]),
                *(Reference("refunds", claim.claim_event_id, claim.claimed_at) for claim in claims),
                *(Reference(claim.stream, claim.event_id, claim.occurred_at) for claim in claims),
            )
        ),
        facts={
            "ordered": ", ".join(mine.ordered_skus),
            "came": said,
            "other_ordered": ", ".join(first.ordered_skus),
            "other_came": other_said,
            "days_apart": f"{apart}/{parameters.window_days}",
            "shared": ", ".join(places),
        },
        explanation=(
            f"Buyer {case.buyer_id} claims to have got {said} for {', '.join(mine.ordered_skus)}, and {named}, sharing "
            f"{attributes(places)}, {other_said} for {', '.join(first.ordered_skus)}: two claims in one shop, "
            f"{counted(apart, 'day') if apart else 'less than a day'} apart."
        ),
        explanation_zh=(
            f"买家 {case.buyer_id} 称订 {'、'.join(mine.ordered_skus)} 却收到 {said}，"
            f"同址或邻近（{attributes_zh(places)}）买家 {named} 称订 {'、'.join(first.ordered_skus)} 却收到 "
            f"{other_said}，同店两笔退款相隔{f' {apart} ' if apart else '不到 1 '}天。"
        ),
    )
