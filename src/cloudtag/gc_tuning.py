"""Python's collector of circular garbage: state here is large, lives long and forms no circles, so it finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


def collect_rarely() -> None:
    """For a process that runs on and on: look through what lives long only now and then.

    What is new is looked through a little at a time, some milliseconds each: everything stands still meanwhile.
    """
    gc.set_threshold(10_000, 20, 500)


class UncollectedDict(dict[_K, _V]):
    """A dict that `collect_briefly` takes out of the collector's sight though it is empty then: a plain one comes into
    it with its first entry, and is gone through from end to end ever after."""

    __slots__ = ()


def collect_briefly() -> None:
    """For a process that answers within milliseconds: look through little at a time, and never through what is there.

    To be called once what lives as long as the process does is there. It stops everything for half a millisecond at a
    time, as long as what is kept from then on is of types that it does not look at: structs with `gc=False`, and
    tuples and dicts of texts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 20, 50)


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
