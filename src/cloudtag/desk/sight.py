"""What a viewer may see, as conditions in SQL; `serving.sight` has the same for single records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudtag.contract.scope import NETWORKS
from cloudtag.serving.viewers import ShopRef, Viewer


def _network() -> str:
    names = ", ".join(f"'{name}'" for name in sorted(NETWORKS))
    homes = ", ".join(f"'{NETWORKS[name]}'" for name in sorted(NETWORKS))
    return f"transform(lower(platform), [{names}], [{homes}], lower(platform))"


NETWORK = _network()
"""The network of a row's platform."""
SHOP = "shop_id = {shop}"
ALERT = "(shop_id = {shop} OR has(orders_shop_ids, {shop}))"
CONFIRMATION = "has(shop_ids, {shop})"
RECORD = "has(shop_ids, {shop})"
CONSEQUENCE = "(if(subject_kind = 'shop', subject_id, shop_id) = {shop})"
LABEL = "(shop_id = {shop} OR answered_by_shop_id = {shop})"
"""How rows of each kind name the shop they belong to."""

SightCondition = tuple[str, dict[str, Any]]
"""A condition in SQL and its parameters."""


def in_sight(viewer: Viewer, how: str = SHOP) -> SightCondition:
    """What holds for the rows that a viewer may see. `how` a row names its shop."""
    if viewer.role != "shop":
        if not viewer.networks:
            return "1", {}
        return f"{NETWORK} IN {{networks:Array(String)}}", {"networks": sorted(viewer.networks)}
    parts, values = list[str](), dict[str, Any]()
    for n, shop in enumerate(sorted(viewer.shops)):
        values |= {f"network_{n}": shop.network, f"shop_{n}": shop.shop_id}
        which = how.replace("{shop}", f"{{shop_{n}:String}}")
        parts.append(f"({NETWORK} = {{network_{n}:String}} AND {which})")
    return (f"({' OR '.join(parts)})", values) if parts else ("0", {})


def own_shop(viewer: Viewer, alert: Mapping[str, Any]) -> ShopRef | None:
    """The first of a viewer's shops that an alert, as a row of the warehouse, is about."""
    about = {alert["shop_id"], *alert["orders_shop_ids"]}
    network = NETWORKS[alert["platform"]]
    return next((s for s in sorted(viewer.shops) if s.network == network and s.shop_id in about), None)
