"""One installation of the whole pipeline: topics of its own, worker and sink processes, and what they published."""

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import clickhouse_connect

from cloudtag.cli.demo.watch import TopicWatch, worker_reads
from cloudtag.cli.kafka import sender
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.local.child import Child
from streams.kafka import topics
from tests.servers.databases import migrated_database

PATIENCE_SECONDS = 120.0


class Installation:
    """Use as ``async with``; every process it started ends with it."""

    def __init__(self, broker: str, directory: Path, warehouse_url: str | None = None, **settings: str) -> None:
        """`settings` are those of the configuration, as text."""
        name = f"it{uuid.uuid4().hex[:6]}"
        self.environ = {
            "KAFKA": broker,
            "CLOUDTAG_APP_ID": name,
            "CLOUDTAG_TOPIC_PREFIX": f"{name}-",
            "CLOUDTAG_PARTITIONS": "4",
            "CLOUDTAG_CLOCK": "data",
            "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_REBALANCE_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_COMMIT_SECONDS": "0.2",
            "CLOUDTAG_BATCH_RECORDS": "500",
            "CLOUDTAG_HASH_SECRET": "a secret of this test alone",
            **{f"CLOUDTAG_{key.upper()}": value for key, value in settings.items()},
        }
        self._lent, self.database = ExitStack(), ""
        self._warehouse_url = warehouse_url
        if warehouse_url is not None:
            self.database = self._lent.enter_context(migrated_database(self._client))
            self.environ["CLICKHOUSE"] = f"{warehouse_url}/{self.database}"
        self.config = Config.read(self.environ)
        self._directory = directory
        self.children: list[Child] = []
        self.gone: list[Child] = []
        self.groups: dict[str, list[str]] = {name: worker_reads()}

    async def __aenter__(self) -> Self:
        await topics.create(self.config)
        self.watch = await TopicWatch(self.config).__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.watch.__aexit__(None, None, None)
        for child in self.children:
            child.kill()
        await asyncio.to_thread(self._lent.close)

    def start(self, *command: str, module: str = "cloudtag.cli", data: str = "", **more: str) -> Child:
        """Start a command of the program as a process of its own; `data`: the name of its directory, `more`: of its
        environment."""
        number = len(self.children)
        data_dir = str(self._directory / (data or f"data{number}"))
        environ = {**os.environ, **self.environ, "CLOUDTAG_DATA_DIR": data_dir, **more}
        arguments = [sys.executable, "-m", module, *command, "--log-level", "warning"]
        self.children.append(Child(arguments, self._directory / f"{number}-{command[0]}.log", environ))
        return self.children[-1]

    def start_sink(self) -> Child:
        """Start a sink; from then on, settled means stored."""
        self.wait_for_sink()
        return self.start("sink")

    def wait_for_sink(self) -> None:
        """From now on, settled means stored."""
        self.groups[f"{self.config.app_id}-sink"] = [*INPUTS, *OUTPUTS]

    async def send(self, events: Iterable[Any]) -> None:
        """Publish events as upstream does."""
        async with sender(self.config) as out:
            for event in events:
                await out.send(event)

    async def send_bytes(self, stream: str, values: Iterable[bytes]) -> None:
        """Publish whatever bytes."""
        from streams.kafka.producer import OutRecord

        async with sender(self.config) as out:
            for value in values:
                await out.put((self.config.topic(stream), 0), OutRecord(b"key", value))

    async def pass_time(self, time_ms: int) -> None:
        """Move event time on, on every partition."""
        async with sender(self.config) as out:
            await out.pass_time(time_ms)

    async def settled(self) -> None:
        """Wait until everything is judged (and stored)."""
        await self.watch.settled(self.groups, self.check, PATIENCE_SECONDS)

    async def until(self, is_true: Callable[[], bool], what: str) -> None:
        """Wait for a condition, or fail saying what never came about."""
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            if is_true():
                return
            self.check()
            await asyncio.sleep(0.05)
        raise AssertionError(f"never: {what}")

    def check(self) -> None:
        """Fail with its log when a process ended by itself."""
        for child in self.children:
            if not child.is_running and child not in self.gone:
                raise AssertionError(f"a process ended: {child.log_tail(30)}")

    def kill(self, child: Child) -> None:
        """``kill -9``."""
        self.gone.append(child)
        child.kill()

    def stop(self, child: Child) -> None:
        """Ask it to end."""
        self.gone.append(child)
        child.stop(60.0)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The warehouse's answer."""
        return [tuple(row) for row in self._client().query(sql).result_rows]

    def _client(self) -> Any:
        client = clickhouse_connect.get_client(dsn=f"{self._warehouse_url}/default")
        client.database = self.database or None
        return client
