"""What an order event shows of its buyer: the attributes by which buyers are linked (F11)."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from cloudtag.contract.events import OrderChanged

ATTRIBUTES = (
    ("address", "address_hash"),
    ("phone", "phone_hash"),
    ("device", "device_hash"),
    ("payment", "payment_hash"),
    ("area", "address_area"),
)
"""Kinds of identifying attributes and the order fields that carry them."""


ShownValues = tuple[str | None, ...]
"""The values of an order event's attributes in their order, the area's last, and behind it the shop it belongs to."""
shown_by: Callable[[OrderChanged], ShownValues] = attrgetter(*(field for _, field in ATTRIBUTES), "shop_id")
NOTHING_SHOWN: ShownValues = (*(None for _ in ATTRIBUTES), None)
NO_VALUES = NOTHING_SHOWN[:-1]
"""What an event shows that names none of the attributes, whatever its shop."""
_KINDS = tuple(kind for kind, _ in ATTRIBUTES[:-1])


def attributes_in(shown: ShownValues, but: ShownValues = NOTHING_SHOWN) -> list[str]:
    """The attributes that an order event shows, as `kind:value`, those left out that another one shows as well.

    An area is one shop's: many people live in it.
    """
    found = [
        f"{kind}:{value}"
        for kind, value, other in zip(_KINDS, shown, but, strict=False)
        if value is not None and value != other
    ]
    area, shop_id = own = shown[-2:]
    if area is not None and own != but[-2:]:
        found.append(f"area:{shop_id}/{area}")
    return found


def attributes_of(order: OrderChanged) -> list[str]:
    """What an order event shows of its buyer."""
    return attributes_in(shown_by(order))
