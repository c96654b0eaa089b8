"""A toy worker that stops where a file says so, and writes down what it fetches and hands out.

`judging` holds the batch in hand, `fetching` every new round of fetches, as a load would that never ends. In `log`
stands, a line each: `round`, a round of fetches begins; `held` and `free`, it may not, or may again; `came N`, so many
records have come; `batch N`, so many are handed out.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from streams.kafka.fetch_pace import FetchPace
from streams.transport.in_flight import Batch, InFlightOffsets
from streams.transport.partition_buffers import PartitionBuffers
from streams.worker.runner import Runner
from tests.streams.toy_worker import main

GATES = "TOY_GATES"
"""Where the files are."""
TOPIC = "abuses"
"""Only what comes by it is written down."""
LOOK_SECONDS = 0.05


def watch(gates: Path) -> None:
    """Have the worker look for the files, and write down what it does."""

    def note(line: str) -> None:
        with (gates / "log").open("a") as log:
            log.write(line + "\n")

    watch_rounds(gates / "fetching", note)
    watch_batches(gates / "judging", note)


def is_input() -> bool:
    """Whether this is the thread that fetches input: changelogs are read in the main one, by clients of their own."""
    return threading.current_thread() is not threading.main_thread()


def watch_rounds(gate: Path, note: Callable[[str], None]) -> None:
    """Rounds of fetches."""
    begin = FetchPace.begin
    # Looked up on the class, a property is itself.
    wait: Callable[[FetchPace], float] = vars(FetchPace)["wait"].fget
    is_held = [False]

    def begun(pace: FetchPace) -> None:
        if is_input():
            note("round")
        begin(pace)

    def paused(pace: FetchPace) -> float:
        if not is_input():
            return wait(pace)
        held = gate.exists()
        if held is not is_held[0]:
            is_held[0] = held
            note("held" if held else "free")
        return LOOK_SECONDS if held else wait(pace)

    replace(FetchPace, begin=begun, wait=property(paused))


def watch_batches(gate: Path, note: Callable[[str], None]) -> None:
    """What comes of a topic, and how it is handed out."""
    add, deliver, judge = PartitionBuffers.add, InFlightOffsets.deliver, Runner._judge

    def came(buffers: PartitionBuffers, tp: Any, records: Any) -> None:
        if tp.topic.endswith(TOPIC):
            note(f"came {len(records)}")
        add(buffers, tp, records)

    def handed(flight: InFlightOffsets, batch: Batch) -> None:
        if count := sum(chunk.count for chunk in batch.chunks if chunk.tp.topic.endswith(TOPIC)):
            note(f"batch {count}")
        deliver(flight, batch)

    async def judged(runner: Runner, task: Any, batch: Batch) -> None:
        while gate.exists():  # noqa: ASYNC110 - another process removes it
            await asyncio.sleep(LOOK_SECONDS)
        await judge(runner, task, batch)

    replace(PartitionBuffers, add=came)
    replace(InFlightOffsets, deliver=handed)
    replace(Runner, _judge=judged)


def replace(kind: type[Any], **parts: Any) -> None:
    """Put something else in the place of a class's own."""
    for name, part in parts.items():
        setattr(kind, name, part)


if __name__ == "__main__":
    watch(Path(os.environ[GATES]))
    sys.exit(main())
