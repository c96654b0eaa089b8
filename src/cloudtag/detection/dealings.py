"""What of a buyer's orders counts together with what linked accounts did, and the accounts linked for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec.structs import replace

from cloudtag.contract.dealings import AskedBack, BadRating, Dealings, InsuredOrder
from cloudtag.contract.events import InsuranceChanged, OrderChanged
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.all_back import is_all_back
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.came import may_have_come
from cloudtag.detection.complaint_view import reviews_of
from cloudtag.detection.finding import unique
from cloudtag.detection.once import once
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, ParcelTold, together
from cloudtag.detection.outcomes import claim, is_answer, is_before_shipping, is_purchase
from cloudtag.detection.windows import DAY_MS, Moment, holding

BAD_RATING = 2
"""The most stars of a rating that linked accounts are told of; no policy may ask for more."""
MOST_DEALINGS = 60
"""So many dealings of one kind are told of an account, the newest."""
SLACK_MS = 30 * DAY_MS
"""How much earlier than its events a finding looks back: so much longer others' files may hold what it rests on."""


_NOTHING = Dealings()


def _not_told(number: str) -> None:
    del number


class LinkedAccount(NamedTuple):
    """An account that is counted together with the buyer's, what it did, and what the two share."""

    buyer_id: str
    dealings: Dealings
    attributes: tuple[str, ...] = ()


def dealings_of(orders: Sequence[OrderView], parcel: ParcelTold | None = None) -> Dealings:
    """What a buyer's orders say of it. Insured orders are told of once the insurance has paid for one.

    What was asked back because it had not come is left out where it had not, as its parcels say: nothing where `parcel`
    is not given.
    """
    asked: list[AskedBack] = []
    rated: list[BadRating] = []
    insured: list[InsuredOrder] = []
    known = together(orders)
    each = known.each(_owed_untold) if parcel is None else known.each_beside(_owed, parcel)
    for told in each:
        if told is not None:
            asked += told.asked
            rated += told.rated
            insured += told.insured
    if not (asked or rated or insured):
        return _NOTHING
    is_paid = any(each.paid_at for each in insured)
    return Dealings(_newest(asked), _newest(rated), _newest(insured) if is_paid else ())


def _owed(order: OrderView, orders: Orders, parcel: ParcelTold) -> Dealings | None:
    """What one order says, if it says anything, without what nobody owes."""
    told = _told(order)
    if told is None or all(each.kind != "not_received" for each in told.asked):
        return told
    return replace(told, asked=tuple([each for each in told.asked if _is_owed(order, each, orders, parcel)]))


def _owed_untold(order: OrderView) -> Dealings | None:
    # Where nothing is told of parcels, no other order says anything of them.
    return _owed(order, together((order,)), _not_told)


def _is_owed(order: OrderView, asked: AskedBack, orders: Sequence[OrderView], parcel: ParcelTold) -> bool:
    """Whether the goods that were asked back may have been the buyer's: parcels that got lost cost nobody a deceit."""
    if asked.kind != "not_received":
        return True
    return may_have_come(order, order.refunds[asked.refund_id], orders, parcel)


@once
def _told(order: OrderView) -> Dealings | None:
    """What one order says, if it says anything."""
    if not (order.refunds or order.others or order.insurance or order.freight_insured):
        return None
    told = Dealings(
        tuple(asked_back(order)) if order.refunds else (),
        tuple(_bad_ratings(order)) if order.others else (),
        tuple(_insured(order)),
    )
    return told if told.asked or told.rated or told.insured else None


def linked_accounts(case: BuyerCase, kinds: Sequence[str]) -> list[LinkedAccount]:
    """The accounts that share an attribute of one of these kinds with the buyer, in order of their id."""
    found: dict[str, list[AttributeUsed]] = {}
    for report in case.links:
        if report.kind in kinds:
            for use in report.others:
                if use.buyer_id and not use.subject:
                    found.setdefault(use.buyer_id, []).append(use)
    return [
        LinkedAccount(buyer_id, uses[0].dealings, unique(use.attribute for use in uses))
        for buyer_id, uses in sorted(found.items())
    ]


def moments(
    accounts: Iterable[LinkedAccount], told: Callable[[Dealings], Sequence[AskedBack | BadRating]], mark: str
) -> Iterator[Moment]:
    """The dealings of one kind, each with the account it is of; `mark` is the field that tells two at a time apart."""
    named: Callable[[Any], str] = attrgetter(mark)
    for account in accounts:
        for each in told(account.dealings):
            yield Moment(each.occurred_at, f"{account.buyer_id}/{named(each)}", (account, each))


def asked_back(order: OrderView) -> Iterator[AskedBack]:
    """The first refund of an order for each reason that asks money back for goods that were sent, and stands.

    What the shop has back complete costs it nothing that counts together.
    """
    first: dict[str, AskedBack] = {}
    for refund in order.refunds.values():
        asked = claim(refund)
        if asked is None or refund.reason == "unknown" or is_before_shipping(order, refund, asked):
            continue
        if is_all_back([(order, refund)]):
            continue
        told = AskedBack(
            refund.reason, refund.shop_id, order.order_id, refund.refund_id, asked.occurred_at, asked.event_id
        )
        if is_answer(order, Moment(asked.occurred_at, order.order_id, told)):
            continue
        held = first.get(told.kind)
        if held is None or _moment(told) < _moment(held):
            first[told.kind] = told
    yield from first.values()


def _bad_ratings(order: OrderView) -> Iterator[BadRating]:
    for versions in reviews_of(order):
        run = holding(versions, lambda review: review.rating <= BAD_RATING)
        if run is not None:
            last = run.events[-1]
            yield BadRating(
                last.rating, last.shop_id, order.order_id, last.review_id, run.first.occurred_at, run.first.event_id
            )


def _insured(order: OrderView) -> Iterator[InsuredOrder]:
    if not order.freight_insured and all(event.status == "unknown" for event in order.insurance):
        return
    paid = next((event for event in order.insurance if event.status == "paid"), None)
    if paid is None and not is_purchase(order):
        return
    first: OrderChanged | InsuranceChanged = order.changes[0] if order.changes else order.insurance[0]
    yield InsuredOrder(
        order.order_id,
        first.shop_id,
        first.occurred_at,
        first.event_id,
        STREAM_OF[type(first)],
        paid.occurred_at if paid else 0,
        paid.event_id if paid else "",
    )


def _newest(told: list[Any]) -> tuple[Any, ...]:
    if len(told) < 2:
        return tuple(told)
    return tuple(sorted(told, key=_moment)[-MOST_DEALINGS:])


_moment = attrgetter("occurred_at", "event_id")
