"""Other goods came back than were sent.

What it finds: the shop opens a returned parcel and finds goods it never sent in place of those it did (T2), or an
imitation of them (T2a).

Why it is abuse: the buyer keeps the real goods and is paid for them.

How it decides: refunds of one buyer in one shop that name the same return number share a parcel, and what is found in
it is compared with everything that was ordered in those orders, sets by their components too, and what an order listed
when it was sent though it was amended since, as for an exchange; the item of a line is another name of its article, and
where several lines are of one item that which is claimed is meant first. A piece is switched when its sku is in none of
the orders while a claimed piece is missing; an inspection that says `authentic: false` is an imitation. The last
inspection of a parcel counts, and a return in several parcels once all are here (F7). High. A piece too many, as a free
gift, is no switch; nor are boxes of two returns to the shop that were mixed up, each of which holds what the other was
to bring back: the shop has both (F6).

Whoever said, when the goods were looked at, that the wrong item had come or that it was not as described, is judged by
whose the article is (F8). One that the buyer bought there within 180 days is high: who sends back what is at home
anyway gains its price. It is medium where the buyer had said so before any number of the return was named, for a shop
may send by mistake what the buyer has from it, and where it cost more than anything in the order. One that a linked
buyer has is left to `cross_account_switch` and `mirror_wrong_item`. One that others order there was sent by the shop's
mistake and is no switch (`shop_side`). One that nobody orders there is medium, and so is everything when the buyer had
given such a reason before and changed it (F12), or had said that the goods were counterfeit before they were found to
be. Where the shop had agreed to exchange these goods before, the order does not say what they were exchanged for: what
comes back is judged by the order as it was amended since, by what the parcels since then are said to hold, or else by
what the refund names (medium), and not at all where nobody says.

Known false positives: the goods of two parcels mixed up; goods that the shop sent by mistake and books by their item
where only other buyers ordered it: who sells what is known by sku.

What would clear it: a corrected inspection that finds the goods that were sent.

What to do: keep the opening video and the goods; refuse the refund, offer to send the wrong goods back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from cloudtag.detection.arrivals import awaited_until
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.crosswise import is_crosswise
from cloudtag.detection.examples.switched_goods import EXAMPLES
from cloudtag.detection.exchanged import is_exchanged_untold, may_be_sent_for_it
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.goods import Pieces, sent_skus
from cloudtag.detection.parcel_goods import (
    Part,
    called_parcel,
    claims_of,
    expected_in,
    found_in,
    parts_by_shop,
    wanted,
)
from cloudtag.detection.rule import Rule
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS
from cloudtag.detection.wording import counted, form, listed
from cloudtag.detection.wrong_goods import (
    ever_said,
    is_dearer,
    reasons_given,
    said_before_sending,
    said_beforehand,
    whose,
)

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
RULE = Rule(
    title="Other goods came back than were sent",
    family="refund",
    scenario="switched_goods",
    scenario_zh="调包退货",
    scope="parcel",
    needs=("refunds", "inspections"),
    rules=("T2", "T2a", "F7", "F8", "F12"),
    clears="A corrected inspection that finds the goods that were sent.",
    clears_zh="更正后的验货记录显示退回的正是所发商品。",
    recommendation="refuse_and_keep_opening_video",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


class _Switch(NamedTuple):
    """What stands in for missing goods: how many pieces, which were found, and whether the case is disputed."""

    parts: list[Part]
    switched: int
    found: Pieces
    is_disputed: bool


_NOTHING = _Switch([], 0, Counter(), is_disputed=False)
"""Not to be added to."""


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop in whose share of the parcel something was switched."""
    del parameters
    for shop_id, parts in sorted(parts_by_shop(case).items()):
        awaited = awaited_until(case, parts)
        if awaited:
            yield Timer(awaited)
        # What is missing may yet come in another parcel of the return (F7); an imitation stays one.
        switch = _switch(case, parts if awaited is None else [])
        faked = [part for part in parts if any(i.authentic is False for i in part.inspections)]
        if switch.switched:
            yield _finding(case, shop_id, switch)
        elif faked:
            yield _finding(case, shop_id, _Switch(faked, 0, Counter(), all(_said_counterfeit(part) for part in faked)))


def _switch(case: ParcelCase, parts: list[Part]) -> _Switch:
    """The parts judged, and how many pieces that were never sent stand in for missing ones."""
    looked_at = [part for part in parts if part.inspections]
    sent = frozenset[str]().union(*(sent_skus(part.order) for part in parts))
    if any(not part.order.lines for part in looked_at):
        return _NOTHING
    received = found_in(looked_at)
    # Mostly nothing else came than was sent.
    if received.keys() <= sent:
        return _NOTHING
    foreign = Counter({sku: n for sku, n in received.items() if sku not in sent})
    own = received - foreign
    # An inspection that lists more of the goods than its own refund claims was made for the whole parcel.
    judged = parts if own.total() > expected_in(looked_at).total else looked_at
    due = expected_in(judged)
    missing = due.total - (due.goods & own).total()
    excused = _excused(case, looked_at, foreign)
    if is_crosswise(case, judged, due.goods - own, foreign):
        excused = foreign
    left = foreign - excused
    is_disputed = _is_disputed(case, looked_at, left)
    return _Switch(judged, max(0, min(missing - excused.total(), left.total())), left, is_disputed)


