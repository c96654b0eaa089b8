"""Evidence that has proved something else before, or proves nothing.

What it finds: a picture or video handed in as evidence that was used before in another refund or complaint, by this or
by another buyer: the same file, or a picture that looks the same; or evidence that was found to be from the internet,
edited or generated (T7).

Why it is abuse: one damaged piece, or a picture from the net, is paid for again and again.

How it decides: of two uses within `window_days` the later one is the reuse, and the alert is about its buyer. Files are
the same when their SHA-256 is; pictures look the same when their 64-bit perceptual hashes differ in at most
`picture_bits` bits. What belongs to one matter is no reuse: amendments, another refund or complaint on one order, a
complaint at the same shop that names no order, and orders of one buyer that came, or go back, in one parcel. Nor is it
where the shop had packed the orders of two buyers into one box, and had named its number for both before either showed
the picture. Orders came in one box if the shop named one number for both within a week, by one courier, to one address
or area as far as these are known: some shops name one number for all that they send. Evidence of shops does not count,
nor do chats and messages, which may well be shown twice. High; medium when pictures only look alike, as two photos of
one model do; critical when the same file was used by a buyer who shares an attribute that both used at nearly one time
(F11). Low where the buyer only put a slip right: within a day, and at the same shop, a refund was withdrawn before
money moved and another one opened with the same picture, so that one claim is left.

Evidence whose `origin` upstream found to be internet, edited or generated is false by itself: medium alone, high
together with any reuse of evidence by the buyer, with false evidence in another matter, or beside another alert about
the same order that accuses the buyer.

Known false positives: the shop's own picture of the item, handed in by several buyers; pictures of a white wall; a
photo that a telephone made brighter by itself.

What would clear it: the outbound number that shows that both orders came in one parcel.

What to do: ask for a new picture or a video with the order number in it; refuse if none comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import AlertedCase, accuses, is_about
from cloudtag.detection.evidence_findings import FALSE_ORIGINS, Reuse, false_finding, reuse_finding
from cloudtag.detection.examples.reused_evidence import EXAMPLES
from cloudtag.detection.finding import Finding, Timer
from cloudtag.detection.link_age import lately_linked
from cloudtag.detection.once import Later
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.pictures import Picture, bits_apart, is_one_matter, own_pictures, told_pictures
from cloudtag.detection.refund_view import was_given_up
from cloudtag.detection.rule import Rule
from cloudtag.detection.signals import EVIDENCE
from cloudtag.detection.windows import DAY_MS

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_Orders = Mapping[tuple[str | None, str], OrderView]
"""The buyer's, by shop and id."""
RULE = Rule(
    title="Evidence that has proved something else before, or proves nothing",
    family="refund",
    scenario="reused_evidence",
    scenario_zh="重复使用凭证",
    scope="alerted",
    needs=(),
    signals=(EVIDENCE,),
    rules=("T7", "F11"),
    clears="The outbound number that shows that both orders came in one parcel.",
    clears_zh="发货运单号显示两笔订单同包裹送达。",
    recommendation="ask_for_new_picture",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of 64 bits of the perceptual hash may differ, and how far back a use counts.

    And how far apart two buyers may have used what they share, an address or a phone (short), a device or a payment
    account (long), to be one hand.

    Other buyers' pictures are looked up with the `picture_bits` of the links, which this must not exceed.
    """

    picture_bits: Annotated[int, Meta(ge=0, le=6)] = 6
    window_days: Annotated[int, Meta(ge=1)] = 180
    short_days: Annotated[int, Meta(ge=1)] = 60
    long_days: Annotated[int, Meta(ge=1)] = 180


def detect(case: AlertedCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per refund or complaint of the buyer that shows a picture used before, or a false one."""
    own, orders = own_pictures(case), {order.name: order for order in case.orders}
    found = _reused(case, own, orders, parameters)
    false: dict[str, list[Picture]] = {}
    for use in own:
        if use.origin in FALSE_ORIGINS:
            false.setdefault(use.matter, []).append(use)
    linked_ids = Later(lambda: lately_linked(case.links, case.orders, parameters.short_days, parameters.long_days))
    for subject in sorted({*found, *false}):
        reuses, fakes = found.get(subject, []), false.get(subject, [])
        if reuses:
            shared = set(linked_ids()) & {before.buyer_id for _, before, _ in reuses}
            slips = not fakes and all(_is_slip(use, before, orders) for use, before, _ in reuses)
            yield reuse_finding(subject, reuses, fakes, shared, parameters, is_slip=slips)
        else:
            yield false_finding(subject, fakes, _besides(case, subject, found, false))


def _reused(case: AlertedCase, own: list[Picture], orders: _Orders, parameters: Parameters) -> dict[str, list[Reuse]]:
    """By refund or complaint, the uses of what was used before."""
    told = told_pictures(case)
    found: dict[str, list[Reuse]] = {}
    for place, use in enumerate(own):
        for before in (*own[:place], *told.get("phash", ()), *told.get(f"picture:{use.sha256}", ())):
            bits = _bits(use, before, parameters) if _is_recent(before, use, parameters) else None
            if bits is None or is_one_matter(use, before, orders):
                continue
            # Whoever showed the picture first may show it again in the same matter: this very use may have been first.
            first = (u for u in own if u.moment <= before.moment and is_one_matter(use, u, orders))
            if all(_bits(u, before, parameters) is None for u in first):
                found.setdefault(use.matter, []).append((use, before, bits))
    return found


def _besides(
    case: AlertedCase, subject: str, found: dict[str, list[Reuse]], false: dict[str, list[Picture]]
) -> list[int]:
    """When what makes false evidence more than that came to light: other matters of the kind, alerts of the order."""
    orders = {(use.shop_id, use.order_id) for use in false[subject]}
    about = [a.decided_at for a in case.alerts if accuses(a) and any(is_about(a, *order) for order in orders)]
    reused = [use.at_ms for reuses in found.values() for use, _, _ in reuses]
    others = [use.at_ms for other, uses in false.items() if other != subject for use in uses]
    return sorted((*about, *reused, *others))


def _is_slip(use: Picture, before: Picture, orders: _Orders) -> bool:
    """Whether the buyer had opened the earlier refund for the wrong order and had taken it back for this one."""
    is_one_hand = (use.buyer_id, use.shop_id) == (before.buyer_id, before.shop_id)
    if not is_one_hand or before.stream != "refunds" or use.at_ms - before.at_ms > DAY_MS:
        return False
    assert before.order_id is not None
    refund = orders[before.shop_id, before.order_id].refunds[before.subject]
    return was_given_up(refund, use.at_ms) and was_given_up(refund)


def _is_recent(before: Picture, use: Picture, parameters: Parameters) -> bool:
    return use.at_ms - before.at_ms <= parameters.window_days * DAY_MS


def _bits(use: Picture, before: Picture, parameters: Parameters) -> int | None:
    bits = bits_apart(use, before)
    return bits if bits is not None and bits <= parameters.picture_bits else None
