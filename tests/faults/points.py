"""The places inside of a process at which it can be struck: before and after everything it writes, and its awaits.

A process that is to be struck is given a file of orders, one JSON object a line. At each place it looks whether the
first order is about it, and carries it out when it has come there as often as the order says. What it has
carried out it appends to a file beside it, before it does it.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from aiokafka.errors import TopicAuthorizationFailedError

from cloudtag.changelog.records import BID_KEY, OWNER_KEY
from cloudtag.contract.streams import INTERNAL
from cloudtag.warehouse.errors import OutageError
from streams.kafka import producer
from streams.transport.in_flight import InFlightOffsets
from tests.faults.awaits import watch_awaits
from tests.faults.orders import AT, Orders

ORDERS, WITHOUT = "FAULTS_ORDERS", "FAULTS_WITHOUT"
"""What tells a process where its orders are, and which fix is taken out, if any."""
T = TypeVar("T")
Strike = Callable[[str, Any, Any], None]
"""Called `before` and `after` each write, with what it is written to and what is written."""


def watch_writes(strike: Strike) -> None:
    """Have something called before and after each write of cloudtag's own producer."""
    write = producer._write

    async def watched(handle: Any, target: Any, records: Any, packing: Any) -> Any:
        strike("before", target, records)
        written = await write(handle, target, records, packing)
        strike("after", target, records)
        return written

    producer._write = watched  # type: ignore[assignment]


class Struck:
    """Carries out what is ordered of this process."""

    def __init__(self, orders: Orders, rows: Path) -> None:
        """`rows`: where its rows are, of which no file may grow when the disk is full."""
        self._orders, self._rows = orders, rows
        self._under_way: Callable[[], int] = lambda: 0
        self._clock, self._clock_ns, self._ahead = time.time, time.time_ns, 0
        time.time = lambda: self._clock() + self._ahead
        time.time_ns = lambda: self._clock_ns() + self._ahead * 1_000_000_000
        watch_awaits(lambda place: self.at(AT, place))

    def at(self, moment: str, point: str, refusal: Exception | None = None) -> None:
        """Called at a place; `refusal` is raised where something is to be refused."""
        order = self._orders.due(moment, point, self._under_way)
        match order and order.kind:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                os.kill(os.getpid(), signal.SIGTERM)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "refuse":
                assert refusal is not None, "an await refuses nothing"
                raise refusal
            case "cut":
                cut_connections()
            case "clock":
                assert order is not None
                self._ahead = order.amount
            case "full":
                sizes = [path.stat().st_size for path in self._rows.rglob("*") if path.is_file()]
                resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes, default=0), resource.RLIM_INFINITY))

    def in_worker(self) -> None:
        """Be struck as a worker: at its changelog, its outputs, and what its processors tell each other."""

        def strike(moment: str, target: Any, records: Any) -> None:
            # What takes a changelog over comes before the first event is in hand: it is no write of a step.
            if any(record.key in (BID_KEY, OWNER_KEY) for record in records):
                return
            topic = target[0]
            is_internal = topic.endswith(tuple(INTERNAL))
            point = "changelog" if topic.endswith("-state-2") else "internal" if is_internal else "outputs"
            self.at(moment, point, TopicAuthorizationFailedError(topic))

        watch_writes(strike)
        books = made_of(InFlightOffsets)
        self._under_way = lambda: sum(batch.count for one in books for batch in one._outstanding)

    def in_sink(self) -> None:
        """Be struck as a sink: at its inserts and its commits."""
        from aiokafka import AIOKafkaConsumer
        from aiokafka.errors import CommitFailedError

        from cloudtag.cli import sink
        from streams.sink import BatchBoundaries, Sink
        from streams.sink.writer import Writer

        make = sink._sink_config
        # Small blocks, ended soon: more of them to be struck.
        sink._sink_config = lambda config: replace(make(config), rule=BatchBoundaries(size=50, bucket_ms=500))
        store, commit = Writer.store, AIOKafkaConsumer.commit

        def stored(writer: Writer, batch: Any) -> Any:
            self.at("before", "insert", OutageError("refused", is_answered=True))
            rejected = store(writer, batch)
            self.at("after", "insert", OutageError("refused", is_answered=True))
            return rejected

        async def committed(consumer: Any, offsets: Any = None) -> None:
            self.at("before", "commit", CommitFailedError("refused"))
            await commit(consumer, offsets)
            self.at("after", "commit", CommitFailedError("refused"))

        # It waits for what it stands for.
        committed.__code__ = committed.__code__.replace(co_qualname=commit.__qualname__)
        Writer.store = stored  # type: ignore[method-assign, assignment]
        AIOKafkaConsumer.commit = committed
        sinks = made_of(Sink)
        self._under_way = lambda: sum(one._partitions.held_rows + len(one._uncommitted) for one in sinks)


def made_of(kind: type[T]) -> list[T]:
    """All objects of a class that are made from now on."""
    made, begin = list[T](), kind.__init__

    def kept(one: T, *words: Any, **more: Any) -> None:
        begin(one, *words, **more)
        made.append(one)

    kind.__init__ = kept  # type: ignore[method-assign, assignment]
    return made


def cut_connections() -> None:
    """Shut down every TCP connection of this process, as a lost network does once it is found out."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as each:
                if (each.family, each.type) == (socket.AF_INET, socket.SOCK_STREAM):
                    each.shutdown(socket.SHUT_RDWR)
