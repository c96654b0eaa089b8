"""The bytes of a job's records as cloudtag reads and writes them, and the worker's settings for it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.peers.job import HEAD, Task, say_begun
from cloudtag.config import Config
from cloudtag.native.choice import is_native
from cloudtag.wire import Codec, Undecodable
from cloudtag.wire.body import ReadBody
from cloudtag.wire.reading import reader_of
from cloudtag.wire.reading_plan import plan_of
from cloudtag.wire.shape import shape_of
from cloudtag.wire.writing import Write, writer_of
from cloudtag.wire.writing_plan import writing_plan_of

_HEAD_BYTES = len(HEAD)


class JobCodec:
    """What `cloudtag.wire` does for its own streams, for the job's: the same readers and writers, the same checks."""

    def __init__(self, task: Task, record: type[Struct], schemas: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """`record`: what the input's records become; `schemas`: of the input and of the output."""
        self._others, self._record, self._input, self._output = Codec(), record, task.input, task.output
        self._fields, self._write = reader_of(shape_of(record), schemas[0]), writer_of(schemas[1])
        self._read: ReadBody = self._read_purely
        if is_native():
            self._read, self._write = _native(record, schemas, self._read_purely, self._write)
        self._is_begun = False

    def encode(self, stream: str, record: Struct) -> bytes:
        """The bytes of a record."""
        return self._write(HEAD, record) if stream == self._output else self._others.encode(stream, record)

    def decode(self, stream: str, data: bytes | None) -> Struct:
        """The record in some bytes. Raises ``Undecodable``."""
        if stream != self._input:
            return self._others.decode(stream, data)
        if not self._is_begun:
            self._is_begun = True
            say_begun()
        if not data or not data.startswith(HEAD):
            raise Undecodable("not_avro", "no record of this job")
        return self._read(data, _HEAD_BYTES)

    def _read_purely(self, data: bytes, start: int) -> Struct:
        try:
            values, end = self._fields(data, start)
            if end != len(data):
                raise Undecodable("truncated", f"{len(data) - end} bytes are left")
            made: Struct = msgspec.convert(values, self._record)
            return made
        except (IndexError, EOFError):
            raise Undecodable("truncated", "ends too early") from None
        except ValueError as error:
            raise Undecodable("invalid_value", str(error)) from None


def _native(
    record: type[Struct],
    schemas: tuple[dict[str, Any], dict[str, Any]],
    read: ReadBody,
    write: Write,
) -> tuple[ReadBody, Write]:
    """The native reader and writer, as the worker's own streams have them where they are built."""
    from cloudtag.native._compiled import Reader, Writer

    reading, writing = plan_of(record, schemas[0]), writing_plan_of(schemas[1])
    if reading is None or writing is None:
        raise RuntimeError("the native part cannot do this job's records")
    return Reader(reading, read).read, Writer(writing, write).write


def settings(task: Task) -> Config:
    """The worker's settings; everything else is as shipped."""
    return Config.read(
        {
            "KAFKA": task.broker,
            "CLOUDTAG_APP_ID": task.group,
            "CLOUDTAG_CLOCK": "data",
            "CLOUDTAG_STORE": "rocksdb" if task.variant.endswith("rocksdb") else "memory",
            "CLOUDTAG_DATA_DIR": task.directory,
            "CLOUDTAG_BATCH_RECORDS": str(task.batch),
            "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_REBALANCE_TIMEOUT_SECONDS": "6",
        }
    )
