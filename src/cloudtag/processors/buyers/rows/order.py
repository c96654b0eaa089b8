"""One order with all that belongs to it: what its detectors find, which numbers and attributes it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.couriers import CourierAsked
from cloudtag.contract.links import AttributeUsed, SkuOwned
from cloudtag.contract.parcels import WaybillUsed
from cloudtag.contract.records import Alert, Label
from cloudtag.contract.scope import scoped, unscoped
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.claims import may_be_unpaid
from cloudtag.detection.crosswise import doubtful_goods, tells_of_goods
from cloudtag.detection.feeds import feed_questions
from cloudtag.detection.once import Later
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import sends_goods
from cloudtag.detection.sent import Sent
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies, Policy
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.namesakes import namesakes, note_name
from cloudtag.processors.buyers.published import abnormal_among
from cloudtag.processors.buyers.reading import (
    claimed_beside,
    is_answered,
    links,
    loose_words,
    names_beside,
    orders_beside,
    orders_sharing,
    report,
    silence,
    view_of,
)
from cloudtag.processors.buyers.run_detectors import concerned, run_detectors
from cloudtag.processors.buyers.uses import order_uses, sales_of


def _name(fact: Any) -> str | None:
    """An order's id means something only inside its shop; a complaint may be about no order."""
    return None if fact.order_id is None else scoped(fact.shop_id, fact.order_id)


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    if not row.facts:
        return EMPTY
    view: Any = row.view
    order, loose = view or view_of(row), loose_words(state, row) if state.index.loose is not None else ()
    policy = policies.at(order.platform or "", order.began_at)
    said = OrderView(order.order_id, (*row.facts.values(), *loose), order.shop_id) if loose else order
    asked = concerned(said, row.kinds, policy)
    if not (asked or order.refunds or order.others or may_be_unpaid(order)):
        return order.quiet or _quiet(state, order)
    judgement = Judgement()
    is_claimed = row.name in state.index.claimed_orders
    # Whether one alert holds (`KeyedState.question`) has nothing to do with what others are told and asked.
    is_all_asked = state.question is None
    if is_all_asked:
        _tell(state, order, now_ms, policy, judgement, is_claimed=is_claimed)
    case = OrderCase(
        state.id,
        said,
        lambda number: report(state, number),
        now_ms,
        Later(lambda: orders_beside(state, (row.name,))),
        links(state) if is_claimed else (),
        lambda number, courier: silence(state, number, courier),
        lambda number: number not in state.index.units,
    )
    if order.refunds and is_all_asked:
        _ask(state, case, judgement)
    if asked:
        run_detectors(asked, case, policy, state, judgement, abnormal=lambda: abnormal_among(state))
    return judgement


def _tell(
    state: KeyedState, order: OrderView, now_ms: int, policy: Policy, judgement: Judgement, *, is_claimed: bool
) -> None:
    """What `parcels` and `links` are told of an order, and when to look again whether it was paid."""
    for use in (*_uses(state, order), *_sales(state, order)):
        judgement.conclusions[use.id] = use
    told, judgement.timer_ms = order_uses(state, order, now_ms, policy, is_claimed=is_claimed)
    for use in _shown(told):
        judgement.conclusions[use.id] = use


def _quiet(state: KeyedState, order: OrderView) -> Judgement:
    """What is told of an order with which nothing is the matter, as nothing is with most: the very same until its
    parcels or articles change."""
    if order.quiet is None:
        told = _sales(state, order)
        told = (*_outbound(state, order), *told) if order.sent else told
        order.quiet = Judgement({use.id: use for use in told})
    quiet: Judgement = order.quiet
    return quiet


def _ask(state: KeyedState, case: OrderCase, judgement: Judgement) -> None:
    """Ask when the couriers were silent of which no delivery is known. Of a return number its own row asks."""
    for number, courier, since_ms, until_ms in feed_questions(case):
        if case.is_asked(number):
            asked = CourierAsked(0, True, courier, case.buyer_id, number, since_ms, state.network, until_ms)
            judgement.conclusions[asked.internal_id] = Conclusion(asked.internal_id, courier, since_ms, asked)


