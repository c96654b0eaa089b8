"""What a viewer may see of a record: a shop what is about its own orders, and of a record over several shops its part.

What is left out is left out wholly: a shop learns how many others there are where that is what the record counts, and
nothing that names one of them, an order there, or a buyer who is none of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Consequence, Label, TagConfirmation
from cloudtag.contract.scope import NETWORKS, Networks
from cloudtag.serving.viewers import Viewer

OTHERS = "A pattern over orders at {count} shops was found; what it says of shops other than yours is not shown."
OTHERS_ZH = "在 {count} 家店铺的订单中发现同一模式；涉及其他店铺的内容不予显示。"

_T = TypeVar("_T", bound=Struct)


def seen_by(viewer: Viewer, record: _T, networks: Networks = NETWORKS) -> _T | None:
    """The record as the viewer may see it; none where it is none of theirs."""
    about: Any = record
    network = networks[about.platform]
    if viewer.sees_all_of(network):
        return record
    part = _PARTS.get(type(record))
    if part is not None:
        found: _T | None = part(viewer, network, about)
        return found
    return record if viewer.sees_shop(network, getattr(about, "shop_id", None)) else None


def shops_of(alert: Alert) -> tuple[str, ...]:
    """Every shop that an alert names, once."""
    named = dict.fromkeys(order.shop_id for order in alert.orders)
    return tuple(named if alert.shop_id is None else dict.fromkeys((alert.shop_id, *named)))


def _alert(viewer: Viewer, network: str, alert: Alert) -> Alert | None:
    shops = shops_of(alert)
    own = {shop for shop in shops if viewer.sees_shop(network, shop)}
    if not own:
        return None
    if len(own) == len(shops):
        return alert
    orders = tuple(order for order in alert.orders if order.shop_id in own)
    return replace(
        alert,
        shop_id=alert.shop_id if alert.shop_id in own else None,
        order_ids=tuple(order.order_id for order in orders),
        orders=orders,
        refund_ids=(),
        waybill_nos=(),
        linked_buyer_ids=(),
        evidence=(),
        facts={},
        explanation=OTHERS.format(count=len(shops)),
        explanation_zh=OTHERS_ZH.format(count=len(shops)),
        amount_at_stake_minor=None,
        currency=None,
        withdrawn_by=(),
        withdrawn_because=None,
        withdrawn_because_zh=None,
    )


def _confirmation(viewer: Viewer, network: str, confirmation: TagConfirmation) -> TagConfirmation | None:
    own = tuple(shop for shop in confirmation.shop_ids if viewer.sees_shop(network, shop))
    if not own:
        return None
    if len(own) == len(confirmation.shop_ids):
        return confirmation
    return replace(confirmation, shop_ids=own, tag_ids=(), order_ids=(), alert_ids=())


def _consequence(viewer: Viewer, network: str, consequence: Consequence) -> Consequence | None:
    shop = consequence.subject_id if consequence.subject_kind == "shop" else consequence.shop_id
    return consequence if viewer.sees_shop(network, shop) else None


def _label(viewer: Viewer, network: str, label: Label) -> Label | None:
    """A shop sees its own answers, and those about its own alerts."""
    is_own = any(viewer.sees_shop(network, shop) for shop in (label.shop_id, label.answered_by_shop_id))
    return label if is_own else None


_PARTS: dict[type[Struct], Callable[[Viewer, str, Any], Any]] = {
    Alert: _alert,
    TagConfirmation: _confirmation,
    Consequence: _consequence,
    Label: _label,
}
