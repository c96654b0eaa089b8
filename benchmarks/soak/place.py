"""What is soaked: broker, warehouse, worker and sink, each a process of its own with little memory allowed."""

import asyncio
import os
import re
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import clickhouse_connect

from cloudtag.config import Config
from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child
from cloudtag.local.probe import free_port
from cloudtag.local.warehouse import Warehouse
from cloudtag.warehouse.migrate import migrate
from streams.kafka import topics

LIMITS = {"CACHE_BYTES": 24 << 20, "STORE_BYTES": 16 << 20, "BUFFER_BYTES": 32 << 20}
"""So small that they are reached early: what is not bounded shows beside them."""
_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


class Place:
    """Use as ``with``; every process it started ends with it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.data = directory / "data"
        """Where the worker keeps its rows."""
        self._stack = ExitStack()
        self._ports = {"worker": free_port(), "sink": free_port()}
        self.children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        broker = self._stack.enter_context(Tansu())
        self.warehouse = self._stack.enter_context(Warehouse(self._directory / "warehouse", open_to="everyone"))
        self.environ = {
            "KAFKA": broker.bootstrap,
            "CLICKHOUSE": f"{self.warehouse.url}/soak",
            "CLOUDTAG_PARTITIONS": "4",
            "CLOUDTAG_CLOCK": "data",
            "CLOUDTAG_STORE": "rocksdb",
            "CLOUDTAG_FUTURE_SECONDS": str(100 * 366 * 86_400),
            "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "30",
            "CLOUDTAG_REBALANCE_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_HASH_SECRET": "a secret of this run alone",
            "CLOUDTAG_DATA_DIR": str(self.data),
            **{f"CLOUDTAG_{name}": str(value) for name, value in LIMITS.items()},
        }
        self.config = Config.read(self.environ)
        asyncio.run(topics.create(self.config))
        client = clickhouse_connect.get_client(dsn=f"{self.warehouse.url}/default")
        migrate(client, "soak")
        client.close()
        for name in ("worker", "sink"):
            self.children[name] = self._run(name, "--metrics-port", str(self._ports[name]), "--log-level", "warning")
            self._stack.callback(self.children[name].stop, 30.0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def metrics(self, name: str) -> dict[str, float]:
        """The metrics of a process, each summed over its labels; none while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._ports[name]}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            return {}
        found: dict[str, float] = {}
        for metric, value in _SAMPLE.findall(text):
            found[metric] = found.get(metric, 0.0) + float(value)
        return found

    def check(self) -> None:
        """Raise RuntimeError when a process has ended."""
        for name, child in self.children.items():
            if not child.is_running:
                raise RuntimeError(f"the {name} has ended: {child.log_tail(30)}")

    def _run(self, *command: str) -> Child:
        arguments = [sys.executable, "-m", "cloudtag.cli", *command]
        return Child(arguments, self._directory / f"{command[0]}.log", {**os.environ, **self.environ})
