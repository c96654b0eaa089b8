"""`cloudtag produce`: files of events into Kafka."""

import asyncio
from pathlib import Path

import typer

from cloudtag.cli.failure import FAILED
from cloudtag.cli.lines import check_readable, read_lines
from cloudtag.cli.options import Brokers, Files, Until, milliseconds, settings
from cloudtag.cli.screen import Steps, note, progress
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS
from cloudtag.wire import Undecodable, decode_json

SHOWN = 10
"""How many refused lines are named; all are counted."""


def produce(files: Files, until: Until = None, brokers: Brokers = None) -> None:
    """Send events from JSON lines to their topics, each checked, keyed and encoded as upstream would.

    A line that is no event of an input stream is refused and named; the others go on, and the exit code is 1.
    `--until` then moves event time on for every processor, as quiet days would.

    Example:  cloudtag simulate | cloudtag produce -
    """
    config = settings(brokers)
    size = check_readable(files)
    until_ms = None if until is None else milliseconds(until)
    with progress("sending", size) as steps:
        sent, refused = asyncio.run(_produce(config, files, until_ms, steps))
    note(f"{sent:,} events sent, {refused:,} lines refused")
    if refused:
        raise typer.Exit(FAILED)


async def _produce(config: Config, files: list[Path], until_ms: int | None, steps: Steps) -> tuple[int, int]:
    from cloudtag.cli.kafka import quiet, sender
    from streams import topics

    quiet()
    await topics.check(config, [config.topic(stream) for stream in INPUTS])
    refused = 0
    async with sender(config) as out:
        for number, line in enumerate(read_lines(files, steps), 1):
            try:
                stream, event = decode_json(line)
                if stream not in INPUTS:
                    raise Undecodable("unknown_stream", f"{stream} is published by cloudtag, not taken in")
            except Undecodable as error:
                refused += 1
                if refused <= SHOWN:
                    note(f"line {number} refused: {error}")
                continue
            await out.send(event)
        await out.flush()
        sent = out.sent
        if until_ms is not None:
            await out.tick(until_ms)
    return sent, refused
