"""The whole pipeline under faults: worker, sink, broker and warehouse, started again as an orchestrator would."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiokafka.errors import KafkaError

from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child
from cloudtag.local.kafka import Kafka
from cloudtag.local.warehouse import Warehouse
from tests.faults.orders import Order, Orders
from tests.faults.points import ORDERS, WITHOUT
from tests.faults.schedule import OVER, POINTS, SERVERS, Fault
from tests.integration.installation import Installation
from tests.streams.probe import is_frozen
from tests.warehouse.witness import witness

WITNESSED = ("alerts", "consequences", "logistics", "orders")
"""The tables of which every insert is counted."""
MOVED = 50
"""So many records more have been published when a server is struck."""


@dataclass(frozen=True)
class Servers:
    """What a schedule may strike besides worker and sink."""

    broker: Tansu | Kafka
    warehouse: Warehouse

    def freeze(self, name: str, signal_number: signal.Signals) -> None:
        """Freeze a server, or let it go on."""
        pid = getattr(self, name).pid
        assert pid is not None
        os.kill(pid, signal_number)

    def restart(self, name: str) -> None:
        """``kill -9``, and start it again on what it kept."""
        server = self.warehouse if name == "warehouse" else self.broker
        assert isinstance(server, Kafka | Warehouse), "the embedded broker keeps nothing"
        server.kill()
        server.start()


@dataclass
class Role:
    """A worker or a sink: the process that does the work now, and those that are frozen."""

    child: Child
    orders: Orders
    data: str
    faults: Sequence[Fault] = ()
    """Those of the round, in the order in which they are to strike."""
    asleep: list[Child] = field(default_factory=list)
    is_full: bool = False

    def give(self) -> None:
        """Tell the process of them."""
        self.orders.give([Order(f.kind, f.amount, f.moment, f.point, f.count) for f in self.faults])


class System(Installation):
    """Use as ``async with``. What was struck is started again; whatever else ends by itself is a failure."""

    def __init__(self, servers: Servers, directory: Path, store: str, without: str = "") -> None:
        url = servers.warehouse.url
        more = {"store": store, "partitions": "2", "batch_records": "100"}
        super().__init__(servers.broker.bootstrap, directory, url, **more)
        self._servers, self._place, self._without = servers, directory, without
        self._roles: dict[str, Role] = {}
        self.struck: list[tuple[Fault, int | None]] = []
        """With how many records were under way in a process that was struck."""
        self._over_at = 0.0
        """When the last fault was over, in wall time."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        client = self._client()
        for table in WITNESSED:
            for statement in witness(self.database, table):
                await asyncio.to_thread(client.command, statement)
        self.wait_for_sink()
        self._roles = {name: self._begin(name, name) for name in POINTS}
        return self

    async def round(self, number: int, faults: Iterable[Fault], events: Iterable[Any]) -> float:
        """Send events while the faults of a round strike; returns how long after the last of them all was stored."""
        mine = [fault for fault in faults if fault.round == number]
        for name, role in self._roles.items():
            role.faults = [fault for fault in mine if fault.victim == name]
            role.give()
        self._over_at, seen = time.time(), self.watch.counts.total()
        sending = asyncio.create_task(self.send(events))
        for fault in mine:
            if fault.victim in SERVERS:
                await self.until(lambda: self.watch.counts.total() > seen + MOVED, "something is published")
                await self._strike_server(fault)
        await sending
        await self.settled()
        seconds = time.time() - self._over_at
        # One that was asked to stop may have finished everything and not be gone.
        await self.until(lambda: not any(map(_is_ending, self._roles.values())), "whoever was struck is replaced")
        self._let_go()
        return seconds

    async def settled(self) -> None:
        """Wait until everything is judged and stored, also by a broker that has just come back."""
        while True:
            try:
                return await super().settled()
            except (KafkaError, OSError):
                await asyncio.sleep(0.2)

    def check(self) -> None:
        """Start again what a fault has ended, and another beside what is frozen. Fails when a process has ended by
        itself."""
        for name, role in self._roles.items():
            struck = role.orders.struck
            if not role.child.is_running:
                if not struck or struck[-1].kind not in OVER:
                    raise AssertionError(f"a {name} ended by itself: {role.child.log_tail(30)}")
                self._replace(name, role, role.data)
            elif is_frozen(role.child.pid):
                role.asleep.append(role.child)
                self._replace(name, role, f"{role.data}-heir")
            elif _is_full(struck) and not role.is_full and "is paused (store)" in role.child.log.read_text():
                self._make_room(role)

    async def _strike_server(self, fault: Fault) -> None:
        if fault.kind == "restart":
            await asyncio.to_thread(self._servers.restart, fault.victim)
        else:
            loop = asyncio.get_running_loop()
            until = loop.time() + fault.amount
            self._servers.freeze(fault.victim, signal.SIGSTOP)
            try:
                await self.until(lambda: loop.time() > until, "it has been frozen for so long")
            finally:
                self._servers.freeze(fault.victim, signal.SIGCONT)
        self.struck.append((fault, None))
        self._over_at = max(self._over_at, time.time())

    def _begin(self, name: str, data: str) -> Role:
        number = len(self.children)
        path = self._place / f"{number}.orders"
        without = {WITHOUT: self._without} if self._without else {}
        child = self.start(name, module="tests.faults.victim", data=data, **{ORDERS: str(path)}, **without)
        return Role(child, Orders(path), data)

    def _replace(self, name: str, role: Role, data: str) -> None:
        """Another process in the place of one; what has not struck that is for its heir."""
        self._note(role)
        role.orders.give([])
        self.gone.append(role.child)
        fresh = self._begin(name, data)
        role.child, role.orders, role.data, role.is_full = fresh.child, fresh.orders, data, False
        role.give()

    def _note(self, role: Role) -> None:
        """Keep what has struck a process."""
        struck = role.orders.struck
        count = len(struck)
        if count:
            self.struck += zip(role.faults, [order.under_way for order in struck], strict=False)
            self._over_at = max(self._over_at, role.orders.done_path.stat().st_mtime)
            role.orders.done_path.unlink()
        role.faults = role.faults[count:]

    def _make_room(self, role: Role) -> None:
        endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(role.child.pid, resource.RLIMIT_FSIZE, endless)
        role.is_full, self._over_at = True, time.time()

    def _let_go(self) -> None:
        """The round is over: what has not struck by now does not, and who was frozen goes on."""
        for role in self._roles.values():
            role.orders.give([])
            if _is_full(role.orders.struck):
                self._make_room(role)
            self._note(role)
            role.is_full = False
            for child in role.asleep:
                child.resume()
            role.asleep.clear()


def _is_ending(role: Role) -> bool:
    return any(order.kind in OVER for order in role.orders.struck[-1:])


def _is_full(struck: Iterable[Order]) -> bool:
    return any(order.kind == "full" for order in struck)
