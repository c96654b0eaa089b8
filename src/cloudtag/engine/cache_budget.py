"""How many bytes the decoded keyed states of a process may take, whichever of its tasks have them."""

from __future__ import annotations

from typing import Protocol
from weakref import ref

STATE_BYTES = 512
"""What a keyed state takes besides its rows: its structs and its place in the cache."""
DECODED_FACTOR = 9
"""So many bytes a stored byte takes once it is decoded and judged; measured on simulated events (the facts, what was
published, the index, the views that are made of them), and checked by a test."""
_NEARLY = 16
"""Room is made in good time: as soon as less than one in so many bytes is left."""
_OLD = 8
"""Of what is as old as the oldest there is, but for one in so many of the steps since, all is as good as the oldest."""


class HoldsBytes(Protocol):
    """A cache of the process."""

    @property
    def held_bytes(self) -> int:
        """About how many bytes of memory it takes."""
        ...

    @property
    def oldest(self) -> int | None:
        """In which step of the budget that was used last which was not used for longest; None where nothing is held."""
        ...


class CacheBudget:
    """The limit that the caches of a process share.

    What was not used for longest makes room first, whichever cache has it: some tasks need for long what they had,
    others never ask again. But a cache makes room only in its own steps, and the one that has the oldest may have none.
    So where the limit is reached, those make room that are over their share, however young what they hold is.
    """

    def __init__(self, limit_bytes: int = 256 << 20) -> None:
        """`limit_bytes`: of all caches together."""
        self.limit_bytes = limit_bytes
        self.steps = 0
        """How many steps the tasks that share it have taken: the time by which things are old."""
        # A task whose core was replaced is gone with its cache, without anybody saying so.
        self._caches: list[ref[HoldsBytes]] = []

    def join(self, cache: HoldsBytes) -> None:
        """From now on a cache counts."""
        self._caches.append(ref(cache, self._caches.remove))

    @property
    def held_bytes(self) -> int:
        """What all caches take."""
        held_bytes = 0
        # Asked at every step, of dozens. A copy: one of them may go at any moment.
        for known in [*self._caches]:
            if (cache := known()) is not None:
                held_bytes += cache.held_bytes
        return held_bytes

    def stale(self, held_bytes: int) -> tuple[int, int]:
        """How many bytes are to be given up of what was last used before which step, by whichever cache has it;
        `held_bytes`: what all caches take."""
        if len(self._caches) == 1:
            return 0, 0
        excess = held_bytes - (self.limit_bytes - self.limit_bytes // _NEARLY)
        if excess <= 0:
            return 0, 0
        caches = [cache for known in [*self._caches] if (cache := known()) is not None]
        oldest = [step for cache in caches if (step := cache.oldest) is not None]
        age = self.steps - min(oldest, default=self.steps)
        return excess, self.steps - (age - age // _OLD)

    def excess_of(self, cache: HoldsBytes, held_bytes: int) -> int:
        """How many bytes a cache must give up now, given what all take; none while there is room, or while it is within
        its share."""
        over = held_bytes - self.limit_bytes
        return min(over, cache.held_bytes - self.limit_bytes // len(self._caches)) if over > 0 else 0


def weight_of(states: int, stored_bytes: int) -> int:
    """About how much memory so many keyed states take, whose rows have so many bytes where they are stored."""
    return states * STATE_BYTES + stored_bytes * DECODED_FACTOR
