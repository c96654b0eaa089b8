"""Which input events facts amount to: an event is one itself, an internal record was made of some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.dealings import Dealings
from cloudtag.contract.internal import Cause, InternalRecord
from cloudtag.contract.links import AttributeUsed, LinkPassed, LinkReported, SkuOwned
from cloudtag.contract.parcels import ParcelReported, WaybillUsed
from cloudtag.contract.shops import ShopReported, TagRequested
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.news import UNKNOWN, New, News
from cloudtag.parcels.told import scans_told

MOST_CAUSES = 10
"""So many of the newest events are named as causes: more explain nothing more."""
_WHAT: dict[type[Any], Callable[[Any], str]] = {
    ev.OrderChanged: lambda e: e.status,
    ev.RefundChanged: lambda e: e.status,
    ev.ParcelScanned: lambda e: e.scan,
    ev.ComplaintChanged: lambda e: e.status,
    ev.InsuranceChanged: lambda e: e.status,
    ev.AlertAnswered: lambda e: e.verdict,
    disputes.ChargebackChanged: lambda e: e.status,
    disputes.OrderLimitChanged: lambda e: e.status,
    disputes.AppealChanged: lambda e: e.status,
    ev.BuyerContacted: lambda e: "answered" if e.answered else "unanswered",
}
"""What an event says in one word, by its kind; the others are known by their stream."""


def causes_of(news: Iterable[New]) -> tuple[Cause, ...]:
    """The input events that new facts amount to, oldest first, each once; of many the newest."""
    return _newest({cause for new in news for cause in _causes(new)})


def causes_in(news: News, row_ids: Iterable[str] | None = None) -> tuple[Cause, ...]:
    """The same of all that is new in these rows of a keyed state, in all of them for None."""
    return _newest({cause for _, _, new in news.of(row_ids) for cause in news.amounts_to(new, _causes)})


def _newest(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    ordered = sorted(causes, key=lambda c: (c.occurred_at, c.stream, c.event_id, c.what))
    return tuple(ordered[-MOST_CAUSES:])


def _causes(new: New) -> Iterable[Cause]:
    fact, before = new.fact, new.before
    if not isinstance(fact, InternalRecord):
        what = _WHAT.get(type(fact))
        return (Cause(STREAM_OF[type(fact)], fact.event_id, fact.occurred_at, what(fact) if what else ""),)
    known = before is not None and before is not UNKNOWN
    old = {(c.stream, c.event_id) for c in _carried(before)} if known else set[tuple[str, str]]()
    carried = [c for c in _carried(fact) if (c.stream, c.event_id) not in old]
    if not new.because:
        return carried if known else _newest_scan(carried)
    named = {(c.stream, c.event_id) for c in carried}
    # Of all that came to the sender in one go, what it is now about is what counts.
    return [c for c in new.because if (c.stream, c.event_id) in named] or new.because


def _newest_scan(carried: list[Cause]) -> list[Cause]:
    """A parcel first heard of is reported for its newest scan: the others said nothing that anybody waited for."""
    scans = [cause for cause in carried if cause.stream == "logistics"]
    newest = max(scans, key=lambda c: (c.occurred_at, c.event_id), default=None)
    return [cause for cause in carried if cause.stream != "logistics" or cause is newest]


def _carried(fact: Any) -> Iterator[Cause]:
    """The input events an internal record is about; a question is about none."""
    kind = type(fact)
    if not fact.is_held:
        return
    if kind in _STREAM:
        yield Cause(_STREAM[kind], fact.event_id, fact.occurred_at)
    elif kind in _TELLS:
        yield from _TELLS[kind](fact)


def _of_parcel(report: ParcelReported) -> Iterator[Cause]:
    for journey in report.journeys:
        for scan in scans_told(journey):
            yield Cause("logistics", scan.event_id, scan.occurred_at, scan.scan)
    for use in report.uses:
        yield from _of_use(use)


def _of_use(use: WaybillUsed) -> Iterator[Cause]:
    stream, what = ("refunds", "waybill_filled") if use.role == "return" else ("orders", "shipped")
    yield Cause(stream, use.event_id, use.occurred_at, what)


def _of_link(report: LinkReported) -> Iterator[Cause]:
    for shown in report.others:
        yield from _of_attribute(shown)


def _of_attribute(use: AttributeUsed) -> Iterator[Cause]:
    yield Cause(use.stream if use.buyer_id else "shops", use.event_id, use.occurred_at)
    for claim in use.claims:
        yield Cause(claim.stream, claim.event_id, claim.occurred_at)
    for order in use.unpaid:
        yield Cause("orders", order.event_id, order.occurred_at, "placed")
    yield from _of_dealings(use.dealings)


def _of_dealings(dealings: Dealings) -> Iterator[Cause]:
    for claim in dealings.asked:
        yield Cause("refunds", claim.event_id, claim.occurred_at)
    for review in dealings.rated:
        yield Cause("reviews", review.event_id, review.occurred_at)
    for order in dealings.insured:
        yield Cause(order.stream, order.event_id, order.occurred_at)
        if order.paid_at:
            yield Cause("insurance", order.paid_event_id, order.paid_at, "paid")


def _of_pass(told: LinkPassed) -> Iterator[Cause]:
    for shown in told.uses:
        yield from _of_attribute(shown)


_TELLS: dict[type[Any], Callable[[Any], Iterator[Cause]]] = {
    ParcelReported: _of_parcel,
    WaybillUsed: _of_use,
    LinkReported: _of_link,
    LinkPassed: _of_pass,
    AttributeUsed: _of_attribute,
}
_STREAM: dict[type[Any], str] = {ShopReported: "shops", SkuOwned: "orders", TagRequested: "tags"}
