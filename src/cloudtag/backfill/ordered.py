"""Any number of events in order of event time: sorted in runs on disk and merged, so that memory does not grow.

The order is that of `cloudtag replay`: by event time, of one moment by stream and id. It follows from the events alone,
so a load that was cut off goes on where it stopped.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

RUN_RECORDS = 100_000
"""So many records are sorted in memory at a time."""
_SIZE_BYTES = 4


class HistoryRecord(NamedTuple):
    """An event of the past, ready to be sent: its place in the order, its Kafka key and its bytes."""

    at_ms: int
    stream: str
    event_id: str
    key: str
    value: bytes

    @property
    def position(self) -> HistoryPosition:
        """Its place in the order."""
        return self.at_ms, self.stream, self.event_id


HistoryPosition = tuple[int, str, str]
"""Event time, stream and event id: a place in the order of all events."""


class OrderedHistory:
    """Takes records in any order and gives them back in theirs. Use as ``with``: its files end with it."""

    def __init__(self, run_records: int = RUN_RECORDS) -> None:
        """`run_records`: how many are held in memory."""
        self._run_records = run_records
        self._held: list[HistoryRecord] = []
        self._runs: list[Path] = []
        self._directory: TemporaryDirectory[str] | None = None
        self.repeats = 0
        """How many records were left out of the last pass because they say what another one says, to the byte."""

    def __enter__(self) -> Self:
        self._directory = TemporaryDirectory(prefix="cloudtag-backfill-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._directory is not None:
            self._directory.cleanup()

    def add(self, record: HistoryRecord) -> None:
        """Take a record in. Raises OSError when the disk is full."""
        self._held.append(record)
        if len(self._held) >= self._run_records:
            self._write_run()

    def __iter__(self) -> Iterator[HistoryRecord]:
        """All records in order, each once. Of two under one id with another content both are given: which one stands
        is for the engine to say."""
        self._held.sort()
        self.repeats = 0
        last: HistoryRecord | None = None
        for record in heapq.merge(*map(_read_run, self._runs), self._held):
            if record == last:
                self.repeats += 1
                continue
            last = record
            yield record

    def _write_run(self) -> None:
        assert self._directory is not None, "used outside of its with"
        path = Path(self._directory.name) / f"{len(self._runs)}"
        self._held.sort()
        with path.open("wb") as file:
            for record in self._held:
                data = msgspec.msgpack.encode(record)
                file.write(len(data).to_bytes(_SIZE_BYTES) + data)
        self._runs.append(path)
        self._held = []


def _read_run(path: Path) -> Iterator[HistoryRecord]:
    with path.open("rb") as file:
        while head := file.read(_SIZE_BYTES):
            yield msgspec.msgpack.decode(file.read(int.from_bytes(head)), type=HistoryRecord)
