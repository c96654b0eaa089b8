"""Work, counted: how often a function is called, Python's own and those written in C. The same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

_CALLS = frozenset(("call", "c_call"))


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called while something is done, itself left out.

    Raises ``RuntimeError`` where somebody is counting already.
    """
    if sys.getprofile() is not None:
        raise RuntimeError("calls are being counted already")
    count = 0

    def note(frame: FrameType, event: str, about: Any) -> None:
        nonlocal count
        del frame, about
        if event in _CALLS:
            count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    # The first is `work`, the last what ends the counting.
    return count - 2
