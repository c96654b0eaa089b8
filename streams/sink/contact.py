"""The sink's only way to the warehouse: a few connections, each for one call at a time in a thread, and what is known
of the other side.

With a second one the next block is made, and is on its way, while the warehouse works on the one before.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, TypeVar

from cloudtag.warehouse.bisecting_insert import Rejected
from cloudtag.warehouse.blocks import InsertBatch
from cloudtag.warehouse.errors import OutageError
from streams.kafka.backoff import EVERYTHING, Backoffs
from streams.sink.outage_log import OutageLog
from streams.sink.writer import Writer

ASK_SECONDS = 10.0
"""A warehouse of which nothing was heard for so long is asked whether it is there."""
SLOW_SECONDS = 30.0
"""A call that takes longer counts as an outage before it fails."""

P = ParamSpec("P")
R = TypeVar("R")


class Contact:
    """Calls the writers and remembers when the warehouse was last heard of."""

    def __init__(
        self,
        writers: Iterable[Writer],
        gates: Backoffs,
        streams: Iterable[str],
        outages: OutageLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outages = outages
        self._writers = tuple(writers)
        # Whoever was used last goes on: the next connection is made only where one is not enough.
        self._free = asyncio.LifoQueue[Writer]()
        for writer in reversed(self._writers):
            self._free.put_nowait(writer)
        self._gates = gates
        self._streams = tuple(streams)
        self._clock = clock
        self._heard_at: float | None = None
        self._waiting_since: dict[Writer, float] = {}

    async def store(self, batch: InsertBatch) -> list[Rejected]:
        """Store a batch; returns its unstorable rows. Raises `OutageError`."""
        return await self._call(Writer.store, batch)

    async def ask(self) -> None:
        """Ask a warehouse of which nothing was heard for a while: an outage shows although nothing is to be stored."""
        is_known = self._heard_at is not None and self._clock() - self._heard_at < ASK_SECONDS
        if not self._gates.is_open(EVERYTHING) or (is_known and not self._gates.has_failed(EVERYTHING)):
            return
        try:
            await self._call(Writer.ask)
        except OutageError as error:
            self._gates.shut(EVERYTHING)
            self._outages.failed(EVERYTHING, error)
        else:
            self._gates.open(EVERYTHING)
            self._outages.stored(EVERYTHING)

    async def close(self) -> None:
        """Let go of the connections."""
        for writer in self._writers:
            await asyncio.to_thread(writer.close)

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be stored, or nothing of a table; or none."""
        if any(self._clock() - since > SLOW_SECONDS for since in self._waiting_since.values()):
            return "the warehouse does not answer"
        if any(self._gates.has_failed(stream) for stream in self._streams):
            return "inserts are put off: the warehouse cannot store"
        return "the warehouse was not reached yet" if self._heard_at is None else None

    async def _call(self, do: Callable[Concatenate[Writer, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        writer = await self._free.get()
        self._waiting_since[writer] = self._clock()
        try:
            done = await asyncio.to_thread(do, writer, *args, **kwargs)
        finally:
            del self._waiting_since[writer]
            self._free.put_nowait(writer)
        self._heard_at = self._clock()
        return done
