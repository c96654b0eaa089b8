"""Picture that has proved something else before.

What it finds: a picture handed in as evidence that was used before in another refund or complaint, by this or by
another buyer: the same file, or one that looks the same (T7).

Why it is abuse: one damaged piece, or a picture from the net, is paid for again and again.

How it decides: of two uses within `window_days` the later one is the reuse, and the alert is about its buyer. Files are
the same when their SHA-256 is; they look the same when their 64-bit perceptual hashes differ in at most `picture_bits`
bits. What belongs to one matter is no reuse: amendments, another refund or complaint on the same order, a complaint at
the same shop that names no order, and orders of one buyer that came in one parcel. Evidence of shops does not count.
High; medium when the pictures only look alike, as two photos of one model do; critical when the same file was used by
a buyer who shares an attribute.

Known false positives: the shop's own picture of the item, handed in by several buyers; pictures of a white wall.

What would clear it: the outbound number that shows that both orders came in one parcel.

What to do: ask for a new picture or a video with the order number in it; refuse if none comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.records import Reference, Severity
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import BuyerCase, linked
from cloudtag.detection.example import complained, day, ordered, refunded
from cloudtag.detection.finding import Finding, Timer, bounded, oldest_first, unique
from cloudtag.detection.pictures import Picture, bits_apart, is_one_matter, own_pictures, told_pictures
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import EVIDENCE
from cloudtag.detection.windows import DAY_MS
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Picture that has proved something else before",
    family="refund",
    scenario="reused_evidence",
    scenario_zh="重复使用凭证",
    scope="buyer",
    needs=(),
    signals=(EVIDENCE,),
    rules=("T7",),
    clears="The outbound number that shows that both orders came in one parcel.",
    clears_zh="发货运单号显示两笔订单同包裹送达。",
    recommendation="ask_for_new_picture",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of 64 bits of the perceptual hash may differ, and how far back a use counts.

    Other buyers' pictures are looked up with the `picture_bits` of the links, which this must not exceed.
    """

    picture_bits: Annotated[int, Meta(ge=0, le=6)] = 6
    window_days: Annotated[int, Meta(ge=1)] = 180


_CUP = {"kind": "picture", "sha256": "cup", "phash": "00ff00ff00ff00ff"}


def _shown(
    n: int, at: int, picture: dict[str, str] | None = None, device_hash: str | None = None, **who: object
) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(at), refund_id=f"r{n}", device_hash=device_hash, **who),
        refunded(
            "opened", day(at + 3), refund_id=f"r{n}", type="refund_only", reason="damaged",
            evidence=[picture or _CUP], **who,
        ),
    )  # fmt: skip


def _like(phash: str) -> dict[str, str]:
    return {**_CUP, "sha256": f"cup-{phash}", "phash": phash}


