"""What a buyer's keyed state publishes for `links`: attributes shown, claims of wrong goods, pictures used, orders
left unpaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from cloudtag.contract.dealings import Dealings
from cloudtag.contract.events import ComplaintChanged, RefundChanged
from cloudtag.contract.links import AttributeUsed, Claim, LinkPassed, LinkReported, SkuOwned
from cloudtag.contract.scope import name_in, without_network
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import Proof
from cloudtag.detection.buyer_case import accuses, linked
from cloudtag.detection.claims import claim_made, left_unpaid, may_be_unpaid, unpaid_order
from cloudtag.detection.dealings import dealings_of
from cloudtag.detection.link_age import gap_ms
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.pictures import SHOWN_KINDS, one_file, sent_before
from cloudtag.detection.wrong_goods import kept_goods, sku_attribute
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.policy.model import Policies, Policy
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.published import alerts_of, is_alerted
from cloudtag.processors.buyers.reading import links, orders, report
from cloudtag.processors.buyers.run_detectors import unpaid_ms
from cloudtag.processors.links.joins import bands_of

_NONE = Dealings()


class Showing(NamedTuple):
    """The attributes a buyer shows, since when alerts accuse the buyer, and what else linked buyers are told."""

    plain: tuple[Conclusion, ...]
    accused_at: int
    dealings: Dealings

    def uses(self) -> Iterable[Conclusion]:
        """Each attribute once, with all that."""
        if self.accused_at or self.dealings != _NONE:
            return _with_deeds(self.plain, self.accused_at, self.dealings)
        return self.plain


def showing(state: KeyedState) -> Showing:
    """What a buyer shows by now."""
    index: BuyerIndex = state.index
    alerted_at = _alerted_at(state) if is_alerted(state) else 0
    told = dealings_of(orders(state), partial(report, state)) if index.has_dealings else _NONE
    return Showing(tuple(index.attributes.values()), alerted_at, told)


def _with_deeds(plain: Iterable[Conclusion], alerted_at: int, told: Dealings) -> Iterator[Conclusion]:
    by_kind = {
        "device": told,
        "payment": told,
        # A phone is handed down and shared at home: it links for the insurance alone.
        "phone": Dealings(insured=told.insured),
    }
    for use in plain:
        dealings = by_kind.get(use.record.attribute.partition(":")[0], _NONE)
        if alerted_at or dealings != _NONE:
            yield replace(use, record=replace(use.record, alerted_at=alerted_at, dealings=dealings))
        else:
            yield use


def _alerted_at(state: KeyedState) -> int:
    """Never by alerts that rest on what others are accused of: those have a row of their own."""
    return min((alert.decided_at for alert in alerts_of(state) if accuses(alert)), default=0)


def order_uses(
    state: KeyedState, order: OrderView, now_ms: int, policy: Policy, *, is_claimed: bool
) -> tuple[list[AttributeUsed], int]:
    """What is published for `links` of one order besides what its shop sells, and when to look again whether it was
    paid (0: never). `is_claimed`: whether a refund of it ever said that other goods had come."""
    uses: list[AttributeUsed] = []
    if is_claimed:
        uses += _claims(state, order)
    if order.refunds or order.others:
        uses += pictures(state, order.with_evidence(), order)
    if not may_be_unpaid(order):
        return uses, 0
    due_after_ms = unpaid_ms(policy)
    placed = left_unpaid(order, due_after_ms)
    if placed is None:
        return uses, 0
    due_ms = placed.occurred_at + due_after_ms
    if now_ms < due_ms:
        return uses, due_ms
    return uses + list(_unpaid(state, order)), 0


def passed_links(state: KeyedState, policies: Policies) -> Iterator[LinkPassed]:
    """What the buyer tells as a go-between: to each linked buyer the others, unless they share an attribute anyway.

    Whoever is linked to more others than an attribute may have goes between nobody.
    """
    shown = linked(links(state))
    if len(shown) < 2:
        return
    newest = max((use for uses in shown.values() for use in uses), key=lambda use: (use.occurred_at, use.event_id))
    if len(shown) > policies.at(newest.platform, newest.occurred_at).links.fan_out:
        return
    # Not the orders themselves: this row is not judged with each of them.
    index: BuyerIndex = state.index
    own = {attribute: use.record.used_at for attribute, use in index.attributes.items()}
    shared = {buyer_id: frozenset(use.attribute for use in uses) for buyer_id, uses in shown.items()}
    for buyer_id, own_uses in shown.items():
        network = own_uses[0].network
        for other_id, uses in shown.items():
            if other_id != buyer_id and shared[buyer_id].isdisjoint(shared[other_id]):
                gaps = tuple(gap_ms(own.get(use.attribute, ()), use) for use in uses)
                yield LinkPassed(
                    0, True, without_network(buyer_id), name_in(network, state.network, state.id),
                    name_in(network, uses[0].network, other_id), max(use.occurred_at for use in uses),
                    tuple(use.seen_from(network) for use in uses), gaps, network,
                )  # fmt: skip


def owned_skus(state: KeyedState) -> Iterator[SkuOwned]:
    """For each claim of a linked buyer: the orders of this buyer that hold what came back in the other's parcel."""
    told = [(report, use, claim) for report in links(state) for use in report.others for claim in use.claims]
    if not told:
        return
    held = orders(state)
    answered: dict[str, SkuOwned] = {}
    for told_of, use, claim in sorted(told, key=_by_strength):
        # A claim of another network is about a shop nobody can have ordered from here.
        if claim.is_inspected and use.network == state.network:
            for answer in _owned(state, held, told_of.attribute, use.buyer_id, claim):
                answered.setdefault(answer.internal_id, answer)
    yield from answered.values()


