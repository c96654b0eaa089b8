"""What a buyer's file tells `links`: attributes shown, claims of wrong goods, pictures used, orders left unpaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudtag.contract.links import AttributeUsed, Claim, SkuOwned, UnpaidOrder
from cloudtag.contract.types import Proof
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.engine.files import File
from cloudtag.processors.joining import bands_of

_CLAIMED = ("wrong_item", "not_as_described")
_SETTLED = ("paid", "shipped", "completed")


def plain_uses(file: File) -> Iterator[AttributeUsed]:
    """Each attribute the buyer shows, once; with it, whether the buyer has alerts of their own."""
    has_alerts = any(
        published.stands and published.stream == "alerts"
        for row in file.rows.values()
        if row.id[0] in "owb"
        for published in row.published.values()
    )
    for attribute, first in file.index.attributes.items():
        yield AttributeUsed(
            0, True, attribute, first.occurred_at, first.event_id, first.platform, file.key, has_alerts=has_alerts
        )


def order_uses(buyer_id: str, order: OrderView, now_ms: int, unpaid_ms: int) -> tuple[list[AttributeUsed], int]:
    """What one order makes the buyer tell, and when to look again whether it was paid (0: never)."""
    uses = [*_claims(buyer_id, order), *_pictures(buyer_id, order)]
    placed = order.first_at.get("placed")
    if placed is None or any(status in order.first_at for status in _SETTLED):
        return uses, 0
    due_ms = placed.occurred_at + unpaid_ms
    if now_ms < due_ms:
        return uses, due_ms
    return uses + list(_unpaid(buyer_id, order)), 0


def claim_of(order: OrderView, refund: RefundView) -> Claim | None:
    """The claim a refund makes that other goods came than were ordered, if it names any."""
    if refund.reason not in _CLAIMED or not order.lines:
        return None
    ordered = {line.sku_id for line in order.lines}
    inspections = [i for i in order.inspections if i.refund_id == refund.refund_id]
    found = {goods.sku_id for i in inspections for goods in i.received if goods.quantity} - ordered
    said = {goods.sku_id for goods in refund.lines if goods.quantity} - ordered
    if not found and not said:
        return None
    last = max((*refund.changes, *inspections), key=lambda e: (e.occurred_at, e.event_id))
    return Claim(
        refund_id=refund.refund_id,
        order_id=order.order_id,
        shop_id=refund.shop_id,
        ordered_skus=tuple(sorted(ordered)),
        other_skus=tuple(sorted(found or said)),
        is_inspected=bool(found),
        occurred_at=last.occurred_at,
        event_id=last.event_id,
        stream="inspections" if last in inspections else "refunds",
    )


def owned_skus(file: File, orders: Iterable[OrderView]) -> Iterator[SkuOwned]:
    """For each claim of a linked buyer: the orders of this buyer that hold what came back in the other's parcel."""
    row = file.rows.get("l")
    reports = [fact for fact in row.facts.values() if fact.is_held] if row else []
    told = [(report, use, claim) for report in reports for use in report.others for claim in use.claims]
    if not told:
        return
    held = list(orders)
    answered: dict[str, SkuOwned] = {}
    for report, use, claim in sorted(told, key=lambda entry: (entry[0].attribute, entry[2].refund_id)):
        if claim.is_inspected:
            for answer in _owned(file.key, held, report.attribute, use.buyer_id, claim):
                answered.setdefault(answer.forward_id, answer)
    yield from answered.values()


def _owned(owner_id: str, orders: list[OrderView], attribute: str, buyer_id: str, claim: Claim) -> Iterator[SkuOwned]:
    for order in orders:
        first = min(order.changes, key=lambda e: (e.occurred_at, e.event_id), default=None)
        if first is None or order.shop_id != claim.shop_id or first.occurred_at > claim.occurred_at:
            continue
        for line in order.lines:
            if line.sku_id in claim.other_skus:
                yield SkuOwned(
                    0, True, buyer_id, claim.order_id, claim.refund_id, owner_id, line.sku_id, line.unit_price_minor,
                    order.order_id, attribute, first.event_id, first.occurred_at,
                )  # fmt: skip


def _claims(buyer_id: str, order: OrderView) -> Iterator[AttributeUsed]:
    for refund in order.refunds.values():
        claim = claim_of(order, refund)
        if claim is None:
            continue
        for attribute in order.attributes():
            yield AttributeUsed(
                0, True, attribute, claim.occurred_at, claim.event_id, refund.platform, buyer_id,
                subject=claim.refund_id, claims=(claim,),
            )  # fmt: skip


def _pictures(buyer_id: str, order: OrderView) -> Iterator[AttributeUsed]:
    shown: dict[tuple[str, str], AttributeUsed] = {}
    for event, subject in order.with_evidence():
        for attribute, phash in picture_attributes(event.evidence):
            use = AttributeUsed(
                0, True, attribute, event.occurred_at, event.event_id, event.platform, buyer_id,
                subject=subject, shop_id=event.shop_id, order_id=order.order_id, phash=phash,
            )  # fmt: skip
            shown.setdefault((attribute, subject), use)
    yield from shown.values()


def picture_attributes(evidence: Iterable[Proof]) -> Iterator[tuple[str, str | None]]:
    """The attributes under which pictures are found again: by their bytes, and by what they look like."""
    for proof in evidence:
        if proof.kind in ("picture", "unknown"):
            yield f"picture:{proof.sha256}", proof.phash
            for bands in bands_of(proof.phash) if proof.phash else ():
                yield f"phash:{bands}", proof.phash


def _unpaid(buyer_id: str, order: OrderView) -> Iterator[AttributeUsed]:
    placed = order.first_at["placed"]
    unpaid = UnpaidOrder(
        order_id=order.order_id,
        shop_id=placed.shop_id,
        skus=tuple(line.sku_id for line in order.lines),
        pieces=tuple(line.quantity for line in order.lines),
        occurred_at=placed.occurred_at,
        event_id=placed.event_id,
        is_stock_zeroed=any(event.stock_zeroed for event in order.changes),
        promotion_id=next((event.promotion_id for event in order.changes if event.promotion_id), None),
    )
    for attribute in (*order.attributes(), f"buyer:{buyer_id}"):
        yield AttributeUsed(
            0, True, f"unpaid:{placed.shop_id}:{attribute}", placed.occurred_at, placed.event_id, placed.platform,
            buyer_id, subject=order.order_id, unpaid=(unpaid,),
        )  # fmt: skip
