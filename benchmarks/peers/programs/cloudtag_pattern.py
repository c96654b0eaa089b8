"""cloudtag's worker on the second job: its engine judges an order's moves as a set, and takes back what a late one
refutes."""

from __future__ import annotations

from benchmarks.peers.job import Task
from benchmarks.peers.own_codec import JobCodec, settings
from benchmarks.peers.own_pattern import PatternProcessor
from benchmarks.peers.own_pattern_streams import TASK, MoveFact
from benchmarks.peers.own_processor import PROCESSOR
from benchmarks.peers.pattern import MOVE, UNDELIVERED
from cloudtag.engine.task import Task as EngineTask
from cloudtag.engine.task_result import RowReader, TaskProtocol
from streams.worker.app import build
from streams.worker.process import run_worker


def main(task: Task) -> int:
    """Run until it is told to stop."""

    def make(_: str, rows: RowReader) -> TaskProtocol:
        return EngineTask(PatternProcessor(), rows)

    codec = JobCodec(task, MoveFact, (MOVE, UNDELIVERED))
    return run_worker(build(settings(task), {PROCESSOR: (task.input,)}, make, codec, ()), loglevel="INFO")


if __name__ == "__main__":
    raise SystemExit(main(TASK))
