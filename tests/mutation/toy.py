"""A small module to be mutated: what is asked of it in `toy_cases.py` is not quite enough."""

from __future__ import annotations

from functools import cache

FREE_DAYS = {"short": lambda days: days < 3}


def is_late(at: int, due: int, is_paused: bool = False) -> bool:
    """Held on both sides of each condition."""
    return at > due and not is_paused


def fee(days: int) -> int:
    """Held away from the edge alone."""
    return 5 if days >= 3 else 0


class Shelf:
    """Functions are found wherever they are held: behind a property, a cache."""

    @property
    def is_full(self) -> bool:
        """Reads what is cached."""
        return len(filled(4)) >= 4


@cache
def filled(count: int) -> tuple[int, ...]:
    """Never ends when its condition is forced."""
    found: tuple[int, ...] = ()
    while len(found) != count:
        found = (*found, 1)
    return found


def unused(days: int) -> bool:
    """No test runs it."""
    return days > 1
