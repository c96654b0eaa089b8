"""Partitions whose records cannot be fetched or read for now: each waits alone, with an alarm, and is tried again.

A corrupt batch, a record no client can take apart, a topic this worker may not read: that partition is not fetched for
a while. A record whose schema is not known because the registry is away: that partition's records stay in the feed.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Set

from faust.types import TP

from streams.kafka.backoff import Backoffs
from streams.transport.partition_buffers import PartitionBuffers

logger = logging.getLogger(__name__)

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
CALM_SECONDS = 5.0
"""A partition that brings nothing goes on when it has been fetched for so long without a fault."""
READING = "reading"
"""One backoff for all that waits for a registry: asking it may take seconds, in which nothing else is done."""


class Outages:
    """``go_on`` is called when something may be tried again; ``report`` when a partition stops, and when it goes on."""

    def __init__(
        self, buffers: PartitionBuffers, go_on: Callable[[], None], report: Callable[[TP, bool], None]
    ) -> None:
        self._feed = buffers
        self._go_on = go_on
        self._report = report
        self._gates = Backoffs(FIRST_SECONDS, LONGEST_SECONDS, time.monotonic)
        self._unfetched: dict[TP, float] = {}
        """When each is fetched again."""
        self._unread: set[TP] = set()
        self._retry: asyncio.TimerHandle | None = None

    def is_out(self, tp: TP) -> bool:
        """Whether a partition's records cannot be fetched or read for now."""
        return tp in self._unfetched or tp in self._unread

    def open_among(self, tps: Set[TP]) -> Set[TP]:
        """Those of the partitions that may be fetched now."""
        if not self._unfetched:
            return tps
        return {tp for tp in tps if tp not in self._unfetched or self._gates.is_open(_name(tp))}

    def fetched(self, brought: Collection[TP], faults: Mapping[TP, Exception]) -> None:
        """These partitions brought records, and these have failed."""
        now = time.monotonic()
        for tp, again_at in list(self._unfetched.items()):
            if tp not in faults and (tp in brought or now > again_at + CALM_SECONDS):
                del self._unfetched[tp]
                self._gates.open(_name(tp))
                self._say_it_goes_on(tp)
        for tp, error in faults.items():
            seconds = self._gates.shut(_name(tp))
            self._unfetched[tp] = now + seconds
            self._alarm(tp, "fetched", seconds, error)
            asyncio.get_running_loop().call_later(seconds, self._go_on)

    def look(self) -> None:
        """See which records cannot be read, and have them tried again later."""
        faults = self._feed.faults()
        for tp in self._unread - faults.keys():
            self._unread.discard(tp)
            self._say_it_goes_on(tp)
        if not faults:
            self._gates.open(READING)
        elif self._retry is None:
            seconds = self._gates.shut(READING)
            for tp, error in faults.items():
                self._alarm(tp, "read", seconds, error)
            self._retry = asyncio.get_running_loop().call_later(seconds, self._read_again)
        self._unread |= faults.keys()

    def forget(self) -> None:
        """Partitions were taken away or sought: what fails still will fail again."""
        for tp in self._unfetched.keys() | self._unread:
            self._report(tp, False)
        self._unfetched.clear()
        self._unread.clear()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _read_again(self) -> None:
        self._retry = None
        self._feed.retry()
        self.look()
        self._go_on()

    def _alarm(self, tp: TP, what: str, seconds: float, error: Exception) -> None:
        self._report(tp, True)
        why = f"{type(error).__name__}: {error}"
        logger.error("%s/%d cannot be %s, next try in %.1f s: %s", tp.topic, tp.partition, what, seconds, why)

    def _say_it_goes_on(self, tp: TP) -> None:
        self._report(tp, False)
        logger.warning("%s/%d goes on", tp.topic, tp.partition)


def _name(tp: TP) -> str:
    return f"{tp.topic}/{tp.partition}"
