"""Which kinds of mess are orders of their own, and which of them an order becomes."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.mess import bookings, deliveries, returns, shops
from cloudtag.simulate.mess.rates import MessRates, shares
from cloudtag.simulate.world import Buyer, Shop

Situation = Callable[[AttackScript, Buyer, Shop, int], None]
"""Plays an honest order of a buyer at a shop, placed at a time."""

OF_ORDERS: dict[str, Situation] = {play.__name__: play for play in (*deliveries.SITUATIONS, *shops.SITUATIONS)}
"""Kinds counted by orders."""
OF_RETURNS: dict[str, Situation] = {play.__name__: play for play in (*returns.SITUATIONS, *bookings.SITUATIONS)}
"""Kinds counted by orders that are sent back."""
RETURNS_PER_ORDER = 0.1
"""Of an honest order's life as `live` plays it (measured)."""


@lru_cache(maxsize=8)
def _programme(rates: MessRates) -> tuple[tuple[str, Situation, float], ...]:
    """Each kind, how it is played, and the sum of its share of orders and those before it."""
    total, found = 0.0, []
    for unit, plays, factor in (("orders", OF_ORDERS, 1.0), ("returns", OF_RETURNS, RETURNS_PER_ORDER)):
        for kind, share in shares(rates, "orders" if unit == "orders" else "returns").items():
            total += share * factor
            found.append((kind, plays[kind], total))
    return tuple(found)


def drawn(rng: random.Random, rates: MessRates) -> tuple[str, Situation] | None:
    """The kind of mess an order meets, with how it is played; mostly none."""
    draw = rng.random()
    for kind, play, total in _programme(rates):
        if draw < total:
            return kind, play
    return None
