"""Pictures that buyers hand in as evidence: whose, about what, and whether two of them are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cloudtag.contract.events import ComplaintChanged, RefundChanged
from cloudtag.contract.links import OutboundNumber
from cloudtag.contract.scope import scoped
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import LATEST_MS
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.order_view import OrderView, complaints_with_evidence
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS, DAY_MS
from cloudtag.parcels.courier import canonical_courier

SHOWN_KINDS = ("picture", "video", "unknown")
"""The kinds of evidence that show something, and can be recognized; a chat may well be handed in twice."""
ONE_BOX_MS = 7 * DAY_MS
"""A shop that packs two orders together names the number for both within so long; a courier gives it out again only
after months."""
MAX_OUTBOUND = 10
"""So many of the numbers of an order are told to others: the first ones."""


class Picture(NamedTuple):
    """A picture shown in a refund or complaint (`subject`).

    `sha256` is unknown of other buyers' pictures that only look alike, `phash` of those known by their file alone.
    """

    at_ms: int
    event_id: str
    buyer_id: str
    subject: str
    order_id: str | None
    shop_id: str
    platform: str
    stream: str
    sha256: str | None
    phash: str | None
    origin: str = "unknown"
    is_video: bool = False
    outbound: tuple[OutboundNumber, ...] = ()

    @property
    def matter(self) -> str:
        """The refund or complaint, with the shop in which its id means something."""
        return scoped(self.shop_id, self.subject)

    @property
    def moment(self) -> tuple[int, str]:
        """When it was shown; the event decides between equal times."""
        return self.at_ms, self.event_id


def one_file(sha256: str) -> str:
    """The SHA-256 of a file in small digits: some write it in capitals."""
    return sha256.lower()


def own_pictures(case: BuyerCase) -> list[Picture]:
    """All the buyer showed, oldest first."""
    orders = [order for order in case.orders if order.refunds or order.others]
    shown = [
        picture
        for order in orders
        for event, subject in order.with_evidence()
        for picture in _shown(case.buyer_id, event, subject, order)
    ]
    for event, subject in complaints_with_evidence(case.others):
        shown += _shown(case.buyer_id, event, subject, None)
    return sorted(shown, key=lambda p: (p.moment, p.subject, p.sha256 or "", p.phash or ""))


def sent_before(order: OrderView | None, at_ms: int) -> tuple[OutboundNumber, ...]:
    """The numbers that a shop had named for an order by a moment: a picture shows no box that was sent later."""
    return () if order is None else _numbers_of(order, at_ms + CLOCK_TOLERANCE_MS)[:MAX_OUTBOUND]


def _numbers_of(order: OrderView, until_ms: int) -> tuple[OutboundNumber, ...]:
    named = [(sent.named.occurred_at, sent.waybill_no, sent.carrier) for sent in order.sent.values()]
    early = sorted(one for one in named if one[0] <= until_ms)
    places = _places_of(order, until_ms) if early else ()
    return tuple([OutboundNumber(number, named_at, carrier, places) for named_at, number, carrier in early])


def _places_of(order: OrderView, until_ms: int) -> tuple[str, ...]:
    """Where an order was to go, by what was said of that until a moment."""
    early = [change for change in order.changes if change.occurred_at <= until_ms]
    addresses = {f"address:{change.address_hash}" for change in early if change.address_hash}
    areas = {f"area:{change.address_area}" for change in early if change.address_area}
    return tuple(sorted(addresses | areas))


def _kind(attribute: str) -> str:
    return attribute.partition(":")[0]


def _shown(
    buyer_id: str, event: RefundChanged | ComplaintChanged, subject: str, order: OrderView | None
) -> Iterator[Picture]:
    for proof in event.evidence:
        if proof.kind in SHOWN_KINDS:
            yield Picture(
                event.occurred_at, event.event_id, buyer_id, subject, event.order_id, event.shop_id, event.platform,
                STREAM_OF[type(event)], one_file(proof.sha256), proof.phash, proof.origin, proof.kind == "video",
                sent_before(order, event.occurred_at),
            )  # fmt: skip


def told_pictures(case: BuyerCase) -> dict[str, list[Picture]]:
    """Other buyers' pictures: by their file's attribute, or under `phash` those that look like one of the buyer's."""
    told: dict[str, list[Picture]] = {}
    for report in case.links:
        if report.kind not in ("picture", "phash"):
            continue
        sha256 = report.attribute.partition(":")[2] if report.kind == "picture" else None
        for use in report.others:
            if use.buyer_id == case.buyer_id:
                continue
            picture = Picture(
                use.occurred_at, use.event_id, use.buyer_id, use.subject, use.order_id, use.shop_id or "",
                use.platform, use.stream, sha256, use.phash, outbound=use.outbound,
            )  # fmt: skip
            told.setdefault(report.attribute if sha256 else "phash", []).append(picture)
    return told