def _uses(state: KeyedState, order: OrderView) -> Iterator[Conclusion]:
    """What the order and its refunds make of waybill numbers."""
    yield from _outbound(state, order)
    for refund in order.refunds.values():
        if sends_goods(refund):
            if refund.uses is None:
                refund.uses = tuple(_return_uses(state, order, refund))
            yield from refund.uses


def _outbound(state: KeyedState, order: OrderView) -> Sequence[Conclusion]:
    """What the order makes of the numbers it was sent under, worked out once until they change."""
    if order.sent and order.outbound is None:
        order.outbound = [_outbound_use(state, order, sent) for sent in order.sent.values()]
    return order.outbound or ()


def _sales(state: KeyedState, order: OrderView) -> tuple[Conclusion, ...]:
    """What the order shows of what its shop sells, worked out once until its lines change."""
    if order.sales is None:
        order.sales = tuple([_told(use) for use in sales_of(state, order)])
    sales: tuple[Conclusion, ...] = order.sales
    return sales


def _shown(told: Iterable[AttributeUsed]) -> Iterator[Conclusion]:
    for use in told:
        yield _told(use)


def _told(use: AttributeUsed) -> Conclusion:
    return Conclusion(use.internal_id, use.attribute, use.occurred_at, use)


def _outbound_use(state: KeyedState, order: OrderView, sent: Sent) -> Conclusion:
    named = sent.named
    use = WaybillUsed(
        0, True, sent.waybill_no, "outbound", named.occurred_at, named.event_id, named.platform,
        state.id, named.shop_id, order.order_id, None, sent.carrier, network=state.network,
        address_hashes=tuple(sorted(order.address_hashes)),
    )  # fmt: skip
    return Conclusion(use.internal_id, use.waybill_no, use.occurred_at, use)


def _return_uses(state: KeyedState, order: OrderView, refund: RefundView) -> Iterator[Conclusion]:
    """Every number the refund ever named: whether one that was replaced travels is asked as well (F7)."""
    for number, named in refund.named.items():
        is_replaced = number != refund.waybill_no
        use = WaybillUsed(
            0, True, number, "return", named.occurred_at, named.event_id, named.platform,
            state.id, refund.shop_id, order.order_id, refund.refund_id, refund.carrier_of(number),
            refund.is_offline_number(number), is_replaced, state.network,
        )  # fmt: skip
        yield Conclusion(use.internal_id, number, use.occurred_at, use)


