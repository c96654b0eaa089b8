"""One piece of work in a forked process: quick to begin, everything imported, and nothing it breaks stays broken."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

STILL_FACTOR = 20
"""A child that waits, instead of computing, is ended after this many times the processor time it is given."""
MOST_MEMORY_BYTES = 4 << 30
"""A change may make a loop that gathers without end."""


@dataclass(frozen=True, slots=True)
class Work:
    """A name and what to do; its answer must be fit for JSON. `limit_s`: processor time, whoever else computes."""

    name: str
    do: Callable[[], Any]
    limit_s: float


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a piece of work: its answer, or why there is none, and the processor time it took."""

    name: str
    answer: Any
    failure: str
    cpu_s: float


TIMED_OUT = "timed out"


def done(works: Iterator[Work], processes: int) -> Iterator[Done]:
    """Do all work in children, so many at once; answers come as they are ready."""
    running: dict[int, tuple[Work, int]] = {}
    try:
        for work in works:
            if len(running) >= processes:
                yield _next(running)
            pid, pipe = _start(work)
            running[pid] = work, pipe
        while running:
            yield _next(running)
    finally:
        for pid, (_, pipe) in running.items():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(pipe)


def _start(work: Work) -> tuple[int, int]:
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        _be_quiet_and_short(work.limit_s)
        answer = {"answer": work.do()}
    except BaseException as error:
        answer = {"failure": "".join(traceback.format_exception_only(error)).strip()}
    # Whoever reads waits for the end of the process alone: an answer has to fit into the pipe.
    os.write(writing, json.dumps(answer).encode()[: 1 << 16])
    os._exit(0)


def _be_quiet_and_short(limit_s: float) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    for timer, what, seconds in (
        (signal.ITIMER_PROF, signal.SIGPROF, limit_s),
        (signal.ITIMER_REAL, signal.SIGALRM, limit_s * STILL_FACTOR),
    ):
        signal.signal(what, signal.SIG_DFL)
        signal.setitimer(timer, seconds)


def _next(running: dict[int, tuple[Work, int]]) -> Done:
    """The next child of these to end. Of children that others started nothing is taken."""
    pid, status, usage = _waited(running)
    work, pipe = running.pop(pid)
    with os.fdopen(pipe, "rb") as said:
        raw = said.read()
    cpu_s = usage.ru_utime + usage.ru_stime
    if os.WIFSIGNALED(status):
        what = os.WTERMSIG(status)
        is_late = what in (signal.SIGPROF, signal.SIGALRM)
        return Done(work.name, None, TIMED_OUT if is_late else f"ended by signal {what}", cpu_s)
    told = json.loads(raw) if raw else {"failure": "said nothing"}
    return Done(work.name, told.get("answer"), told.get("failure", ""), cpu_s)


def _waited(running: dict[int, tuple[Work, int]]) -> tuple[int, int, resource.struct_rusage]:
    if len(running) == 1:
        return os.wait4(next(iter(running)), 0)
    while True:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        for pid in running:
            found = os.wait4(pid, os.WNOHANG)
            if found[0]:
                return found
