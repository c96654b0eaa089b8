"""Python's collector of circular garbage: state here is large, lives long and forms no circles, so it finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def collect_rarely() -> None:
    """For a process that runs on and on: look through what lives long only now and then."""
    gc.set_threshold(50_000, 20, 100)


@contextmanager
def uncollected() -> Iterator[None]:
    """For work that comes to an end, as replay does: do not look at all until it is done."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
