"""Which goods refunds are to bring back (F9), counted by the articles they consist of: a set by its components.

Some shops book what they find by the item of an order's line in place of the sku: it is another name of that article.
Never more than was ordered; nothing for a refund that sends no goods; for one by amount alone the pieces it pays for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cloudtag.contract.types import Goods, OrderLine
from cloudtag.detection.once import once_of_changes, once_of_refund
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView, type_at, was_given_up

Pieces = Counter[str]
"""So many pieces by article."""
_NO_GOODS = ("refund_only", "postage")
_SETTLED = ("agreed", "completed")
_LEFT = ("partly_shipped", "shipped", "completed")


class Expected(NamedTuple):
    """`total` pieces are to come back, among those in `goods`; which are not known where that is empty."""

    total: int
    goods: Pieces


NOTHING = Expected(0, Counter())


def count_pieces(
    goods: Iterable[Goods | OrderLine], orders: Iterable[OrderView] = (), sought: Container[str] = ()
) -> Pieces:
    """The pieces of goods; what the orders sold as a set counts by its components.

    Of several articles that are one item those `sought` are meant first.
    """
    lines = [line for order in orders for line in order.lines]
    if not any(line.components or line.item_id is not None for line in lines):
        return _plain(goods)
    sets = {line.sku_id: line.components for line in lines if line.components}
    # Reckoned in a plain dict: a Counter is several times slower, and this is asked very often.
    pieces: dict[str, int] = {}
    for sku_id, quantity in _by_article(goods, lines, sought):
        for part in sets.get(sku_id, ()):
            pieces[part.sku_id] = pieces.get(part.sku_id, 0) + part.quantity * quantity
        if sku_id not in sets:
            pieces[sku_id] = pieces.get(sku_id, 0) + quantity
    return _counted(pieces)


def _counted(pieces: Mapping[str, int]) -> Pieces:
    """Those of which there are any. A Counter that is made of others' counts takes them in one by one, in Python."""
    made: Pieces = Counter.__new__(Counter)
    dict.update(made, {sku_id: count for sku_id, count in pieces.items() if count > 0})
    return made


def _plain(goods: Iterable[Goods | OrderLine]) -> Pieces:
    """The pieces of goods that are booked as what they are."""
    pieces: dict[str, int] = {}
    for each in goods:
        pieces[each.sku_id] = pieces.get(each.sku_id, 0) + each.quantity
    return _counted(pieces)


def _by_article(
    goods: Iterable[Goods | OrderLine], lines: Sequence[OrderLine], sought: Container[str]
) -> Iterable[tuple[str, int]]:
    """Articles and pieces of goods, those booked by the item of a line under the line's article.

    An item of several articles fills up their lines one after the other, what is too much goes to the last.
    """
    items = {line.item_id for line in lines if line.item_id is not None}
    if not items:
        return [(each.sku_id, each.quantity) for each in goods]
    items -= {name for line in lines for name in (line.sku_id, *(part.sku_id for part in line.components))}
    found: dict[str, int] = {}
    booked: dict[str, int] = {}
    for each in goods:
        held = booked if each.sku_id in items else found
        held[each.sku_id] = held.get(each.sku_id, 0) + each.quantity
    for item_id, count in booked.items():
        for sku_id, taken in _allotted(count, [line for line in lines if line.item_id == item_id], found, sought):
            found[sku_id] = found.get(sku_id, 0) + taken
    return found.items()


def _allotted(
    count: int, lines: Sequence[OrderLine], found: Mapping[str, int], sought: Container[str]
) -> Iterator[tuple[str, int]]:
    """Pieces of an item by its articles, given what was found of those by their own names."""
    due: dict[str, int] = {}
    for line in sorted(lines, key=lambda line: not any(name in sought for name in _names([line]))):
        due[line.sku_id] = due.get(line.sku_id, 0) + line.quantity
    *first, last = due
    for sku_id in first:
        taken = min(count, max(0, due[sku_id] - found.get(sku_id, 0)))
        yield sku_id, taken
        count -= taken
    yield last, count


def ordered_pieces(order: OrderView) -> Pieces:
    """What was ordered, reckoned once until its lines change: not to be added to."""
    if order.ordered is None:
        order.ordered = count_pieces(order.lines, (order,))
    return order.ordered


@once_of_changes
def ordered_skus(order: OrderView) -> frozenset[str]:
    """The articles of an order: its sets, and what they consist of."""
    return frozenset((*(line.sku_id for line in order.lines), *ordered_pieces(order)))


@once_of_changes
def ever_named(order: OrderView) -> frozenset[str]:
    """The articles that an order ever named, parts of sets and items among them, whatever it holds by now."""
    return _names(line for change in order.changes for line in change.lines)


@once_of_changes
def named_goods(order: OrderView) -> frozenset[str]:
    """By which names goods of an order may be booked: its articles, its sets, and the items of its lines."""
    return _names(order.lines) | ordered_skus(order)


