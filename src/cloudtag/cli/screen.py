"""What people see: results on standard output, everything about the work on standard error."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

T = TypeVar("T")

PIPE_COLUMNS = 120
"""How wide tables are where there is no terminal."""


def output() -> Console:
    """Standard output."""
    console = Console(soft_wrap=False, highlight=False)
    return console if console.is_terminal else Console(width=PIPE_COLUMNS, highlight=False)


def errors() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Say what is going on."""
    errors().print(text, markup=False)


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator["Steps"]:
    """A bar on a terminal, and nothing at all elsewhere."""
    console = errors()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn() if total else MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Steps(bar, what, total)


class Steps:
    """Counts work done on a progress bar, without redrawing it for each piece."""

    EVERY = 500

    def __init__(self, bar: Progress, what: str, total: float | None) -> None:
        """Show `what`; a total of none is an unknown amount."""
        self._bar = bar
        self._task = bar.add_task(what, total=total)
        self._done = 0

    def done(self, amount: int = 1) -> None:
        """So much more is done."""
        self._done += amount
        if self._done >= self.EVERY:
            self._bar.advance(self._task, self._done)
            self._done = 0

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """Pass items through, counting them."""
        for item in items:
            yield item
            self.done()
