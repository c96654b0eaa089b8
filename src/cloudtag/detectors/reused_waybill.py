"""Shared return tracking number.

What it finds: a return number that was already used for another return: in another shop, by another account, or in a
return the shop had learned of outside the platform (T3.3).

Why it is abuse: one real parcel is made to pay for several refunds.

How it decides: every refund that sends goods back under a number is a use of it, as long as it names no other. Two uses
are of one parcel if they mean the same journey of the number, or if nothing was scanned under it and they name no two
couriers; a number that the courier gave out again is another parcel's. Of two such uses within `window_days` the later
one is the reuse, and the alert is about its buyer. Several refunds of one buyer in one shop are an honest consolidation
(T1b) unless one of them was offline and the other not, and refunds of one order are one return recorded twice. Medium
for one buyer; high across buyers; critical when those buyers share an attribute that both used at nearly one time
(F11). A return of which the shop found all the goods is none, whoever else named its number (F6); of one buyer's, those
that were not in the parcel are then the reuse.

Known false positives: two neighbours who hand in one parcel for two shops; a mistyped digit.

What would clear it: a corrected return number, of either return.

What to do: compare weight, destination and opening video of the parcel with each refund before paying any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.parcels import WaybillUsed
from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.reused_waybill import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, own_shops, unique
from cloudtag.detection.link_age import lately_linked
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returning import is_awaited, orders_of
from cloudtag.detection.rule import Rule
from cloudtag.detection.wording import counted
from cloudtag.detection.wrong_goods import is_answered
from cloudtag.parcels.courier import canonical_courier

RULE = Rule(
    title="Shared return tracking number",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.3", "T1b", "F6", "F11"),
    clears="A corrected return number, of this return or of the other.",
    clears_zh="任一退货更正其退货单号。",
    recommendation="compare_parcel_with_each_refund",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_DAY_MS = 86_400_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a number belongs to one parcel; couriers use numbers again after that.

    And how far apart two buyers may have used what they share, an address or a phone (short), a device or a payment
    account (long), to be one hand (F11).
    """

    window_days: Annotated[int, Meta(ge=1)] = 180
    short_days: Annotated[int, Meta(ge=1)] = 60
    long_days: Annotated[int, Meta(ge=1)] = 180


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for the buyer's uses of the number that came after somebody's other use of it."""
    if case.report is None or len(case.report.uses) < 2:
        return
    awaited = [(order, refund) for order, refund in case.refunds if is_awaited(refund)]
    back = {_own(case, refund) for order, refund in awaited if is_answered(case, [(order, refund)])}
    standing = {_own(case, refund) for _, refund in awaited} - back
    uses = sorted(
        zip(case.report.uses, case.report.meant, strict=True),
        # Of the buyer's own, those whose goods the parcel held used it by right, whenever they named it.
        key=lambda told: (_named(told[0]) not in back, _order(told[0])),
    )
    reach_ms = parameters.window_days * _DAY_MS
    clashes = [
        (use, before)
        for n, (use, meant) in enumerate(uses)
        if _named(use) in standing
        for before, also in uses[:n]
        if abs(use.occurred_at - before.occurred_at) <= reach_ms
        and meant == also
        and (meant or _is_one_courier(use, before))
        and _is_reuse(use, before)
    ]
    if clashes:
        yield _finding(case, clashes, parameters)


def _own(case: ParcelCase, refund: RefundView) -> tuple[str, str, str]:
    """The name of a refund of the buyer's, as that of a use."""
    return case.buyer_id, refund.shop_id, refund.refund_id


def _named(use: WaybillUsed) -> tuple[str, str, str]:
    """Whose refund at which shop a use is of."""
    return use.buyer_id, use.shop_id, _refund_id(use)


def _refund_id(use: WaybillUsed) -> str:
    return use.refund_id or ""


def _order(use: WaybillUsed) -> tuple[int, str]:
    return use.occurred_at, _refund_id(use)


def _is_one_courier(use: WaybillUsed, before: WaybillUsed) -> bool:
    codes = {canonical_courier(use.carrier), canonical_courier(before.carrier)} - {None}
    return len(codes) <= 1


def _is_reuse(use: WaybillUsed, before: WaybillUsed) -> bool:
    if use.buyer_id != before.buyer_id or use.shop_id != before.shop_id:
        return True
    return use.order_id != before.order_id and use.is_offline != before.is_offline


def _severity(others: set[str], linked: set[str]) -> Severity:
    if linked:
        return "critical"
    return "high" if others else "medium"


def _rises(clashes: list[tuple[WaybillUsed, WaybillUsed]], others: set[str], linked: set[str]) -> dict[Severity, int]:
    """With which use of the number another buyer, and a linked one, came into it."""
    steps: tuple[tuple[Severity, set[str]], ...] = (("high", others), ("critical", linked))
    times = {severity: [use.occurred_at for use, b in clashes if b.buyer_id in whose] for severity, whose in steps}
    return {severity: min(at) for severity, at in times.items() if at}


def _finding(case: ParcelCase, clashes: list[tuple[WaybillUsed, WaybillUsed]], parameters: Parameters) -> Finding:
    uses = {use.internal_id: use for pair in clashes for use in pair}
    first = min((use for use, _ in clashes), key=_order)
    others = {use.buyer_id for use in uses.values()} - {case.buyer_id}
    orders = orders_of(case.refunds)
    linked = others & lately_linked(case.links, orders, parameters.short_days, parameters.long_days)
    shops, buyers = {use.shop_id for use in uses.values()}, len(others) + 1
    references = {(u.occurred_at, u.event_id) for u in uses.values()}
    return Finding(
        anchor="",
        severity=_severity(others, linked),
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(use.order_id for use in uses.values()),
        own_shops=own_shops(case.buyer_id, ((u.buyer_id, u.shop_id, u.order_id) for u in uses.values())),
        refund_ids=unique(map(_refund_id, uses.values())),
        waybill_nos=(first.waybill_no,),
        linked_buyer_ids=tuple(sorted(others & case.linked_buyer_ids)),
        decided_at=min(max(use.occurred_at, before.occurred_at) for use, before in clashes),
        rises=_rises(clashes, others, linked),
        evidence=tuple(Reference("refunds", event_id, at_ms) for at_ms, event_id in sorted(references)),
        facts={
            "uses": f"{len(uses)}/2",
            "buyers": str(buyers),
            "shops": str(len(shops)),
            "linked_buyers": str(len(linked)),
            "window_days": str(parameters.window_days),
        },
        explanation=(
            f"Return number {first.waybill_no} serves {counted(len(uses), 'refund')} of {counted(buyers, 'buyer')} in "
            f"{counted(len(shops), 'shop')} within {counted(parameters.window_days, 'day')}."
        ),
        explanation_zh=(
            f"退货单号 {first.waybill_no} 在 {parameters.window_days} 天内被 {buyers} 名买家"
            f"用于 {len(shops)} 家店铺的 {len(uses)} 笔退款。"
        ),
    )
