"""Buyers who show the same attributes, claim wrong goods, and what each of them is told."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods, OrderLine, OrderStatus
from cloudtag.replay.topology import Topology
from tests.processors.scene import DAY, T0


def links_of(topology: Topology, buyer_id: str) -> dict[str, tuple[AttributeUsed, ...]]:
    row = topology.tasks["buyers"].cache.get(scoped("taobao", buyer_id)).rows.get("l")
    return {f.attribute: f.others for f in row.facts.values() if f.is_held} if row else {}


def order(
    n: int, at: int = T0, shop_id: str = "s1", sku_id: str = "a", status: OrderStatus = "paid", **fields: Any
) -> OrderChanged:
    lines = (OrderLine(sku_id, 1, 900 if sku_id == "a" else 100),)
    return OrderChanged(f"o{n}-{at}", at + n, "taobao", f"o{n}", f"b{n}", shop_id, status, lines=lines, **fields)


def wrong(n: int, came: str, at: int = T0 + DAY, shop_id: str = "s1") -> RefundChanged:
    ids = (f"r{n}", f"o{n}", f"b{n}", shop_id)
    return RefundChanged(
        f"r{n}-{at}", at, "taobao", *ids, "opened", "return_refund", "wrong_item", lines=(Goods(came, 1),)
    )