def bits_apart(one: Picture, other: Picture) -> int | None:
    """How many of 64 bits two pictures' looks differ in, 0 for one file, none where that is unknown."""
    if one.sha256 == other.sha256:
        return 0
    if one.phash is None or other.phash is None:
        return None
    return (int(one.phash, 16) ^ int(other.phash, 16)).bit_count()


def is_one_matter(use: Picture, before: Picture, orders: Mapping[tuple[str | None, str], OrderView]) -> bool:
    """Whether two pictures are about the same thing; `orders` are the buyer's, by shop and id.

    Those of two buyers are, where a shop had packed both their orders into one box.
    """
    is_one_shop = use.shop_id == before.shop_id
    if use.buyer_id != before.buyer_id:
        return is_one_shop and _is_one_box(use.outbound, before.outbound)
    is_one_order = use.order_id is not None and use.order_id == before.order_id
    if is_one_shop and (use.subject == before.subject or is_one_order):
        return True
    if use.order_id is None or before.order_id is None:
        return is_one_shop
    order, other = orders.get((use.shop_id, use.order_id)), orders.get((before.shop_id, before.order_id))
    return order is not None and other is not None and _is_one_parcel(order, other)


def _is_one_parcel(order: OrderView, other: OrderView) -> bool:
    """Whether two of a buyer's orders came, or go back, in one parcel."""
    if not (order.filled_waybills.isdisjoint(other.waybills) and other.filled_waybills.isdisjoint(order.waybills)):
        return True
    numbers, others = _numbers_of(order, LATEST_MS), _numbers_of(other, LATEST_MS)
    # A number that is put right later was on the box when the order was sent, with the first that was named for it.
    return any(
        _may_be_one_box(one, another, max(numbers[0].named_at - another.named_at, others[0].named_at - one.named_at))
        for one in numbers
        for another in others
    )


def _is_one_box(numbers: Iterable[OutboundNumber], others: Sequence[OutboundNumber]) -> bool:
    """Whether one of the numbers of two orders stands for a box that both came in.

    Some shops name one and the same number for whatever they send by themselves: a box goes to one address, at one
    time, by one courier.
    """
    return any(_may_be_one_box(one, other, abs(one.named_at - other.named_at)) for one in numbers for other in others)


def _may_be_one_box(one: OutboundNumber, other: OutboundNumber, apart_ms: int) -> bool:
    if one.waybill_no != other.waybill_no or apart_ms > ONE_BOX_MS:
        return False
    couriers = {canonical_courier(carrier) for carrier in (one.carrier, other.carrier)} - {None}
    return len(couriers) < 2 and _may_be_one_place(one.places, other.places)


def _may_be_one_place(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether an address or an area is that of both, or neither is known of both.

    One home is written in many ways.
    """
    return not {*one}.isdisjoint(other) or {*map(_kind, one)}.isdisjoint(map(_kind, other))
