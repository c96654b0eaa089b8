"""How many bytes the decoded keyed states of a process may take, whichever of its tasks have them."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet

STATE_BYTES = 1024
"""What a keyed state takes besides its rows: its structs, its index, its place in the cache."""
DECODED_FACTOR = 9
"""So many bytes a stored byte takes once it is decoded and judged; measured on simulated buyers (the facts, what was
published, the views that are made of them), and checked by a test."""


class HoldsBytes(Protocol):
    """A cache of the process."""

    @property
    def held_bytes(self) -> int:
        """About how many bytes of memory it takes."""
        ...


class CacheBudget:
    """The limit that the caches of a process share. Where it is reached, those make room that are over their share."""

    def __init__(self, limit_bytes: int = 256 << 20) -> None:
        """`limit_bytes`: of all caches together."""
        self.limit_bytes = limit_bytes
        # A task whose core was replaced is gone with its cache, without anybody saying so.
        self._caches: WeakSet[HoldsBytes] = WeakSet()

    def join(self, cache: HoldsBytes) -> None:
        """From now on a cache counts."""
        self._caches.add(cache)

    @property
    def held_bytes(self) -> int:
        """What all caches take."""
        return sum(cache.held_bytes for cache in self._caches)

    def excess_of(self, cache: HoldsBytes) -> int:
        """How many bytes a cache must give up now; none while there is room, or while it is within its share."""
        over = self.held_bytes - self.limit_bytes
        return min(over, cache.held_bytes - self.limit_bytes // len(self._caches)) if over > 0 else 0


def weight_of(states: int, stored_bytes: int) -> int:
    """About how much memory so many keyed states take, whose rows have so many bytes where they are stored."""
    return states * STATE_BYTES + stored_bytes * DECODED_FACTOR
