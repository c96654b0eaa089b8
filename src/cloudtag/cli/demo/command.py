"""`cloudtag demo`: a first run with nothing installed."""

import asyncio
import signal
import time
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from cloudtag.cli.failure import FAILED
from cloudtag.cli.options import Brokers, ClickHouse
from cloudtag.cli.screen import note


def demo(
    events: Annotated[int, typer.Option(min=5_000, help="About how many events the week has.")] = 30_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another week.")] = 1,
    rate: Annotated[bool, typer.Option("--rate", help="Measure a worker's speed first.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Keep everything running at the end.")] = False,
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
) -> None:
    """Bring a broker, a warehouse, a worker and a sink, stream a simulated week, and compare with the truth.

    Everything runs on this machine and ends with the command. With KAFKA and CLICKHOUSE (or the options) it uses
    real servers, under topic names of its own.

    Example:  cloudtag demo --serve
    """
    from cloudtag.cli.demo.place import place
    from cloudtag.cli.demo.play import DemoOptions, play

    begun = time.monotonic()
    wish = DemoOptions(events=events, seed=seed, measures_rate=rate, serves=serve)
    with place(brokers, clickhouse) as where:
        is_well = asyncio.run(until_told(play(where, wish)))
    note(f"{time.monotonic() - begun:.0f} s; every process has ended")
    if not is_well:
        raise typer.Exit(FAILED)


async def until_told(work: Coroutine[Any, Any, bool]) -> bool:
    """Do the work; SIGTERM cancels it as Ctrl-C does, so that everything it started is ended."""
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
