"""Fewer goods came back than claimed.

What it finds: a shop opens a returned parcel and finds fewer pieces than the refunds sharing that parcel claim, or
nothing at all (T1). Five refunds under one number with one item inside are one alert naming all five (T1a). Or the
parcel was signed for, and the shop says that nothing came.

Why it is abuse: the buyer keeps goods and is paid for them.

How it decides: refunds of one buyer in one shop that name the same return number share a parcel; parcels are judged
apart (T1b). Expected are the pieces the refunds list (all of the order where they list none; by amount alone those it
pays for, a free gift beside them left out), sets counted by their components, of no order more than was bought (F9),
nor what the shop agreed had never come: one return recorded as two refunds brings its goods once. Money without a
return, and postage, bring none. Received are the pieces the shop's inspections list, corrected ones in place of earlier
ones. Until every refund of a parcel is inspected, an inspection that does not name the parcel speaks for its own refund
only. A refund that was withdrawn before anybody looked asks for nothing; to withdraw it afterwards changes nothing. A
return in several parcels is judged when all have arrived or been inspected, or are awaited no longer (F7): of a wait
for a first scan, days of rest and the courier's silent hours do not count (F10), and what the shop refused went home by
right. High; critical if nothing came back; medium where nothing arrived though the parcel was signed for. Medium too
where the courier weighed the return within `weight_percent` of what its goods weighed on their way out: then the shop's
word stands against the courier's, and the platform has seen nothing.

Known false positives: a shop that books goods to the wrong refund.

What would clear it: a corrected inspection, or the inspections of the other refunds or parcels.

What to do: keep the opening video and the parcel's weight; refund only what came back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.journeys import ScanSeen
from cloudtag.contract.records import Severity
from cloudtag.detection.arrivals import awaited_until, missing
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.short_return import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, cite_seen, unique
from cloudtag.detection.parcel_goods import (
    Part,
    called_parcel,
    claims_of,
    expected_in,
    found_in,
    parts_by_shop,
)
from cloudtag.detection.rule import Rule
from cloudtag.detection.weights import weights_of
from cloudtag.detection.wording import counted

__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
RULE = Rule(
    title="Fewer goods came back than claimed",
    family="refund",
    scenario="short_return",
    scenario_zh="少退商品",
    scope="parcel",
    needs=("refunds", "inspections"),
    rules=("T1", "T1a", "T1b", "F7", "F9", "F10"),
    clears="A corrected inspection that finds all the goods.",
    clears_zh="更正后的验货记录显示商品齐全。",
    recommendation="refund_received_only",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """By how much the return may weigh less than its goods did outbound, for the shop's word to stand alone (T1)."""

    weight_percent: Annotated[int, Meta(ge=0, le=100)] = 15


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop whose share of the parcel is short."""
    for shop_id, parts in sorted(parts_by_shop(case).items()):
        judged = _comparable(parts)
        awaited = awaited_until(case, judged)
        if awaited:
            yield Timer(awaited)
        finding = _judged(case, shop_id, judged, parameters) if awaited is None else None
        if finding is not None:
            yield finding


def _comparable(parts: list[Part]) -> list[Part]:
    """The parts whose claims the shop's words so far speak about."""
    told = [part for part in parts if part.words]
    if any(word.waybill_no is not None for part in told for word in part.words):
        return parts
    return told


def _judged(case: ParcelCase, shop_id: str, parts: list[Part], parameters: Parameters) -> Finding | None:
    gone = missing(case, parts)
    if not gone and not any(part.inspections for part in parts):
        return None
    expected, received = expected_in(parts).total, found_in(parts).total()
    if received >= expected:
        return None
    # The platform looked at nothing where nothing is said to have come: the courier and the shop disagree.
    severity: Severity = "medium" if gone else "high" if received else "critical"
    facts = {"expected": str(expected), "received": str(received), "refunds": str(len(parts))}
    if gone:
        facts["nothing_arrived"] = str(len(gone))
    weights = weights_of(case, parts)
    if (
        weights is not None
        and abs(weights.back - weights.outbound) * 100 <= parameters.weight_percent * weights.outbound
    ):
        severity = "medium"
        facts["weight_disagrees"] = f"{weights.back}/{round(weights.outbound)} g"
    return _finding((case, shop_id, parts), severity, gone, facts)


def _finding(
    judged: tuple[ParcelCase, str, list[Part]], severity: Severity, gone: list[ScanSeen], facts: dict[str, str]
) -> Finding:
    """`judged`: the shop's share of a parcel; `gone`: signatures for parcels of which nothing is said to have come."""
    case, shop_id, parts = judged
    words = [word for part in parts for word in part.words]
    evidence = cite_seen(cite(*claims_of(parts), *words), *gone)
    expected, received = int(facts["expected"]), int(facts["received"])
    parcel, parcel_zh = called_parcel(case, parts)
    said, said_zh = _said(facts)
    return Finding(
        anchor=shop_id,
        severity=severity,
        platform=parts[0].refund.platform,
        shop_id=shop_id,
        order_ids=unique(part.order.order_id for part in parts),
        refund_ids=unique(part.refund.refund_id for part in parts),
        waybill_nos=(case.waybill_no,) if case.waybill_no else (),
        decided_at=max(reference.occurred_at for reference in evidence),
        evidence=evidence,
        facts=facts,
        explanation=(
            f"{parcel} was to bring back {counted(expected, 'piece')} for {counted(len(parts), 'refund')}; "
            f"the shop found {received or 'none'}{said}."
        ),
        explanation_zh=f"{parcel_zh} 应退回 {len(parts)} 笔退款的 {expected} 件商品，商家实收 {received} 件{said_zh}。",
    )


def _said(facts: dict[str, str]) -> tuple[str, str]:
    """What else is said of it, in English and Chinese."""
    said = [("", "")]
    if "nothing_arrived" in facts:
        said.append((", for nothing came though the parcel was signed for", "，称包裹未到，而物流显示已签收"))
    if "weight_disagrees" in facts:
        back, outbound = facts["weight_disagrees"].removesuffix(" g").split("/")
        said.append(
            (
                f", though the courier weighed it at {back} g, and what was claimed had weighed {outbound} g",
                f"，但快递称重 {back} 克，与所退商品发出时的 {outbound} 克相符",
            )
        )
    return "".join(one for one, _ in said), "".join(zh for _, zh in said)
