"""How far apart two buyers used what they share: phones are sold and flats let again (F11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.detection.attributes import attributes_of
from cloudtag.detection.buyer_case import linked
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import together
from cloudtag.detection.windows import DAY_MS

AGING = ("address", "phone")
"""The kinds of attributes that pass to others soonest."""


def used_at(orders: Iterable[OrderView]) -> dict[str, list[int]]:
    """When a buyer's orders showed each attribute."""
    found: dict[str, list[int]] = {}
    for shown in together(orders).each(_shown):
        for attribute, at_ms in shown:
            if attribute in found:
                found[attribute].append(at_ms)
            else:
                found[attribute] = [at_ms]
    return found


def _shown(order: OrderView) -> list[tuple[str, int]]:
    return [(attribute, change.occurred_at) for change in order.changes for attribute in attributes_of(change)]


def gap_ms(own: Sequence[int], use: AttributeUsed) -> int:
    """How far apart two buyers used what they share, where they came closest; 0 while own uses are not known."""
    others = use.used_at or (use.occurred_at,)
    return min((abs(mine - other) for mine in own for other in others), default=0)


def is_near(attribute: str, apart_ms: int, limits_ms: Mapping[bool, int]) -> bool:
    """Whether a link may support a high severity; `limits_ms` by whether its kind is one that ages soonest."""
    return apart_ms <= limits_ms[attribute.partition(":")[0] in AGING]


def limits_ms(short_days: int, long_days: int) -> dict[bool, int]:
    """How far apart uses may lie: of an address or a phone, and of a device or a payment account."""
    return {True: short_days * DAY_MS, False: long_days * DAY_MS}


def lately_linked(
    links: Iterable[LinkReported], orders: Iterable[OrderView], short_days: int, long_days: int
) -> frozenset[str]:
    """The buyers linked by something that both used at nearly one time, as these orders of the buyer's show it."""
    own, limits = used_at(orders), limits_ms(short_days, long_days)
    return frozenset(
        buyer_id
        for buyer_id, uses in linked(links).items()
        if any(is_near(use.attribute, gap_ms(own.get(use.attribute, ()), use), limits) for use in uses)
    )
