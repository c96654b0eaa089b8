"""cloudtag's worker on the first job: its transport, stores, changelog and publisher, with one of two tasks."""

from __future__ import annotations

from benchmarks.peers.job import DEALING, OPENED, Task
from benchmarks.peers.own_codec import JobCodec, settings
from benchmarks.peers.own_lanes import MinimalLane, Processor
from benchmarks.peers.own_processor import PROCESSOR
from benchmarks.peers.own_streams import TASK, Dealing
from cloudtag.engine.task import Task as EngineTask
from cloudtag.engine.task_result import RowReader, TaskProtocol
from streams.worker.app import build
from streams.worker.process import run_worker

MINIMAL = "minimal"


def main(task: Task) -> int:
    """Run until it is told to stop."""
    makes_minimal = task.variant.startswith(MINIMAL)

    def make(_: str, rows: RowReader) -> TaskProtocol:
        return MinimalLane(rows) if makes_minimal else EngineTask(Processor(), rows)

    codec = JobCodec(task, Dealing, (DEALING, OPENED))
    return run_worker(build(settings(task), {PROCESSOR: (task.input,)}, make, codec, ()), loglevel="INFO")


if __name__ == "__main__":
    raise SystemExit(main(TASK))
