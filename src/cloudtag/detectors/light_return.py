"""Return too light for the goods it is to hold.

What it finds: a return parcel that weighs less than `least_percent` of what the claimed goods weighed on their way out
(F16).

Why it is abuse: an all but empty parcel travels back so that the scans pay the refund before anybody opens it.

How it decides: the courier weighed the return, and the outbound parcels of its goods. What the claimed pieces weighed
outbound is their share, by pieces, of the parcels they were in, or of all where nobody said what was in which; of a
parcel that several orders shared, the order's share. Where other articles were in it that stay, gifts and other sizes
of the same item left aside, nobody knows that share, and nothing is said. What was sent after a refund of the order
had been opened stands in for what was sent before, and adds nothing. A return in several parcels weighs what they
weigh together, once all are here or awaited no longer (F7). A weight of less than five grams is none: not weighed, or
noted in another unit. The shop has not found all the goods. Medium.

Known false positives: a heavy gift that was not claimed; a size of an item that weighs far less than another.

What would clear it: an inspection that finds the goods.

What to do: open it on video before anything is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.journeys import ScanSeen
from cloudtag.detection.arrivals import awaited_until
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.mixed_parcels import MIXED_PARCELS
from cloudtag.detection.finding import Finding, Timer, cite, cite_seen, unique
from cloudtag.detection.parcel_goods import (
    Part,
    called_parcel,
    claims_of,
    expected_in,
    found_in,
    parts_by_shop,
)
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.weights import Weights, may_weigh_less, weights_of
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Return too light for the goods it is to hold",
    family="refund",
    scenario="short_return",
    scenario_zh="少退商品",
    scope="parcel",
    needs=("orders", "refunds"),
    rules=("F16", "F7"),
    clears="An inspection that finds the goods.",
    clears_zh="验货发现商品齐全。",
    recommendation="open_on_video_before_refund",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of their outbound weight goods must weigh on their way back."""

    least_percent: Annotated[int, Meta(ge=1, le=100)] = 25


def _weighed(back_grams: int | None, pieces: int = 2, **sent: object) -> tuple[dict[str, object], ...]:
    """Two dresses go out at one kilogram; so many are claimed back, and weigh so much."""
    lines = [{"sku_id": "dress", "quantity": pieces}]
    return (
        ordered("paid", 0),
        ordered("shipped", day(1), waybill_no="OUT1"),
        scanned("OUT1", "accepted", day(1, 2), **{"weight_grams": 1000, **sent}),
        scanned("OUT1", "signed", day(3), signer="recipient"),
        refunded("opened", day(5), type="return_refund", reason="no_reason", lines=lines),
        refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
        scanned("RET1", "accepted", day(6, 2), weight_grams=back_grams),
    )


def _boots_and_scarf(scarf_grams: int | None = 150) -> tuple[dict[str, object], ...]:
    """Sent in a parcel each."""
    goods = {"boots": ("OUT1", 3000), "scarf": ("OUT2", scarf_grams)}
    lines = [{"sku_id": sku_id, "quantity": 1, "unit_price_minor": 9900} for sku_id in goods]
    parcels = [
        {"waybill_no": number, "lines": [{"sku_id": sku_id, "quantity": 1}]} for sku_id, (number, _) in goods.items()
    ]
    return (
        ordered("paid", 0, lines=lines),
        ordered("shipped", day(1), lines=lines, parcels=parcels),
        *(scanned(number, "accepted", day(1, 2), weight_grams=grams) for number, grams in goods.values()),
        *(scanned(number, "signed", day(3), signer="recipient") for number, _ in goods.values()),
    )


def _goes_back(sku_id: str, grams: int) -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "reason": "no_reason", "lines": [{"sku_id": sku_id, "quantity": 1}]}
    return (
        refunded("waybill_filled", day(6), waybill_no="RET1", **said),
        scanned("RET1", "accepted", day(6, 2), weight_grams=grams),
    )


