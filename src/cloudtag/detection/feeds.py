"""Whether a courier was heard of when goods it carries were said to be in hand already, or not to have come (F10).

That no delivery was scanned says nothing of a parcel whose courier shows no scan anywhere: the goods may have come.
That no scan refutes a signature says little where the courier's feed broke off about then: what it had to say may be
lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from cloudtag.contract.couriers import CourierReported
from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.detection.awaiting import BusyHours
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outbound import Outbound
from cloudtag.detection.refund_view import RefundView, reason_at, type_at
from cloudtag.parcels.courier import is_known
from cloudtag.parcels.silence import FEED_MS, has_feed, hour_of

_DAY_HOURS = 24
_OUTAGE = (3, 6)
"""So many silent hours of so many are an outage of a feed that is steady otherwise."""
_MOST_OUTAGES = 3
"""A feed that broke off more often in the time that is told of is a sparse one: its silences are chance."""
_MOST_DARK = 3
"""And one that was silent for more than one part in so many of its hours is hardly known, or is coming to its end."""
_ODD_HOURS = 20
"""A steady feed is silent by chance in one of so many hours at most."""
_MOST_ODD = 1
"""And in no more on the day before it breaks off: one that has just grown thin is silent for hours by chance."""


class FeedQuestion(NamedTuple):
    """Of which number's courier, by its code, it matters since when until when it was silent."""

    waybill_no: str
    courier: str
    since_ms: int
    until_ms: int


def claim_of(refund: RefundView) -> RefundChanged | None:
    """The event by which a refund first says that the goods are in hand, or names a return number."""
    return next((c for c in refund.changes if c.claims_received or c.waybill_no is not None), None)


def denials(order: OrderView) -> list[RefundView]:
    """The refunds that say that nothing came, and want the money alone; once paid, as when they were paid (F12)."""
    return [refund for refund in order.refunds.values() if "refund_only" in refund.types and _denies(refund)]


def _denies(refund: RefundView) -> bool:
    paid = None if refund.completed is None else refund.completed.occurred_at
    return type_at(refund, paid) == "refund_only" and reason_at(refund, paid) == "not_received"


def feed_questions(case: OrderCase) -> Iterator[FeedQuestion]:
    """What to ask about an order of which goods are claimed to be in hand while no delivery is known, or not to have
    come though they were signed for."""
    order = case.order
    returns = [refund for refund in order.refunds.values() if refund.type == "return_refund"]
    claims = [claim_of(refund) for refund in returns] if returns and shipping(order) is not None else ()
    claimed = [claim.occurred_at for claim in claims if claim is not None]
    denied = [change.occurred_at for refund in denials(order) for change in refund.changes]
    for parcel in case.outbound if claimed or denied else ():
        times = claimed if rests_on_silence(parcel) else denied if is_signed_for(parcel) else []
        courier = parcel.courier
        if times and courier is not None:
            since_ms = min(begun_ms(order, parcel), min(times) - FEED_MS)
            yield FeedQuestion(parcel.sent.waybill_no, courier, since_ms, max(times))


def shipping(order: OrderView) -> OrderChanged | None:
    """The event that says that goods of the order were sent, all of them or some."""
    partly, wholly = order.first_at.get("partly_shipped"), order.first_at.get("shipped")
    if partly is None or wholly is None:
        return wholly or partly
    return min(partly, wholly, key=lambda event: (event.occurred_at, event.event_id))


def begun_ms(order: OrderView, parcel: Outbound) -> int:
    """When a parcel may have set out: with the order's shipping, or when it was first named."""
    shipped = shipping(order)
    return parcel.sent.named.occurred_at if shipped is None else shipped.occurred_at


def is_signed_for(parcel: Outbound) -> bool:
    """Whether the recipient's own signature stands, by a courier that is known."""
    return parcel.journey is not None and parcel.journey.received is not None and is_known(parcel.courier)


