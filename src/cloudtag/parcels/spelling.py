"""Events whose waybill numbers are in the form in which a number is one number: made where events are taken in (F1).

So nothing further in has to ask how a number was typed. A text of which nothing is left is no number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged, ReturnInspected
from cloudtag.parcels.numbers import canonical_number


def with_canonical_numbers(event: Any) -> Any:
    """The event, its waybill numbers in canonical form; the same one where they are, or where it has none.

    A scan of a text that is no number keeps it: a scan is filed under something.
    """
    spell = _SPELL.get(type(event))
    return event if spell is None else spell(event)


NUMBER_FIELD = "waybill_no"
"""The key field whose text is a waybill number."""


def canonical_key(field: str, text: str) -> str:
    """The key that a record belongs to, of the text in its key field: a waybill number in canonical form."""
    return (canonical_number(text) or text) if field == NUMBER_FIELD else text


def key_in_words(field: str) -> str:
    """What a producer must make the key of, as `waybill_no in canonical form`."""
    return f"{field} in canonical form" if field == NUMBER_FIELD else field


def _order(event: OrderChanged) -> OrderChanged:
    named: OrderChanged = _named(event)
    if not named.parcels:
        return named
    parcels = tuple(
        parcel if number == parcel.waybill_no else replace(parcel, waybill_no=number)
        for parcel in named.parcels
        if (number := canonical_number(parcel.waybill_no))
    )
    return named if parcels == named.parcels else replace(named, parcels=parcels)


def _scan(event: ParcelScanned) -> ParcelScanned:
    number = canonical_number(event.waybill_no) or event.waybill_no
    return event if number == event.waybill_no else replace(event, waybill_no=number)


def _named(event: Any) -> Any:
    if event.waybill_no is None:
        return event
    number = canonical_number(event.waybill_no) or None
    return event if number == event.waybill_no else replace(event, waybill_no=number)


_SPELL: Mapping[type[Any], Callable[[Any], Any]] = MappingProxyType(
    {OrderChanged: _order, ParcelScanned: _scan, RefundChanged: _named, ReturnInspected: _named}
)
