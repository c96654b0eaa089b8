"""A sink as a process of its own, to be killed: `python -m tests.streams.sink.child BOOTSTRAP PREFIX URL DATABASE`.

It says on its standard output what it is about to store and what it stored.
"""

import asyncio
import logging
import sys
from dataclasses import replace

import clickhouse_connect

from tests.streams.sink.log import Log, sinking
from tests.warehouse.places import Warehouse


async def main(bootstrap: str, prefix: str, url: str, database: str) -> None:
    """Sink until killed."""
    warehouse = Warehouse(
        lambda: clickhouse_connect.get_client(dsn=url, autogenerate_session_id=False, send_receive_timeout=5), database
    )
    streams = ("alerts", "orders", "labels", "consequences", "dead-letters")
    config = replace(Log(bootstrap, prefix).sink_config(warehouse), streams=streams)
    async with sinking(config):
        await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.WARNING)
    logging.getLogger("streams.sink").setLevel(logging.DEBUG)
    asyncio.run(main(*sys.argv[1:]))
