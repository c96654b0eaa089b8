"""The fixes that the promise rests on, each of which can be taken out: then a schedule must find what is wrong."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.schedule import Schedule


@dataclass(frozen=True)
class Fix:
    """What is taken out, in words and in a running process, and the schedule that must notice."""

    what: str
    instead: str
    take_out: Callable[[], None]
    schedule: Schedule


def _goes_on_with_the_old_core() -> None:
    from streams.worker.runner import Runner

    async def nothing(runner: Runner, task: Any) -> None:
        del runner, task

    Runner._renew = nothing  # type: ignore[method-assign, assignment]


def _reads_whatever_comes() -> None:
    from cloudtag.changelog.reading import LogReader
    from cloudtag.changelog.writing import Found, LogWriter

    take = LogReader.take

    def unfenced(reader: LogReader, record: Any) -> None:
        reader.epoch = -1
        take(reader, record)

    def nobody(writer: LogWriter, *_: Any) -> Found:
        del writer
        return Found({}, set(), set())

    LogReader.take = unfenced  # type: ignore[method-assign, assignment]
    LogWriter.judge = nobody  # type: ignore[method-assign, assignment]


def _does_not_wait_for_the_broker() -> None:
    from streams.worker.outbox import Outbox

    publish, under_way = Outbox.publish, set[asyncio.Task[None]]()

    def ended(sending: asyncio.Task[None]) -> None:
        under_way.discard(sending)
        sending.exception()

    async def later(outbox: Outbox, outputs: Any, records: Any) -> None:
        sending = asyncio.create_task(publish(outbox, outputs, records))
        under_way.add(sending)
        sending.add_done_callback(ended)

    Outbox.publish = later  # type: ignore[method-assign, assignment]


def _names_no_block_twice() -> None:
    from cloudtag.warehouse.blocks import InsertBatch

    InsertBatch.token = property(lambda batch: uuid.uuid4().hex)  # type: ignore[assignment, method-assign]


FIXES = {
    "a task whose step failed is opened anew": Fix(
        "a task whose step failed is opened anew over what is durable",
        "the task goes on with the core it had",
        _goes_on_with_the_old_core,
        Schedule.read("7 tansu memory: 1 worker refuse before outputs 1; 1 worker refuse before outputs 2"),
    ),
    "the fence": Fix(
        "epochs: what a replaced owner writes is not read, and it finds out before it publishes",
        "readers take whatever comes, and writers do not look where they landed",
        _reads_whatever_comes,
        Schedule.read(
            "7 tansu memory: 1 worker freeze before changelog 20; 2 worker kill before changelog 1",
        ),
    ),
    "acknowledged once published": Fix(
        "a batch is acknowledged when the broker has its outputs",
        "outputs are sent in the background, and the batch is acknowledged meanwhile",
        _does_not_wait_for_the_broker,
        Schedule.read("7 tansu memory: 1 worker refuse before outputs 1; 1 worker refuse before outputs 2"),
    ),
    "one block, one token": Fix(
        "a block is stored under a token made of where it stands in the log",
        "each try has a token of its own",
        _names_no_block_twice,
        Schedule.read("7 tansu memory: 1 sink kill after insert 6; 2 sink refuse after insert 3"),
    ),
}
