"""Pictures that buyers hand in as evidence: whose, about what, and whether two of them are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cloudtag.contract.events import ComplaintChanged, RefundChanged
from cloudtag.contract.scope import scoped
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.order_view import complaints_with_evidence

_NONE: frozenset[str] = frozenset()
SHOWN_KINDS = ("picture", "video", "unknown")
"""The kinds of evidence that show something, and can be recognized; a chat may well be handed in twice."""


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
    events = [each for order in case.orders if order.refunds or order.others for each in order.with_evidence()]
    events += complaints_with_evidence(case.others)
    shown = [picture for event, subject in events for picture in _shown(case.buyer_id, event, subject)]
    return sorted(shown, key=lambda p: (p.moment, p.subject, p.sha256 or "", p.phash or ""))


def _shown(buyer_id: str, event: RefundChanged | ComplaintChanged, subject: str) -> Iterator[Picture]:
    for proof in event.evidence:
        if proof.kind in SHOWN_KINDS:
            yield Picture(
                event.occurred_at, event.event_id, buyer_id, subject, event.order_id, event.shop_id, event.platform,
                STREAM_OF[type(event)], one_file(proof.sha256), proof.phash, proof.origin, proof.kind == "video",
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
                use.platform, use.stream, sha256, use.phash,
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


def is_one_matter(use: Picture, before: Picture, parcels: Mapping[tuple[str | None, str], frozenset[str]]) -> bool:
    """Whether one buyer shows two pictures about the same thing; `parcels` are outbound numbers by shop and order."""
    if use.buyer_id != before.buyer_id:
        return False
    is_one_shop = use.shop_id == before.shop_id
    is_one_order = use.order_id is not None and use.order_id == before.order_id
    if is_one_shop and (use.subject == before.subject or is_one_order):
        return True
    if use.order_id is None or before.order_id is None:
        return is_one_shop
    return not parcels.get((use.shop_id, use.order_id), _NONE).isdisjoint(
        parcels.get((before.shop_id, before.order_id), _NONE)
    )
