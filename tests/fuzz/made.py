"""Seeds that the program makes itself: rows, internal records, batches of records."""

from functools import cache
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from cloudtag.contract.streams import INTERNAL, READS, STREAM_OF
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import RowCodec
from cloudtag.engine.task import Task
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.simulate import Profile, simulate
from cloudtag.wire import Codec

CODECS = 5
MOST = 40
"""So many of each are enough to begin with."""


@cache
def row_codec() -> RowCodec:
    """That of the processor whose rows hold most."""
    kinds = build("buyers", shipped(), 0).kinds
    return RowCodec(kinds.fact_type, kinds.identity)


@cache
def _run() -> tuple[list[bytes], list[tuple[str, bytes]]]:
    events = [with_canonical_numbers(event) for event in simulate(Profile(events=1_500, seed=23)).events()]
    rows: list[bytes] = []
    internal: dict[tuple[str, int], bytes] = {}
    for name in ("buyers", "shops", "parcels"):
        kept = MemoryRows()
        task = Task(build(name, shipped(), 0), kept)
        kept.apply(task.open().rows)
        step = task.advance([event for event in events if STREAM_OF[type(event)] in READS[name]])
        kept.apply(step.rows)
        if name == "buyers":
            rows = sorted((data for key, data in kept.all_rows() if key != TASK_KEY), key=len)
        for output in step.outputs:
            if output.stream in INTERNAL:
                data = Codec().encode(output.stream, output.record)
                internal.setdefault((output.stream, len(data)), data)
    return rows[:: max(1, len(rows) // MOST)], [(stream, data) for (stream, _), data in sorted(internal.items())][::5]


def stored_rows() -> list[bytes]:
    """Rows of buyers, from the shortest to the longest."""
    return _run()[0]


def internal_records() -> list[tuple[str, bytes]]:
    """Internal records with their streams."""
    return _run()[1]


@cache
def packed_batches() -> list[bytes]:
    """Record batches as a client sends them, of each codec."""
    return [_batch(number) for number in range(CODECS)]


def _batch(compression: int) -> bytes:
    options: dict[str, Any] = {"producer_id": -1, "producer_epoch": -1, "base_sequence": -1, "batch_size": 1 << 20}
    builder = DefaultRecordBatchBuilder(2, compression, is_transactional=False, **options)
    for number in range(20):
        builder.append(number, 1_700_000_000_000 + number, b"key", b"value" * number, [("name", b"v"), ("none", None)])
    return bytes(builder.build())
