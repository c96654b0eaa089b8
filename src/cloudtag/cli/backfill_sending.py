"""History into the input topics, in its order: a chunk at a time, each on the broker before the next is sent."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cloudtag.backfill.checkpoint import Checkpoint
from cloudtag.backfill.ordered import HistoryRecord
from cloudtag.cli.framing import codec_of
from cloudtag.cli.kafka import Sender
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS
from cloudtag.wire import Undecodable
from streams.kafka.producer import OutRecord
from streams.sampling import take

CHUNK_RECORDS = 2_000
"""Sent between two checkpoints: what a crash sends a second time, which changes nothing."""
LOOKED_AT = 256
"""The newest records of a topic in which live events are looked for."""


async def newest_live(config: Config, live_since_ms: int) -> str | None:
    """An input topic whose newest records hold an event from going live on; none where there is none.

    Master data may be there already: it is never late.
    """
    codec, sample = codec_of(config), await take(config, LOOKED_AT)
    for stream in INPUTS.values():
        name = config.topic(stream.name)
        if stream.is_kept or name not in sample.found:
            continue
        for record in sample.found[name].records:
            try:
                event: Any = codec.decode(stream.name, record.value)
            except Undecodable:
                continue
            if event.occurred_at >= live_since_ms:
                return name
    return None


async def send_history(
    out: Sender,
    history: Iterable[HistoryRecord],
    done: Checkpoint,
    path: Path | None,
    *,
    rate: int | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> Checkpoint:
    """Send what a checkpoint has not seen, and note in the file what the broker has; how far it came.

    `rate`: at most so many a second. `step` is called with the size of each chunk. Raises CheckpointError where the
    history is not the one of which a part was sent.
    """
    clock = asyncio.get_running_loop().time
    begun, sent = clock(), 0
    for chunk in _chunks(done.left_of(history), CHUNK_RECORDS if rate is None else min(rate, CHUNK_RECORDS)):
        for record in chunk:
            await out.put(out.target(record.stream, record.key), OutRecord(record.key.encode(), record.value))
        await out.flush()
        sent += len(chunk)
        done = replace(done, sent=done.sent + len(chunk), last=chunk[-1].position)
        done.write(path)
        step(len(chunk))
        if rate is not None:
            await asyncio.sleep(max(0.0, begun + sent / rate - clock()))
    return done


def _chunks(records: Iterator[HistoryRecord], most: int) -> Iterator[list[HistoryRecord]]:
    while chunk := list(islice(records, most)):
        yield chunk
