"""How far apart two buyers used what they share: phones are sold and flats let again (F11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cloudtag.contract.links import AttributeUsed
from cloudtag.detection.order_view import OrderView, attributes_of

AGING = ("address", "phone")
"""The kinds of attributes that pass to others soonest."""


def used_at(orders: Iterable[OrderView]) -> dict[str, list[int]]:
    """When a buyer's orders showed each attribute."""
    found: dict[str, list[int]] = {}
    for order in orders:
        for change in order.changes:
            for attribute in attributes_of(change):
                found.setdefault(attribute, []).append(change.occurred_at)
    return found


def gap_ms(own: Sequence[int], use: AttributeUsed) -> int:
    """How far apart two buyers used what they share, where they came closest; 0 while own uses are not known."""
    others = use.used_at or (use.occurred_at,)
    return min((abs(mine - other) for mine in own for other in others), default=0)


def is_near(attribute: str, apart_ms: int, limits_ms: Mapping[bool, int]) -> bool:
    """Whether a link may support a high severity; `limits_ms` by whether its kind is one that ages soonest."""
    return apart_ms <= limits_ms[attribute.partition(":")[0] in AGING]