def _by_strength(told: tuple[LinkReported, AttributeUsed, Claim]) -> tuple[bool, str, str]:
    """By attribute; that two live in one area says less than anything else they share."""
    report, use, _ = told
    return report.kind == "area", report.attribute, use.internal_id


def _owned(
    state: KeyedState, orders: list[OrderView], attribute: str, buyer_id: str, claim: Claim
) -> Iterator[SkuOwned]:
    for order in orders:
        first = min(order.changes, key=lambda e: (e.occurred_at, e.event_id), default=None)
        if first is None or order.shop_id != claim.shop_id or first.occurred_at > claim.occurred_at:
            continue
        for sku_id, price_minor in _kept(order).items():
            if sku_id in claim.other_skus:
                yield SkuOwned(
                    0, True, buyer_id, claim.order_id, claim.refund_id, state.id, sku_id, price_minor, order.order_id,
                    attribute, first.event_id, first.occurred_at,
                    next((change.currency for change in order.changes if change.currency), None),
                    state.network, claim.shop_id,
                )  # fmt: skip


def _kept(order: OrderView) -> dict[str, int]:
    """Price by sku of what the buyer has of an order: nothing never bought, nothing the shop got back.

    By item too, of articles that are one item the dearest.
    """
    kept = kept_goods(order)
    lines = [line for line in order.lines if line.quantity and line.sku_id in kept]
    items = sorted((line.unit_price_minor, line.item_id) for line in lines if line.item_id is not None)
    return {item_id: price for price, item_id in items} | {line.sku_id: line.unit_price_minor for line in lines}


def sales_of(state: KeyedState, order: OrderView) -> Iterator[AttributeUsed]:
    """What the order shows of what its shop sells: each article, once."""
    if not order.changes:
        return
    first = order.changes[0]
    for sku_id in dict.fromkeys([line.sku_id for line in order.lines]):
        yield AttributeUsed(
            0, True, sku_attribute(first.shop_id, sku_id), first.occurred_at, first.event_id, first.platform, state.id,
            subject=order.order_id, shop_id=first.shop_id, network=state.network,
        )  # fmt: skip


def _claims(state: KeyedState, order: OrderView) -> Iterator[AttributeUsed]:
    for refund in order.refunds.values():
        claim = claim_made(order, refund)
        if claim is None:
            continue
        shown = order.attributes() if refund.status != "withdrawn" else ()
        sought = [sku_attribute(claim.shop_id, sku) for sku in claim.other_skus] if claim.is_inspected else []
        for attribute in (*shown, *sought):
            yield AttributeUsed(
                0, True, attribute, claim.occurred_at, claim.event_id, refund.platform, state.id,
                subject=claim.refund_id, shop_id=claim.shop_id, order_id=order.order_id, claims=(claim,),
                network=state.network,
            )  # fmt: skip


def pictures(
    state: KeyedState, handed_in: Iterable[tuple[RefundChanged | ComplaintChanged, str]], order: OrderView | None = None
) -> list[AttributeUsed]:
    """The pictures in events that hand in evidence, each with its subject: the first use in each subject.

    `order`: the one they are about, if any is named.
    """
    events = list(handed_in)
    if not events:
        return []
    shown: dict[str, AttributeUsed] = {}
    for event, subject in sorted(events, key=lambda pair: (pair[0].occurred_at, pair[0].event_id)):
        for attribute, phash in picture_attributes(event.evidence):
            use = AttributeUsed(
                0, True, attribute, event.occurred_at, event.event_id, event.platform, state.id,
                subject=subject, shop_id=event.shop_id, order_id=event.order_id, phash=phash,
                stream=STREAM_OF[type(event)], network=state.network, outbound=sent_before(order, event.occurred_at),
            )  # fmt: skip
            shown.setdefault(use.internal_id, use)
    return list(shown.values())


def picture_attributes(evidence: Iterable[Proof]) -> Iterator[tuple[str, str | None]]:
    """The attributes under which pictures are found again: by their bytes, and by what they look like."""
    for proof in evidence:
        if proof.kind in SHOWN_KINDS:
            yield f"picture:{one_file(proof.sha256)}", None
            for bands in bands_of(proof.phash) if proof.phash else ():
                yield f"phash:{bands}", proof.phash


def _unpaid(state: KeyedState, order: OrderView) -> Iterator[AttributeUsed]:
    placed = order.first_at["placed"]
    unpaid = unpaid_order(order, placed)
    for attribute in order.attributes():
        if not attribute.startswith("area:"):
            yield AttributeUsed(
                0, True, f"unpaid:{placed.shop_id}:{attribute}", placed.occurred_at, placed.event_id, placed.platform,
                state.id, subject=order.order_id, shop_id=placed.shop_id, order_id=order.order_id, unpaid=(unpaid,),
                network=state.network,
            )  # fmt: skip
