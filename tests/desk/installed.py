"""The desk over a whole installation: what it sends goes to a broker, a worker judges it, and a sink stores it."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from msgspec import Struct

from cloudtag.cli.kafka import sender
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.contract.surfaces import CaseAct
from tests.desk.conftest import DeskWorld, world_of
from tests.desk.stories import story
from tests.integration.installation import Installation


class InstalledPipeline:
    """What `tests.desk.pipeline.Pipeline` does in one process, done by an installation in the loop of another thread.

    An act is published once it is judged and stored, so that the next page shows what followed.
    """

    def __init__(self, place: Installation, loop: asyncio.AbstractEventLoop) -> None:
        self._place, self._loop = place, loop
        self.sent: list[Any] = []
        """What was published by the desk."""
        self.is_down = self.holds = False

    def take(self, events: Sequence[Any]) -> None:
        """Send events as upstream does, let time come as far as the last of them, and wait for what follows."""
        self._begun(self._taken(events, max(event.occurred_at for event in events))).result()

    async def publish(self, events: Sequence[Struct]) -> None:
        """Take what the desk sends."""
        self.sent += events
        await asyncio.wrap_future(self._begun(self._taken(events)))

    def _begun(self, work: Coroutine[Any, Any, None]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _taken(self, events: Sequence[Any], until_ms: int | None = None) -> None:
        are_inputs = [STREAM_OF[type(event)] in INPUTS for event in events]
        async with sender(self._place.config) as out:
            for event, is_input in zip(events, are_inputs, strict=True):
                await (out.send(event) if is_input else out.tell(event))
            if until_ms is not None:
                await out.flush()
                await out.pass_time(until_ms)
        if any(are_inputs):
            await self._place.settled()
        for act in (event for event in events if isinstance(event, CaseAct)):
            stored = f"SELECT count() FROM case_acts WHERE event_id = '{act.event_id}'"
            await self._place.until(lambda sql=stored: self._place.ask(sql) != [(0,)], f"{act.act} is stored")  # type: ignore[misc]


@contextmanager
def installed_world(broker: str, warehouse_url: str, directory: Path) -> Iterator[DeskWorld]:
    """A desk with the tests' stories over worker, sink and broker."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    place = Installation(broker, directory, warehouse_url)
    run(place.__aenter__())
    try:
        place.start("worker")
        place.start_sink()

        def connect() -> Client:
            client = clickhouse_connect.get_client(dsn=warehouse_url, autogenerate_session_id=False)
            client.database = place.database
            return client

        with world_of(connect, place.database, InstalledPipeline(place, loop), story()) as made:
            yield made
    finally:
        run(place.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
