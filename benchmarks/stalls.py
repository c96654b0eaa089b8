"""What keeps an event loop from its turn: runs a command, and tells of all that took CPU for long at once.

    python -m benchmarks.stalls decide --port 8090

Asked by SIGUSR1 it says on standard error, in one line of JSON, how often what kept the loop for 5 ms of CPU and more,
and for how long at most, and begins anew. CPU, since a stall by others on the machine is none of the service's.
"""

import asyncio
import gc
import json
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

STALL_SECONDS = 0.005
COLLECTOR = "the collector of garbage, generation {}"


class Stalls:
    """How often each cause was seen, and the longest time of it."""

    def __init__(self, seconds: float = STALL_SECONDS) -> None:
        """`seconds` of CPU: what takes less is none."""
        self._seconds = seconds
        self._found: dict[str, tuple[int, float]] = {}
        self._collecting = 0.0

    def took(self, cause: str, seconds: float) -> None:
        """Something ran for so long."""
        if seconds >= self._seconds:
            count, longest = self._found.get(cause, (0, 0.0))
            self._found[cause] = count + 1, max(longest, seconds)

    def collected(self, phase: str, info: dict[str, int]) -> None:
        """The collector begins or ends."""
        if phase == "start":
            self._collecting = time.thread_time()
        else:
            self.took(COLLECTOR.format(info["generation"]), time.thread_time() - self._collecting)

    def told(self) -> dict[str, dict[str, float]]:
        """What was found since this was last asked: how often, and milliseconds at most."""
        found, self._found = self._found, {}
        return {cause: {"count": n, "longest_ms": round(longest * 1000, 1)} for cause, (n, longest) in found.items()}

    def watch(self) -> None:
        """Look at every turn of the loops of this process, and at the collector."""
        gc.callbacks.append(self.collected)
        asyncio.events.Handle._run = timed_run(self, asyncio.events.Handle._run)  # type: ignore[assignment, method-assign]


def timed_run(stalls: Stalls, run: Callable[[Any], None]) -> Callable[[Any], None]:
    """A handle's turn, with a look at how long it took."""

    def timed(handle: Any) -> None:
        begun = time.thread_time()
        try:
            run(handle)
        finally:
            if (took := time.thread_time() - begun) >= STALL_SECONDS:
                stalls.took(_cause(handle._callback), took)

    return timed


def _cause(callback: Any) -> str:
    """What a callback is called: a task's is its coroutine."""
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return str(getattr(owner.get_coro(), "__qualname__", owner))
    found = callback.func if isinstance(callback, partial) else callback
    return str(getattr(found, "__qualname__", found))


def main() -> None:
    """Run the command."""
    from cloudtag.cli import main as command

    stalls = Stalls()
    stalls.watch()

    def tell(*_: Any) -> None:
        sys.stderr.write(f"stalls {json.dumps(stalls.told())}\n")
        sys.stderr.flush()

    signal.signal(signal.SIGUSR1, tell)
    sys.exit(command())


if __name__ == "__main__":
    main()