def _index(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
    """An attribute that is shown for the first time is told of with the links."""
    name = row.name
    if state.memo is not None:
        state.memo.note(name)
    index: BuyerIndex = state.index
    note_name(index, name)
    kinds = row.kinds
    if not kinds <= index.kinds:
        index.add_kinds(row)
    asked: Iterable[str] = ()
    if type(fact) is ev.OrderChanged:
        if index.add_order(fact, row):
            asked = (state.letters["links"],)
        began = index.began.get(name)
        if (began is None or began > fact.occurred_at) and (beside := index.begin(name, fact.occurred_at)):
            # Which orders the complaints are about that name none may have changed.
            asked = (*asked, *_rows(state, beside))
    elif type(fact) is ev.ComplaintChanged:
        other = index.add_complaint(fact, name)
        asked = _rows(state, () if other is None else (other,))
    else:
        if type(fact) is ev.RefundChanged:
            index.add_refund(fact)
        if type(fact) is ev.ReturnInspected:
            index.add_inspection(fact)
        index.note_dealing(fact)
    if ev.ReturnInspected not in kinds or not tells_of_goods(fact):
        return asked
    return (*asked, *_no_longer_mixed(state, row))


def _no_longer_mixed(state: KeyedState, row: Row) -> list[str]:
    """The rows of the returns that may have been mixed up with those of an order, until what came just now."""
    index: BuyerIndex = state.index
    beside = index.mix_up(row.name, doubtful_goods(view_of(row)))
    return [state.row_id("parcel", unit) for name in beside for unit in index.units_by_order.get(name, ())]


def _rows(state: KeyedState, names: Iterable[str]) -> list[str]:
    return [state.row_id("order", name) for name in names]


def _with_refunds_of(state: KeyedState, number: str) -> Iterable[str]:
    """The orders with refunds that ever named a number."""
    index: BuyerIndex = state.index
    return [name for name in index.orders_by_number.get(number, ()) if name in index.units_by_order]


def _numbers_of(state: KeyedState, name: str) -> Iterable[str]:
    """Every number that the order or its refunds ever named."""
    row = state.row("order", name)
    index: BuyerIndex = state.index
    return {*(view_of(row).sent if row is not None else ()), *index.units_by_order.get(name, ())}


def _has_refunds(state: KeyedState, name: str) -> bool:
    del name
    index: BuyerIndex = state.index
    return bool(index.units_by_order)


def _beside(state: KeyedState, name: str) -> Iterable[str]:
    """The orders whose refunds rest on this one too: those that share a number, those of claims of wrong goods."""
    index: BuyerIndex = state.index
    sharing = orders_sharing(state, (name,)) & index.units_by_order.keys()
    return {*sharing, *claimed_beside(state, name)} if index.claimed_orders else sharing


def _has_claimed(state: KeyedState, name: str) -> bool:
    del name
    index: BuyerIndex = state.index
    return bool(index.claimed_orders)


def _claimed(state: KeyedState, name: str) -> Iterable[str]:
    """Whether others order there what came back is reported with the links."""
    del name
    index: BuyerIndex = state.index
    return index.claimed_orders


def _is_needed(state: KeyedState, row: Row, horizon_ms: int) -> bool:
    """A tag reads its order's contacts, alerts and what follows: such an order stays while there is any newer one.

    So does one whose alert was answered while the answer is held: it must not look as if it had been about nothing. And
    one that a complaint names of which something was said since without naming it.
    """
    if is_answered(state, row, horizon_ms) or any(word.occurred_at >= horizon_ms for word in loose_words(state, row)):
        return True
    tags, order_id = state.row("tags"), unscoped(row.name)[1]
    # A shop's tag, or complaint, of an order of another shop is told that it is not its own.
    if tags is None or all(request.order_id != order_id for request in tags.facts.values()):
        return any(other.newest_ms >= horizon_ms for other in namesakes(state, order_id))
    return any(other.newest_ms >= horizon_ms for other in state.rows_of("order", "tags"))


ORDER = RowKind(
    name="order",
    letter="o",
    judge=_judge,
    holds=(
        Holds(ev.OrderChanged, name=_name),
        Holds(ev.RefundChanged, name=_name),
        Holds(ev.ReturnInspected, name=_name),
        Holds(ev.ReviewPosted, name=_name),
        Holds(ev.ComplaintChanged, name=_name),
        Holds(ev.BuyerContacted, name=_name),
        Holds(ev.InsuranceChanged, name=_name),
        Holds(disputes.ChargebackChanged, name=_name),
        Holds(SkuOwned, name=_name, identity=INTERNAL_ID),
    ),
    tells=(WaybillUsed, CourierAsked, AttributeUsed, Alert, Label),
    reads=(
        Reads("parcel", readers=_with_refunds_of, rows=_numbers_of),
        Reads("order", when=_has_refunds, readers=_beside, rows=lambda state, name: names_beside(state, (name,))),
        # Whom a word concerns that names no order is asked as it comes.
        Reads("buyer", readers=lambda _state, _name: (), rows=lambda _state, _name: ("",)),
        Reads("links", when=_has_claimed, readers=_claimed, rows=lambda _state, _name: ("",)),
    ),
    index=_index,
    is_needed=_is_needed,
)
