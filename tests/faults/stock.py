"""``python -m tests.faults.stock --keep FILE``: the naive Faust app under the same faults, counted the same way.

It counts the orders of each buyer in a Faust table, as Faust's documentation shows it. Each order comes once. In the
end the last record of each buyer in the table's changelog is compared with how many orders the buyer has.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.rungs.naive import CHANGELOG, NAME
from cloudtag.cli.demo.offsets import Offsets
from cloudtag.cli.kafka import read_to_end, sender
from cloudtag.config import Config
from cloudtag.contract.events import OrderChanged
from cloudtag.local.child import Child
from cloudtag.local.kafka import Kafka
from cloudtag.simulate import Profile, simulate
from streams.kafka import topics
from tests.faults import results
from tests.faults.orders import Order, Orders
from tests.faults.points import ORDERS
from tests.faults.system import Servers
from tests.streams.probe import is_frozen

FAULTS = ("none", "kill", "stop", "freeze", "refuse", "cut", "broker restart")
EVENTS, PARTITIONS, ROUNDS, STRUCK_AT = 6_000, 2, 2, 400
PATIENCE_SECONDS = 60.0
"""An app of which nothing has moved for so long is taken for one that will not go on."""


class Counted(msgspec.Struct):
    """What came of one fault."""

    tries: int
    """How often it struck."""
    orders: int
    lost: int
    """Orders that are not counted."""
    extra: int
    """Orders that are counted a second time."""
    wrong: int
    """Buyers whose count is not right."""
    is_stuck: bool
    seconds: list[float]


class Stock:
    """One app, its topic and its process."""

    def __init__(self, kafka: Kafka, directory: Path) -> None:
        self._kafka, self._directory = kafka, directory
        prefix = f"stock{uuid.uuid4().hex[:6]}-"
        environ = {"KAFKA": kafka.bootstrap, "CLOUDTAG_TOPIC_PREFIX": prefix, "CLOUDTAG_PARTITIONS": str(PARTITIONS)}
        self.config = Config.read(environ)
        self.children: list[Child] = []
        self.asleep: list[Child] = []
        self.orders = Orders(directory / "none")
        self.sent = 0

    def begin(self, orders: Sequence[Order] = ()) -> None:
        """Start the app, or another one beside it."""
        number = len(self.children)
        self.orders = Orders(self._directory / f"{number}.orders")
        self.orders.give(list(orders))
        topic, place = self.config.topic("orders"), self._directory / f"d{number}"
        words = [self._kafka.bootstrap, topic, str(PARTITIONS), str(place)]
        environ = {**os.environ, ORDERS: str(self._directory / f"{number}.orders")}
        command = [sys.executable, "-m", "tests.faults.stock_app", *words]
        self.children.append(Child(command, self._directory / f"{number}.log", environ))

    async def send(self, events: Sequence[Any]) -> None:
        """Publish orders."""
        async with sender(self.config) as out:
            for event in events:
                await out.send(event)
        self.sent += len(events)

    @property
    def struck(self) -> int:
        """How often a fault has struck the app."""
        return sum(len(Orders(self._directory / f"{n}.orders").struck) for n in range(len(self.children)))

    def tend(self) -> None:
        """Start again what has ended, and another beside what is frozen."""
        child = self.children[-1]
        if not child.is_running:
            self.begin()
        elif is_frozen(child.pid):
            self.asleep.append(child)
            self.begin()

    async def settled(self) -> bool:
        """Wait until the app has committed everything; false where it does not go on."""
        done, moved_at = -1, time.monotonic()
        async with Offsets(self.config) as offsets:
            while time.monotonic() - moved_at < PATIENCE_SECONDS:
                self.tend()
                found = sum((await offsets.committed(NAME, ["orders"])).values())
                if found >= self.sent:
                    return True
                if found != done:
                    done, moved_at = found, time.monotonic()
                await asyncio.sleep(0.2)
        return False

    async def counts(self) -> Counter[str]:
        """What the changelog says of each buyer in the end."""
        found = Counter[str]()
        async for record in read_to_end(self.config, [CHANGELOG]):
            key = record.key.decode().strip('"')
            found[key] = msgspec.json.decode(record.value) if record.value else 0
        return found


async def strike(stock: Stock, servers: Servers, fault: str, events: Sequence[Any]) -> Counted:
    """Let the app count orders while the fault strikes it, twice."""
    made = Counted(0, len(events), 0, 0, 0, False, [])
    await topics.create(stock.config)
    stock.begin()
    for number in range(ROUNDS):
        if fault not in ("none", "broker restart"):
            stock.orders.give([Order(fault, 0, "before", "changelog", STRUCK_AT)])
        await stock.send(events[number * len(events) // ROUNDS : (number + 1) * len(events) // ROUNDS])
        if fault == "broker restart":
            await asyncio.to_thread(servers.restart, "broker")
        begun = time.monotonic()
        made.is_stuck = not await stock.settled() or made.is_stuck
        made.seconds.append(round(time.monotonic() - begun, 1))
        for child in stock.asleep:
            child.resume()
    for child in stock.children:
        await asyncio.to_thread(child.stop)
    made.tries = ROUNDS if fault == "broker restart" else stock.struck
    truth, found = Counter(event.buyer_id for event in events), await stock.counts()
    made.lost, made.extra = (truth - found).total(), (found - truth).total()
    made.wrong = sum(truth[buyer] != found[buyer] for buyer in truth.keys() | found.keys())
    return made


def main() -> int:
    """Strike."""
    parser = argparse.ArgumentParser(prog="tests.faults.stock")
    parser.add_argument("faults", nargs="*", default=FAULTS)
    parser.add_argument("--keep", type=Path, help="add it to the raw results in this file")
    asked = parser.parse_args()
    events = [event for event in simulate(Profile(events=EVENTS, seed=7)).events() if isinstance(event, OrderChanged)]
    for fault in asked.faults:
        # A node for each: the app's name, and with it its group and its changelog, is always the same.
        with tempfile.TemporaryDirectory(prefix="cloudtag-stock-") as directory, Kafka(f"{directory}/kafka") as kafka:
            stock = Stock(kafka, Path(directory))
            servers = Servers(kafka, None)  # type: ignore[arg-type]
            counted = asyncio.run(strike(stock, servers, fault, events))
        sys.stdout.write(f"{fault}: {counted}\n")
        sys.stdout.flush()
        if asked.keep:
            results.put(asked.keep, "stock", fault, msgspec.to_builtins(counted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
