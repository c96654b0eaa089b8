"""What is known of shops, as every worker holds it: which description was in force when something happened."""

from __future__ import annotations

from bisect import insort

from cloudtag.contract.events import ShopDescribed


class ShopDirectory:
    """Descriptions by shop and event time. A set: order and repeats of `add` do not matter."""

    def __init__(self) -> None:
        """No shops."""
        self._shops: dict[str, list[tuple[int, str, ShopDescribed]]] = {}

    def __len__(self) -> int:
        """How many shops are known."""
        return len(self._shops)

    def add(self, shop: ShopDescribed) -> None:
        """Take in a description; a repeat changes nothing."""
        entry = (shop.occurred_at, shop.event_id, shop)
        held = self._shops.setdefault(shop.shop_id, [])
        if not any(at == entry[0] and event_id == entry[1] for at, event_id, _ in held):
            insort(held, entry, key=lambda e: e[:2])

    def at(self, shop_id: str, occurred_at: int) -> ShopDescribed | None:
        """The description in force at an event time; before the first one, the first."""
        held = self._shops.get(shop_id)
        if not held:
            return None
        known = [shop for at, _, shop in held if at <= occurred_at]
        return known[-1] if known else held[0][2]