@once_of_changes
def sent_skus(order: OrderView) -> frozenset[str]:
    """The articles of an order since it was sent, and of its parcels: amended, for an exchange, it has had both."""
    left = [event.occurred_at for status in _LEFT if (event := order.first_at.get(status)) is not None]
    named = [change for change in order.changes if change.lines] if left else []
    before = [change for change in named if change.occurred_at <= min(left)]
    lines = [line for change in (*before[-1:], *named[len(before) :]) for line in change.lines]
    packed = [goods.sku_id for sent in order.sent.values() for goods in sent.lines]
    return named_goods(order).union(_names(lines), packed)


def _names(lines: Iterable[OrderLine]) -> frozenset[str]:
    names = {name for line in lines for name in (line.sku_id, line.item_id, *(part.sku_id for part in line.components))}
    return frozenset(name for name in names if name is not None)


@once_of_refund
def expected(order: OrderView, refund: RefundView, at_ms: int | None = None) -> Expected:
    """What a refund is to bring back, by what was in force at a moment (none: now); of one given up, none."""
    is_nothing = type_at(refund, at_ms) in _NO_GOODS or was_given_up(refund, at_ms)
    return NOTHING if is_nothing else claimed(order, refund)


@once_of_refund
def claimed(order: OrderView, refund: RefundView) -> Expected:
    """The goods that a refund is about, whether or not it sends them back.

    Lines that name what was never ordered do not say which of the goods those are. Whatever a return asks for, at least
    one piece is to come.
    """
    ordered = ordered_pieces(order)
    named = count_pieces(refund.lines, (order,))
    if not ordered:
        return Expected(max(1, named.total()), named)
    if named:
        is_known = named.keys() <= ordered.keys()
        return _of(ordered, named & ordered if is_known else ordered, named.total())
    paid_for = _paid_for(order, refund)
    return Expected(ordered.total(), ordered) if paid_for is None else _of(ordered, ordered, paid_for)


def expected_of(order: OrderView, refunds: Sequence[RefundView], elsewhere: Pieces, at_ms: int | None) -> Expected:
    """What several refunds of one order bring back together: never more than was ordered and is not back already.

    One return that is recorded as two refunds brings its goods once. `elsewhere`: what came back in other parcels.
    Pieces of which the shop agreed that they had never come, or paid back before it sent any, do not come back either.
    """
    each = [expected(order, refund, at_ms) for refund in refunds]
    # Reckoning with Counters is slow: of most orders one return is all there is.
    goods = each[0].goods if len(each) == 1 else sum((one.goods for one in each), Counter[str]())
    count = sum([one.total for one in each])
    ordered = ordered_pieces(order)
    if not ordered:
        return Expected(count, goods)
    if not elsewhere and all(refund in refunds for refund in order.refunds.values()):
        # No other refund says that anything never came, or was paid back before.
        return Expected(min(count, ordered.total()), goods if goods is ordered else goods & ordered)
    left = ordered - elsewhere - ((_never_came(order, refunds) + _never_sent(order, refunds)) & ordered)
    return Expected(min(count, left.total()), goods & left)


def _never_came(order: OrderView, refunds: Sequence[RefundView]) -> Pieces:
    """What the shop agreed had been missing from the start, by other refunds of the order that name it."""
    agreed = [
        refund
        for refund in order.refunds.values()
        if refund not in refunds
        and refund.lines
        and (refund.type, refund.status) in (("refund_only", "agreed"), ("refund_only", "completed"))
        and refund.reason in ("short_item", "not_received")
    ]
    return sum((count_pieces(refund.lines, (order,)) for refund in agreed), Counter[str]()) & ordered_pieces(order)


def _never_sent(order: OrderView, refunds: Sequence[RefundView]) -> Pieces:
    """The part that was paid back before the order was sent: by other refunds, that say which pieces they are for."""
    left = [event.occurred_at for status in _LEFT if (event := order.first_at.get(status)) is not None]
    pieces, ordered = Counter[str](), ordered_pieces(order)
    left_ms = min(left, default=0)
    for refund in order.refunds.values():
        if refund in refunds or refund.type != "refund_only" or refund.status not in _SETTLED:
            continue
        is_early = any(c.status in _SETTLED and c.occurred_at < left_ms for c in refund.changes)
        asked = claimed(order, refund)
        if is_early and (refund.lines or len(ordered) == 1) and asked.total < ordered.total():
            pieces += asked.goods if refund.lines else Counter(dict.fromkeys(ordered, asked.total))
    return pieces


def _of(ordered: Pieces, goods: Pieces, count: int) -> Expected:
    return Expected(max(1, min(count, ordered.total())), goods)


def _paid_for(order: OrderView, refund: RefundView) -> int | None:
    """How many pieces the amount asked for pays for, the dearest first; none where that is not known."""
    if refund.amount_minor is None or refund.currency not in (None, order.currency):
        return None
    left, count = refund.amount_minor, 0
    # A gift beside what was paid for is not what the money goes back for.
    is_free = all(line.unit_price_minor <= 0 for line in order.lines)
    for line in sorted(order.lines, key=lambda line: -line.unit_price_minor):
        price = line.unit_price_minor
        units = line.quantity * is_free if price <= 0 else min(line.quantity, max(0, left) // price)
        left -= units * max(0, price)
        count += units * (sum(part.quantity for part in line.components) or 1)
    return count
