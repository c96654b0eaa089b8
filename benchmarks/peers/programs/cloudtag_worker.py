"""cloudtag's worker on the job: its transport, stores, changelog and publisher, with one of two tasks."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from benchmarks.peers.job import DEALING, HEAD, OPENED, Task, say_begun
from benchmarks.peers.own_lanes import MinimalLane, Processor
from benchmarks.peers.own_streams import PROCESSOR, TASK, Dealing
from cloudtag.config import Config
from cloudtag.engine.task import Task as EngineTask
from cloudtag.engine.task_result import RowReader, TaskProtocol
from cloudtag.wire import Codec, Undecodable
from cloudtag.wire.reading import reader_of
from cloudtag.wire.shape import shape_of
from cloudtag.wire.writing import writer_of
from streams.worker.app import build
from streams.worker.process import run_worker

MINIMAL, ENGINE = "minimal", "engine"


class JobCodec:
    """What `cloudtag.wire` does for its own streams, for the job's: the same readers and writers, the same checks."""

    def __init__(self) -> None:
        self._others = Codec()
        self._read = reader_of(shape_of(Dealing), DEALING)
        self._write = writer_of(OPENED)
        self._is_begun = False

    def encode(self, stream: str, record: Struct) -> bytes:
        """The bytes of a record."""
        return self._write(HEAD, record) if stream == TASK.output else self._others.encode(stream, record)

    def decode(self, stream: str, data: bytes | None) -> Struct:
        """The record in some bytes. Raises ``Undecodable``."""
        if stream != TASK.input:
            return self._others.decode(stream, data)
        if not self._is_begun:
            self._is_begun = True
            say_begun()
        if not data or data[: len(HEAD)] != HEAD:
            raise Undecodable("not_avro", "no record of this job")
        try:
            values, end = self._read(data, len(HEAD))
            if end != len(data):
                raise Undecodable("truncated", f"{len(data) - end} bytes are left")
            return msgspec.convert(values, Dealing)
        except (IndexError, EOFError):
            raise Undecodable("truncated", "ends too early") from None
        except ValueError as error:
            raise Undecodable("invalid_value", str(error)) from None


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


def main(task: Task) -> int:
    """Run until it is told to stop."""
    makes_minimal = task.variant.startswith(MINIMAL)

    def make(_: str, rows: RowReader) -> TaskProtocol:
        return MinimalLane(rows) if makes_minimal else EngineTask(Processor(), rows)

    return run_worker(build(settings(task), {PROCESSOR: (task.input,)}, make, JobCodec(), ()), loglevel="INFO")


if __name__ == "__main__":
    raise SystemExit(main(TASK))
