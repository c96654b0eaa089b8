"""Drives a coroutine from one suspension to the next, so that something can happen at any of them."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import CodeType
from typing import Any

OURS = "/streams/"
"""What the path of our own code holds, and that of its tests."""
THE_CLIENTS = "session_fetcher.py"
"""Of ours what the client runs by itself, and cancels when it ends: a deed of others is not to end with it."""
WRAPPERS = ("coroutine_wrapper", "async_generator_asend", "async_generator_athrow")
"""What stands between a coroutine and whoever awaits it by `__await__`, or between a generator and its next value."""
_NONE = (lambda: None).__code__.replace(co_filename="")
Deed = Callable[[], Awaitable[None] | BaseException | None]
"""Done where it waits: what is awaited, it waits for first; what is an error, is raised there instead."""


class Stepwise:
    """A coroutine that, once ``is_armed``, has something done to it at its ``at``-th suspension from then on."""

    def __init__(self, at: int, deed: Deed) -> None:
        self._at, self._deed = at, deed
        self.is_armed = False
        self.count = 0
        """Suspensions since it was armed."""

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end, and with it the tasks that our own code starts meanwhile, while it is armed."""
        loop = asyncio.get_running_loop()

        def start(loop: asyncio.AbstractEventLoop, made: Any, **options: Any) -> Any:
            of = getattr(made, "cr_code", _NONE).co_filename
            if not self.is_armed or OURS not in of or of.endswith(THE_CLIENTS):
                return asyncio.Task(made, loop=loop, **options)
            task = asyncio.Task(_run(_Driven(self, made)), loop=loop, **options)
            # Where it is cancelled before it has begun, nobody else ends what it would have run.
            task.add_done_callback(lambda _: made.close())
            return task

        loop.set_task_factory(start)
        try:
            await _Driven(self, work)
        finally:
            loop.set_task_factory(None)

    @property
    def has_struck(self) -> bool:
        """Whether it came so far."""
        return self.count > self._at

    def due(self, work: Coroutine[Any, Any, Any]) -> Awaitable[None] | BaseException | None:
        """What is to be done at this suspension of a coroutine."""
        self.count += 1
        return self._deed() if self.count == self._at + 1 else None


def place_of(work: Any) -> str:
    """Where a coroutine waits: the innermost of our own functions, and what of others that awaits."""
    ours, theirs = "", ""
    while (found := _frame_of(work)) is not None:
        code, work = found
        if OURS in code.co_filename:
            ours, theirs = code.co_qualname, ""
        else:
            theirs = theirs or code.co_qualname
    return f"{ours} > {theirs or 'gather'}"


def _frame_of(work: Any) -> tuple[CodeType, Any] | None:
    """The code of a coroutine or an asynchronous generator, and what that waits for; also through what wraps them."""
    if type(work).__name__ in WRAPPERS:
        work = next(
            (each for each in gc.get_referents(work) if hasattr(each, "cr_code") or hasattr(each, "ag_code")), 0
        )
    for kind in ("cr", "ag"):
        if hasattr(work, f"{kind}_code"):
            return getattr(work, f"{kind}_code"), getattr(work, f"{kind}_await")
    return None


async def _run(driven: "_Driven") -> Any:
    return await driven


class _Driven:
    def __init__(self, steps: Stepwise, work: Coroutine[Any, Any, Any]) -> None:
        self._steps, self._work = steps, work

    def __await__(self) -> Generator[Any, Any, Any]:
        work, steps = self._work, self._steps
        error: BaseException | None = None
        while True:
            try:
                waited = work.send(None) if error is None else work.throw(error)
            except StopIteration as end:
                return end.value
            error = None
            if steps.is_armed:
                due = steps.due(work)
                if isinstance(due, BaseException):
                    if waited is not None:
                        # Whoever waited for it will not ask what became of it.
                        waited._asyncio_future_blocking = False
                    error = due
                    continue
                if due is not None:
                    was_blocking = getattr(waited, "_asyncio_future_blocking", False)
                    if waited is not None:
                        waited._asyncio_future_blocking = False
                    yield from due.__await__()
                    if waited is not None and was_blocking:
                        waited._asyncio_future_blocking = True
            try:
                yield waited
            except BaseException as thrown:
                error = thrown