def rests_on_silence(parcel: Outbound) -> bool:
    """Whether nothing but that no delivery was scanned, by a courier that is known, says that it had not come."""
    has_come = parcel.journey is not None and parcel.journey.delivered is not None
    return not has_come and parcel.is_on_its_way and is_known(parcel.courier)


def was_heard(told: CourierReported, at_ms: int, within_ms: int) -> bool:
    """Whether the courier showed any scan anywhere in so long before a moment; the hour that begins in counts whole."""
    return has_feed(at_ms, BusyHours(told), within_ms)


def broke_off(
    told: CourierReported, from_ms: int, until_ms: int, hours: int, within: int = 1, *, is_over: bool = False
) -> bool:
    """Whether, in that time, a steady feed was silent in `hours` of `within` clock hours in which it usually scans.

    `told` of until then. Not all on end: scans stamped with another zone's time fall into any silence. `is_over`: only
    silences that ended count, after which the feed went on: one that thins out is coming to its end. What is known of a
    feed may begin in the middle of the time that is told of: it was not silent before, and no outage is known of its
    first day. And one that grew thin before tells nothing by it.
    """
    busy, since, end = BusyHours(told), hour_of(told.occurred_at), hour_of(until_ms - 1) + 1
    since = next((hour for hour in range(since, hour_of(from_ms)) if hour in busy), hour_of(from_ms))
    shown = busy.of(since, end)
    usual = _usual_hours(shown, since)
    silent = [hour for hour in sorted(usual) if not shown[hour - since]]
    dark, outages = _outages(silent)
    odd = [hour for hour in silent if hour not in dark]
    if not silent or outages > _MOST_OUTAGES or not _is_steady(len(usual), len(dark), len(odd)):
        return False
    last = min(end, hour_of(told.silent_since)) if is_over and told.silent_since else end
    # Of less than a day nobody knows whether the feed is silent at night.
    asked = [hour for hour in silent if max(hour_of(from_ms), since + _DAY_HOURS) <= hour < last]
    return any(
        later - first < within
        and sum(first - _DAY_HOURS <= hour < first for hour in odd) <= _MOST_ODD
        and (not is_over or _goes_on(told, usual, later, end))
        for first, later in zip(asked, asked[hours - 1 :], strict=False)
    )


def _goes_on(told: CourierReported, usual: Collection[int], after: int, end: int) -> bool:
    """Whether a feed scanned in most of the hours after a silent one in which it usually scans.

    Those until `end`, or, where it was silent until then, on the day since it was heard again.
    """
    heard = next(hour_of(over) for start, over in told.silences if hour_of(start) <= after < hour_of(over))
    first, last = (heard, heard + _DAY_HOURS) if heard >= end else (after + 1, end)
    busy, daily = BusyHours(told), {hour % _DAY_HOURS for hour in usual}
    later = [hour for hour in range(first, last) if hour % _DAY_HOURS in daily]
    return sum(hour in busy for hour in later) * 2 > len(later)


def _usual_hours(shown: bytearray, since: int) -> set[int]:
    """The hours of a time that were busy on most of its days."""
    found = set[int]()
    for first in range(min(len(shown), _DAY_HOURS)):
        days = shown[first::_DAY_HOURS]
        if sum(days) * 2 > len(days):
            found.update(range(since + first, since + len(shown), _DAY_HOURS))
    return found


def _outages(silent: Sequence[int]) -> tuple[set[int], int]:
    """The silent hours that belong to an outage, and how many outages those are."""
    many, within = _OUTAGE
    dark, outages = set[int](), 0
    for n in range(len(silent) - many + 1):
        if silent[n + many - 1] - silent[n] < within:
            outages += silent[n] not in dark
            dark.update(silent[n : n + many])
    return dark, outages


def _is_steady(usual: int, dark: int, odd: int) -> bool:
    """Whether a feed scans in nearly all of so many hours, but for outages: a silence in it is no chance then."""
    rest = usual - dark
    return dark * _MOST_DARK <= usual and rest >= _DAY_HOURS and odd * _ODD_HOURS <= rest