def _is_disputed(case: ParcelCase, parts: list[Part], found: Pieces) -> bool:
    """Whether the buyer spoke of other goods beforehand: before they went back, if they are the buyer's for less.

    Or whether what was sent is known from the buyer alone.
    """
    if all(is_exchanged_untold(part.order, part.refund, _looked_at_ms(part)) for part in parts):
        return True
    return all(ever_said(part.refund, _looked_at_ms(part)) for part in parts) and not any(
        _is_own(case, part, sku) for part in parts if not _said_all_along(part) for sku in found
    )


def _said_all_along(part: Part) -> bool:
    """Whether the buyer said that other goods had come before they went back, and still when they were looked at."""
    return said_before_sending(part.refund) and said_beforehand(part.refund, _looked_at_ms(part))


def _is_own(case: ParcelCase, part: Part, sku_id: str) -> bool:
    """Whether the buyer has such an article from this shop, and gains by sending it."""
    of = (part.order, part.refund)
    return whose(case, of, sku_id, _looked_at_ms(part)) == "buyer" and not is_dearer(case, of, sku_id)


def _excused(case: ParcelCase, parts: list[Part], foreign: Pieces) -> Pieces:
    """The pieces that say nothing against the buyer, of each refund no more than it brings back."""
    excused: Pieces = Counter()
    for part in parts:
        budget = wanted(part).total
        for sku, count in sorted((foreign - excused).items()):
            if _is_excused(case, part, sku):
                taken = min(budget, count)
                excused[sku] += taken
                budget -= taken
    return excused


def _is_excused(case: ParcelCase, part: Part, sku_id: str) -> bool:
    at_ms = _looked_at_ms(part)
    if may_be_sent_for_it(part.order, part.refund, sku_id, at_ms):
        return True
    return said_beforehand(part.refund, at_ms) and whose(case, (part.order, part.refund), sku_id, at_ms) in (
        "shop",
        "linked",
        "unknown",
    )


def _looked_at_ms(part: Part) -> int:
    return min(inspection.occurred_at for inspection in part.inspections)


def _said_counterfeit(part: Part) -> bool:
    """Whether the buyer called the goods counterfeit before anybody looked into the parcel."""
    until_ms = _looked_at_ms(part) + CLOCK_TOLERANCE_MS
    return any(c.reason == "counterfeit" and c.occurred_at <= until_ms for c in part.refund.changes)


def _finding(case: ParcelCase, shop_id: str, switch: _Switch) -> Finding:
    parts, switched = switch.parts, switch.switched
    inspections = [i for part in parts for i in part.inspections]
    imitations = sum(i.authentic is False for i in inspections)
    orders = [next(iter(part.order.first_at.values())) for part in parts if part.order.first_at]
    claims = claims_of(parts)
    parcel, parcel_zh = called_parcel(case, parts)
    sent = ", ".join(unique(sku for part in parts for sku in wanted(part).goods))
    found = ", ".join(sorted(switch.found)) or "imitation"
    told = [f"the shop found {counted(switched, 'piece')} it never sent ({found})"] if switched else []
    told_zh = [f"商家验货发现 {switched} 件非所发商品（{found}）"] if switched else []
    if imitations:
        calls = form(imitations, "calls", "call")
        told.append(f"{counted(imitations, 'inspection')} {calls} the goods an imitation")
        told_zh.append(f"{imitations} 次验货认定为仿品")
    given = [fact for part in parts for fact in reasons_given(part.refund).items()]
    return Finding(
        anchor=shop_id,
        severity="medium" if switch.is_disputed else "high",
        platform=parts[0].refund.platform,
        shop_id=shop_id,
        order_ids=unique(part.order.order_id for part in parts),
        refund_ids=unique(part.refund.refund_id for part in parts),
        waybill_nos=(case.waybill_no,) if case.waybill_no else (),
        decided_at=max(e.occurred_at for e in (*inspections, *claims)),
        evidence=cite(*orders, *claims, *inspections),
        facts={
            "switched": f"{switched}/1",
            "imitations": f"{imitations}/1",
            "sent": sent,
            "found": found,
            **dict(given),
        },
        explanation=f"{parcel} was to bring back {sent or 'goods'}; {listed(told)}.",
        explanation_zh=f"{parcel_zh} 应退回 {sent or '商品'}，{'，'.join(told_zh)}。",
    )
