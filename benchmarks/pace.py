"""How fast a machine is just now: tells whether the code or the machine was slow when two pages are compared.

Rented cores share a machine with others': the same loop may take twice as long within minutes.
"""

from __future__ import annotations

import time
from statistics import median

ADDITIONS = 5_000_000
TRIES = 3


def pace_seconds() -> float:
    """The seconds on the clock that so many additions in a loop of Python take, the median of a few tries."""
    return round(median(_once() for _ in range(TRIES)), 3)


def _once() -> float:
    begun, total = time.perf_counter(), 0
    for number in range(ADDITIONS):
        total += number
    return time.perf_counter() - begun


def told(paces: list[float]) -> str:
    """In words, of a machine that was asked before each part and after the last; nothing where it was not asked."""
    if not paces:
        return ""
    return (
        f"\nFive million additions in a loop of Python took {min(paces):.2f} to {max(paces):.2f} s on the machine "
        f"(asked {len(paces)} times,\nbefore each part and after the last; median {median(paces):.2f}): by that its "
        "absolute figures can be set beside others'."
    )
