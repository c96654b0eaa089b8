"""Return parcel that never left the courier.

What it finds: a return parcel that was signed for where it was handed in (T3.5).

Why it is abuse: someone at the courier scans a parcel in and out; the number looks delivered, and no goods moved.

How it decides: the parcel of the journey that the return means was signed for, and its first and its last scan are
different scans at one and the same facility, both known, and the first is not that it arrived from elsewhere (its
hand-in was not scanned then); or the courier sent it back (`returned`) though nobody had refused it, and it was signed
for at the buyer's end. A parcel that the shop refused travels home by right and is left alone; so is one in which the
shop found all the goods, a return withdrawn before money moved, and one that was not turned round and weighs what was
sent, within `weight_percent`, as a parcel between two people of one town does. Medium.

Known false positives: buyer and shop served by one station whose scales nobody reads, until the shop opens the parcel.

What would clear it: an inspection that finds the goods, a weight as it was sent, or a scan of the parcel at another
facility after its last.

What to do: ask the courier for weight and proof of hand-over at both ends before any refund.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.examples.internal_parcel import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.returning import orders_of, returning
from cloudtag.detection.rule import Rule
from cloudtag.detection.weights import weighs_as_sent

RULE = Rule(
    title="Return parcel that never left the courier",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.5",),
    clears="An inspection that finds the goods, a weight as it was sent, or a last scan at another facility.",
    clears_zh="验货记录显示包裹内确有商品，称重与发货时相符，或末次扫描在其他网点。",
    recommendation="ask_courier_for_proof",
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How near, in percent of it, a weight must be to what was sent for the same goods to be inside.

    15: scales of two stations, and another box, make less of a difference; half of the goods makes more.
    """

    weight_percent: Annotated[int, Meta(ge=0, le=100)] = 15


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding if the parcel ended where it began, or was turned round."""
    parcel = returning(case)
    if parcel is None:
        return
    end = _end(parcel.journey)
    if end is None:
        return
    # What was turned round is at the buyer's end whatever it weighs.
    if parcel.journey.turned_back is None and weighs_as_sent(
        case, orders_of(parcel.refunds), parcel.journey, parameters.weight_percent
    ):
        return
    journey, first = parcel.journey, parcel.first_filled
    turned = journey.turned_back
    begun, last = journey.first or end, journey.last or end
    scans = {(s.occurred_at, s.event_id) for s in (begun, turned, end, last) if s is not None}
    # What was signed for elsewhere went back only with its last scan.
    since = end if turned is not None or end.facility == begun.facility else last
    facility = begun.facility or "unknown"
    said, said_zh = _said(parcel.waybill_no, facility, is_turned=turned is not None)
    yield Finding(
        anchor="",
        severity="medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(order.order_id for order, _ in parcel.refunds),
        refund_ids=unique(refund.refund_id for _, refund in parcel.refunds),
        waybill_nos=(parcel.waybill_no,),
        decided_at=max(first.occurred_at, since.occurred_at),
        evidence=(
            *(Reference("logistics", event_id, at_ms) for at_ms, event_id in sorted(scans)),
            *cite(*parcel.filled),
        ),
        facts={
            "first_facility": facility,
            "last_facility": last.facility or "unknown",
            "turned_round": "true" if turned is not None else "false",
        },
        explanation=said,
        explanation_zh=said_zh,
    )


def _end(journey: JourneySeen) -> ScanSeen | None:
    """The signature of a parcel that never left the courier, or came back to where it was sent from; else none."""
    if journey.turned_back is not None:
        return journey.ended_by
    is_inside = journey.stayed_inside and journey.place != "coming_home"
    return journey.delivered if is_inside else None


def _said(waybill_no: str, facility: str, *, is_turned: bool) -> tuple[str, str]:
    """What happened, in English and Chinese."""
    if is_turned:
        return (
            (
                f"Return parcel {waybill_no} was turned round on its way though nobody had refused it, and was signed "
                "for at the sender's end."
            ),
            f"退货包裹 {waybill_no} 在无人拒收的情况下中途退回，并在寄件方签收。",
        )
    return (
        (
            f"Return parcel {waybill_no} was signed for, but its last scan is where its first was, "
            f"at facility {facility}."
        ),
        f"退货包裹 {waybill_no} 已签收，但首末扫描均在同一网点 {facility}。",
    )
