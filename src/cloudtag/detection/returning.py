"""The parcel of a return number: which of its journeys the refunds mean, and which refunds it is to serve."""

from __future__ import annotations

from typing import NamedTuple

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.journeys import JourneySeen
from cloudtag.contract.records import Severity
from cloudtag.detection.awaiting import journey_named
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import Refunds, sends_goods
from cloudtag.detection.wrong_goods import is_answered


class Returning(NamedTuple):
    """A return parcel as a judgement about it needs it: its journey, and the refunds that it is to serve."""

    waybill_no: str
    journey: JourneySeen
    refunds: Refunds

    @property
    def filled(self) -> list[RefundChanged]:
        """The events with which the refunds named it."""
        return [refund.filled for _, refund in self.refunds if refund.filled is not None]

    @property
    def first_filled(self) -> RefundChanged:
        """The first of them."""
        return min(self.filled, key=lambda change: (change.occurred_at, change.event_id))


@once_of_case
def returning(case: ParcelCase) -> Returning | None:
    """The return parcel that travels under a number, if goods are to be in it that the shop has not found complete.

    None also for a number that is the order's own: that is another matter. Where the number served two returns over
    time, it is the later parcel.
    """
    if case.waybill_no is None or case.report is None or case.outbound:
        return None
    meant = [
        (journey, (order, refund))
        for order, refund in case.refunds
        if is_awaited(refund) and (journey := journey_for(case, refund)) is not None
    ]
    if not meant:
        return None
    last = max((journey for journey, _ in meant), key=lambda journey: journey.start_ms)
    refunds = [pair for journey, pair in meant if journey == last]
    return None if is_answered(case, refunds) else Returning(case.waybill_no, last, refunds)


def journey_for(case: ParcelCase, refund: RefundView) -> JourneySeen | None:
    """The journey that a refund means by the case's number, as far as it is told."""
    if case.waybill_no is None or case.waybill_no not in refund.numbers:
        return None
    return journey_named(case.report, refund, case.waybill_no)


def is_awaited(refund: RefundView) -> bool:
    """Whether a refund names a number, sends goods back, and was not given up before money moved (F6)."""
    return refund.filled is not None and sends_goods(refund) and not is_given_up(refund)


def is_given_up(refund: RefundView) -> bool:
    """Whether the buyer withdrew it before any money moved: the attempt is no more than that."""
    return refund.status == "withdrawn" and refund.completed is None


def at_most_medium(severity: Severity, journey: JourneySeen) -> Severity:
    """A severity, as far as scans at a time that is local and says otherwise support it (F4)."""
    return "medium" if journey.is_time_uncertain and severity in ("high", "critical") else severity


def orders_of(refunds: Refunds) -> list[OrderView]:
    """The orders of refunds, each once."""
    return list({order.name: order for order, _ in refunds}.values())
