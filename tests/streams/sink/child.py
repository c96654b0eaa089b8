"""A sink as a process of its own, to be killed: `python -m tests.streams.sink.child BOOTSTRAP PREFIX URL DATABASE`.

It says on its standard output what it is about to store and what it stored. With a place and a number behind these it
kills itself there: the so manieth time that it waits at that place with records in hand that are not committed, where
it can have any. With `-` as the place it says where it waits, each place once.
"""

import asyncio
import logging
import os
import signal
import sys
from dataclasses import replace
from typing import Any

import clickhouse_connect

from streams.sink import Sink
from tests.streams.sink.log import Log, sinking
from tests.streams.stepwise import Stepwise, place_of
from tests.warehouse.places import Warehouse

IDLE = {"Sink.run > AIOKafkaConsumer.start"}
"""Where a sink holds nothing yet."""


class Mortal(Stepwise):
    """Drives a sink, which ends at one of the places where it waits."""

    def __init__(self, sink: Sink, place: str, count: int) -> None:
        super().__init__(0, lambda: None)
        self._sink, self._place, self._left, self._seen = sink, place, count, set[str]()

    def due(self, work: Any) -> None:
        """Say where it waits, or end there."""
        place = place_of(work)
        if self._place == "-" and place not in self._seen:
            self._seen.add(place)
            sys.stdout.write(f"waits at {place}\n")
            sys.stdout.flush()
        if place == self._place and (place in IDLE or self._sink._partitions.held_rows or self._sink._uncommitted):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def main(bootstrap: str, prefix: str, url: str, database: str, place: str = "", count: str = "0") -> None:
    """Sink until killed."""
    warehouse = Warehouse(
        lambda: clickhouse_connect.get_client(dsn=url, autogenerate_session_id=False, send_receive_timeout=5), database
    )
    streams = ("alerts", "orders", "labels", "consequences", "dead-letters")
    config = replace(Log(bootstrap, prefix).sink_config(warehouse), streams=streams)
    if not place:
        async with sinking(config):
            await asyncio.Event().wait()
    sink = Sink(config)
    steps = Mortal(sink, place, int(count))
    steps.is_armed = True
    await steps.run(sink.run(asyncio.Event()))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.WARNING)
    logging.getLogger("streams.sink").setLevel(logging.DEBUG)
    asyncio.run(main(*sys.argv[1:]))