def _sent_anew(at: str) -> tuple[dict[str, object], ...]:
    """Three parcels more, of a kilogram each."""
    numbers = ("OUT2", "OUT3", "OUT4")
    return (
        ordered("shipped", at, parcels=[{"waybill_no": number} for number in numbers]),
        *(scanned(number, "accepted", day(5, 2), weight_grams=1000) for number in numbers),
        *(scanned(number, "signed", day(5, 9), signer="recipient") for number in numbers),
    )


_LIGHT = _weighed(249)
_SECOND_BOX = refunded("waybill_filled", day(5, 20), type="return_refund", waybill_no="RET0")
_SHARED = (
    ordered("paid", 0, refund_id="r2"),
    ordered("shipped", day(1), refund_id="r2", waybill_no="OUT1"),
)

EXAMPLES = (
    Example(
        name="a kilogram of dresses weighs 249 grams on its way back",
        events=_LIGHT,
        fires=({"severity": "medium", "waybill_nos": ["RET1"], "facts": {"weight": "24%/25%", "back_grams": "249"}},),
    ),
    Example(
        name="the number is named after the parcel was weighed: decided then, and told so",
        events=(*_LIGHT[:-2], _LIGHT[-1], {**_LIGHT[-2], "occurred_at": day(6, 3)}),
        fires=(
            {
                "decided_at": 1_772_938_800_000,
                "platform": "taobao",
                "shop_id": "s1",
                "explanation": (
                    "Parcel RET1 weighs 249 g; the 2 pieces to come back in it weighed 1000 g on the way to the buyer. "
                    "That is 24%, less than 25%."
                ),
                "explanation_zh": "包裹 RET1 重 249 克，而应退回的 2 件商品发出时约重 1000 克，仅为 24%（下限 25%）。",
            },
        ),
    ),
    Example(name="weighed after it was named: decided then", events=_LIGHT, fires=({"decided_at": 1_772_935_200_000},)),
    Example(name="near miss: exactly a quarter", events=_weighed(250)),
    Example(
        name="one of two pieces, by its share",
        events=_weighed(124, 1),
        fires=({"facts": {"outbound_grams": "500"}},),
    ),
    Example(name="near miss: one of two pieces weighs a quarter of its share", events=_weighed(125, 1)),
    Example(
        name="near miss: two orders came in one parcel, and half of it is the other's",
        events=(*_weighed(125), *_SHARED),
    ),
    Example(
        name="two orders came in one parcel, and still too light",
        events=(*_weighed(124), *_SHARED),
        fires=({"facts": {"outbound_grams": "500"}},),
    ),
    Example(
        name="near miss: a scarf goes back, which had come in a parcel of its own",
        events=(*_boots_and_scarf(), *_goes_back("scarf", 160)),
    ),
    Example(
        name="a scarf's weight goes back for boots",
        events=(*_boots_and_scarf(), *_goes_back("boots", 160)),
        fires=({"facts": {"outbound_grams": "3000", "back_grams": "160", "pieces": "1"}},),
    ),
    Example(
        name="near miss: nobody weighed the scarf's parcel",
        events=(*_boots_and_scarf(None), *_goes_back("scarf", 20)),
    ),
    Example(
        name="boots, of which nobody weighed the scarf's parcel",
        events=(*_boots_and_scarf(None), *_goes_back("boots", 160)),
        fires=({"facts": {"outbound_grams": "3000"}},),
    ),
    Example(
        name="near miss: sent anew three times, and one pair of dresses goes back",
        events=(*_weighed(250), *_sent_anew(day(5, 1))),
    ),
    Example(
        name="sent in four parcels from the first, and what was in one of them goes back",
        events=(*_weighed(250), *_sent_anew(day(4))),
        fires=({"facts": {"outbound_grams": "4000"}},),
    ),
    Example(name="near miss: nobody weighed what was sent", events=_weighed(20, weight_grams=None)),
    Example(name="near miss: nobody weighed what came back", events=_weighed(None)),
    Example(name="near miss: a weight in kilograms", events=_weighed(4)),
    Example(name="five grams are a weight", events=_weighed(5), fires=({"facts": {"back_grams": "5"}},)),
    Example(
        name="near miss: the goods were found inside",
        events=(*_LIGHT, inspected(day(9), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="only one of them was found inside",
        events=(*_LIGHT, inspected(day(9), {"dress": 1}, waybill_no="RET1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: money only, and a letter goes back",
        events=(*_LIGHT, refunded("modified", day(6, 1), type="refund_only")),
    ),
    Example(
        name="near miss: the number is another buyer's too",
        events=(
            *_LIGHT,
            refunded("waybill_filled", day(7), refund_id="r2", buyer_id="b2", type="return_refund", waybill_no="RET1"),
        ),
    ),
    Example(
        name="two orders of one shop on two platforms go back in one parcel that is too light",
        events=(
            *_LIGHT,
            ordered("shipped", day(1), refund_id="r2", platform="tmall", waybill_no="OUT1"),
            refunded(
                "waybill_filled", day(6), refund_id="r2", type="return_refund", platform="tmall", waybill_no="RET1"
            ),
        ),
        fires=({"refund_ids": ["r1", "r2"], "platform": "taobao", "facts": {"pieces": "4"}},),
    ),
    Example(
        name="near miss: the number is given to another shop too",
        events=(
            *_LIGHT,
            refunded("waybill_filled", day(7), refund_id="r2", shop_id="s2", type="return_refund", waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: a second box is still to come",
        events=(*_LIGHT, _SECOND_BOX),
        until=day(7),
    ),
    Example(
        name="the second box never came",
        events=(*_LIGHT, _SECOND_BOX),
        until=day(8, 20),
        fires=({"severity": "medium"},),
    ),
    *MIXED_PARCELS,
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop for whose goods the parcel is too light."""
    if case.report is None or case.report.first_scan is None or not may_weigh_less(case, parameters.least_percent):
        return
    shops = parts_by_shop(case)
    if len(shops) > 1 or any((use.buyer_id, use.shop_id) not in _own(case) for use in case.report.uses):
        return
    for parts in shops.values():
        weights = weights_of(case, parts)
        if weights is None or weights.percent >= parameters.least_percent:
            continue
        awaited = awaited_until(case, parts, case.waybill_no)
        if awaited:
            yield Timer(awaited)
        if awaited is None and found_in(parts).total() < expected_in(parts).total:
            yield _finding(case, parts, weights, case.report.first_scan, parameters)


def _own(case: ParcelCase) -> set[tuple[str, str]]:
    return {(case.buyer_id, refund.shop_id) for _, refund in case.refunds}


def _finding(case: ParcelCase, parts: list[Part], weights: Weights, scan: ScanSeen, parameters: Parameters) -> Finding:
    claims, first = claims_of(parts), parts[0].refund
    pieces, percent, outbound = expected_in(parts).total, int(weights.percent), round(weights.outbound)
    parcel, parcel_zh = called_parcel(case, parts)
    words = [word for part in parts for word in part.words]
    return Finding(
        anchor=first.shop_id,
        severity="medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(part.order.order_id for part in parts),
        refund_ids=unique(part.refund.refund_id for part in parts),
        waybill_nos=(case.waybill_no,) if case.waybill_no else (),
        decided_at=max(scan.occurred_at, *(claim.occurred_at for claim in claims)),
        evidence=cite_seen(cite(*claims, *words), scan),
        facts={
            "weight": f"{percent}%/{parameters.least_percent}%",
            "back_grams": str(weights.back),
            "outbound_grams": str(outbound),
            "pieces": str(pieces),
        },
        explanation=(
            f"{parcel} weighs {weights.back} g; the {counted(pieces, 'piece')} to come back in it weighed {outbound} g "
            f"on the way to the buyer. That is {percent}%, less than {parameters.least_percent}%."
        ),
        explanation_zh=(
            f"{parcel_zh} 重 {weights.back} 克，而应退回的 {pieces} 件商品发出时约重 {outbound} 克，"
            f"仅为 {percent}%（下限 {parameters.least_percent}%）。"
        ),
    )