EXAMPLES = (
    Example(
        name="one broken cup, two refunds",
        events=(*_shown(1, 0), *_shown(2, 30, shop_id="s2")),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"], "shop_id": "s2", "facts": {"bits_apart": "0/6"}},),
    ),
    Example(
        name="another buyer's picture, six bits apart",
        events=(*_shown(1, 0), *_shown(2, 30, _like("01fe01fe01fe00ff"), buyer_id="b2")),
        fires=({"severity": "medium", "buyer_id": "b2", "linked_buyer_ids": ["b1"], "facts": {"bits_apart": "6/6"}},),
    ),
    Example(
        name="another buyer's picture, on one device",
        events=(*_shown(1, 0, device_hash="d1"), *_shown(2, 30, buyer_id="b2", device_hash="d1")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="from a refund into a complaint that names no order",
        events=(
            *_shown(1, 0, buyer_id="b2"),
            complained("opened", day(40), type="other", order_id=None, evidence=[_CUP]),
        ),
        fires=({"buyer_id": "b1", "order_ids": ["o1"], "facts": {"uses": "2/2"}},),
    ),
    Example(
        name="near miss: seven bits apart",
        events=(*_shown(1, 0), *_shown(2, 30, _like("01fe01fe01fe01ff"), buyer_id="b2")),
    ),
    Example(
        name="near miss: amended with the same picture",
        events=(*_shown(1, 0), refunded("modified", day(5), type="refund_only", evidence=[_CUP])),
    ),
    Example(
        name="near miss: a complaint about the refused refund",
        events=(
            *_shown(1, 0),
            refunded("refused", day(4)),
            complained("opened", day(5), type="other", evidence=[_CUP]),
        ),
    ),
    Example(
        name="near miss: three orders in one crushed parcel, one photo of it",
        events=tuple(
            event
            for n in (1, 2, 3)
            for event in (*_shown(n, n), ordered("shipped", day(n, 1), refund_id=f"r{n}", waybill_no="OUT1"))
        ),
    ),
    Example(
        name="near miss: the shop shows what the buyer had sent it",
        events=(
            *_shown(1, 0),
            complained(
                "opened", day(9), complaint_id="c9", complainant="shop", type="malicious_refund", order_id="o7",
                evidence=[_CUP],
            ),
        ),
    ),
    Example(
        name="the thief of a picture, not its owner, who shows it again",
        events=(
            *_shown(1, 0),
            *_shown(2, 30, buyer_id="b2"),
            complained("opened", day(40), type="other", evidence=[_CUP]),
        ),
        fires=({"buyer_id": "b2"},),
    ),
    Example(name="near miss: last year's picture", events=(*_shown(1, 0), *_shown(2, 200))),
    Example(
        name="near miss: two photos of one breakage",
        events=(
            *_shown(1, 0),
            refunded("modified", day(5), type="refund_only", evidence=[_like("00ff00ff00ff00fe")]),
        ),
    ),
)  # fmt: skip


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund or complaint of the buyer that shows a picture used before."""
    own = own_pictures(case)
    if not own:
        return
    told = told_pictures(case)
    if len(own) < 2 and not told:
        return
    parcels = {order.order_id: order.waybill.waybill_no for order in case.orders if order.waybill}
    found: dict[str, list[_Reuse]] = {}
    for use in own:
        for before in (*own, *told.get("phash", ()), *told.get(f"picture:{use.sha256}", ())):
            bits = _bits(use, before, parameters) if _is_within(before, use, parameters) else None
            if bits is None or is_one_matter(use, before, parcels):
                continue
            # Whoever showed the picture first may show it again in the same matter.
            first = (u for u in own if u.moment < before.moment and is_one_matter(use, u, parcels))
            if all(_bits(u, before, parameters) is None for u in first):
                found.setdefault(scoped(use.shop_id, use.subject), []).append((use, before, bits))
    linked_ids = set(linked(case.links)) if found else set()
    for subject, reuses in sorted(found.items()):
        yield _finding(subject, reuses, linked_ids & {before.buyer_id for _, before, _ in reuses}, parameters)


_Reuse = tuple[Picture, Picture, int]
"""A use, an earlier one of the same picture, and how many bits they differ in."""


def _is_within(before: Picture, use: Picture, parameters: Parameters) -> bool:
    return before.moment < use.moment and use.at_ms - before.at_ms <= parameters.window_days * DAY_MS


def _bits(use: Picture, before: Picture, parameters: Parameters) -> int | None:
    bits = bits_apart(use, before)
    return bits if bits is not None and bits <= parameters.picture_bits else None


def _severity(same: list[Picture], linked_ids: set[str]) -> Severity:
    if not same:
        return "medium"
    return "critical" if any(before.buyer_id in linked_ids for before in same) else "high"


def _rises(reuses: list[_Reuse], linked_ids: set[str]) -> dict[Severity, int]:
    """With which use the very same picture was among them, and with which that of a linked buyer."""
    same = [(use.at_ms, earlier.buyer_id) for use, earlier, bits in reuses if not bits]
    linked_at = [at_ms for at_ms, buyer_id in same if buyer_id in linked_ids]
    rises: dict[Severity, int] = {"high": min(same)[0]} if same else {}
    return {**rises, "critical": min(linked_at)} if linked_at else rises


def _in(use: Picture) -> tuple[str, str]:
    """The refund or complaint in which a picture was shown, in English and Chinese."""
    is_refund = use.stream == "refunds"
    return f"{'refund' if is_refund else 'complaint'} {use.subject}", f"{'退款' if is_refund else '投诉'} {use.subject}"


def _finding(subject: str, reuses: list[_Reuse], linked_ids: set[str], parameters: Parameters) -> Finding:
    first = min((use for use, _, _ in reuses), key=lambda use: use.moment)
    earlier_ones = sorted((earlier for _, earlier, _ in reuses), key=lambda use: use.moment, reverse=True)
    before = {(earlier.buyer_id, earlier.subject): earlier for earlier in earlier_ones}
    uses = [use for use, _, _ in reuses] + list(before.values())
    bits = min(bits for _, _, bits in reuses)
    others = unique(use.buyer_id for use in before.values() if use.buyer_id != first.buyer_id)
    earliest = earlier_ones[-1]
    return Finding(
        anchor=subject,
        severity=_severity([earlier for _, earlier, bits in reuses if not bits], linked_ids),
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(use.order_id for use in uses if use.order_id),
        refund_ids=unique(use.subject for use in uses if use.stream == "refunds"),
        linked_buyer_ids=others,
        decided_at=first.at_ms,
        rises=_rises(reuses, linked_ids),
        evidence=bounded(oldest_first(Reference(use.stream, use.event_id, use.at_ms) for use in uses)),
        facts={
            "uses": f"{len(before) + 1}/2",
            "bits_apart": f"{bits}/{parameters.picture_bits}",
            "buyers": str(len(others) + 1),
            "linked_buyers": str(len(linked_ids)),
            "window_days": str(parameters.window_days),
        },
        explanation=(
            f"A picture in {_in(first)[0]} was used before in {_in(earliest)[0]} of buyer {earliest.buyer_id}, and in "
            f"{len(before) + 1} refunds or complaints in all within {counted(parameters.window_days, 'day')} "
            f"({bits} of the picture's 64 bits {form(bits, 'differs', 'differ')})."
        ),
        explanation_zh=(
            f"{_in(first)[1]} 的图片此前已被买家 {earliest.buyer_id} 用于{_in(earliest)[1]}，"
            f"{parameters.window_days} 天内共用于 {len(before) + 1} 笔退款或投诉（64 位中相差 {bits} 位）。"
        ),
    )
