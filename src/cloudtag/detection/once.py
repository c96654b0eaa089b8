"""What is made of an order, or of refunds, once until another fact about the order comes; and of a case, once.

Parcels are scanned again and again, and every scan asks the same of the same orders: what a refund is to bring back,
what the shop found. What these functions give is shared and must not be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, Protocol, TypeVar, TypeVarTuple

from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_Refunds = list[tuple[OrderView, RefundView]]
_UNMADE: Any = object()


class HasMade(Protocol):
    """What detectors are shown together."""

    @property
    def made(self) -> dict[Any, Any]:
        """What was made of it so far."""
        ...


_AnyCase = TypeVar("_AnyCase", bound=HasMade)


class Later(Generic[_T]):
    """What is made when it is first asked for, and then held: of most cases nobody asks."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], _T]) -> None:
        """`make`: makes it."""
        self._make, self._made = make, _UNMADE

    def __call__(self) -> _T:
        """What was made."""
        if self._made is _UNMADE:
            self._made = self._make()
        made: _T = self._made
        return made


def once_of_case(make: Callable[[_AnyCase], _T]) -> Callable[[_AnyCase], _T]:
    """A function of a case, asked by several detectors and made once."""

    @wraps(make)
    def made(case: _AnyCase) -> _T:
        found: _T = case.made.get(make, _UNMADE)
        if found is _UNMADE:
            found = case.made[make] = make(case)
        return found

    return made


def once(make: Callable[[OrderView, *_Ts], _T]) -> Callable[[OrderView, *_Ts], _T]:
    """A function of one order and of values that can be told apart, made once for each until the order changes."""

    @wraps(make)
    def made(order: OrderView, *args: *_Ts) -> _T:
        key = (make, *args) if args else make
        found: _T = order.made.get(key, _UNMADE)
        if found is _UNMADE:
            found = make(order, *args)
            order.keep(key, found)
        return found

    return made


def once_of_changes(make: Callable[[OrderView], _T]) -> Callable[[OrderView], _T]:
    """A function of nothing but the events of an order itself, made once until another of those comes.

    What is asked back, found and said of it meanwhile changes nothing of what it holds and where it was sent.
    """

    @wraps(make)
    def made(order: OrderView) -> _T:
        found: _T = order.of_changes.get(make, _UNMADE)
        if found is _UNMADE:
            found = make(order)
            order.keep_of_changes(make, found)
        return found

    return made


def once_of_refund(
    make: Callable[[OrderView, RefundView, *_Ts], _T],
) -> Callable[[OrderView, RefundView, *_Ts], _T]:
    """A function of an order and one of its refunds, made once for each refund until the order changes."""

    @wraps(make)
    def made(order: OrderView, refund: RefundView, *args: *_Ts) -> _T:
        held, key = order.made, (make, refund.refund_id, *args)
        found: _T = held.get(key, _UNMADE)
        if found is _UNMADE:
            found = make(order, refund, *args)
            order.keep(key, found)
        return found

    return made


def once_of_refunds(make: Callable[[_Refunds], _T]) -> Callable[[_Refunds], _T]:
    """A function of refunds with their orders, made once where they are all of one order, as most are."""

    @wraps(make)
    def made(refunds: _Refunds) -> _T:
        if not refunds:
            return make(refunds)
        order, first = refunds[0]
        key: tuple[Any, ...] = make, first.refund_id
        # Mostly there is one.
        if len(refunds) > 1:
            for other, refund in refunds[1:]:
                if other is not order:
                    return make(refunds)
                key = (*key, refund.refund_id)
        found: _T = order.made.get(key, _UNMADE)
        if found is _UNMADE:
            found = make(refunds)
            order.keep(key, found)
        return found

    return made
