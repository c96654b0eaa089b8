"""What people see: results on standard output, everything about the work on standard error.

Whatever is printed may hold texts of strangers: no terminal is sent a character that it would obey.
"""

import codecs
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeVar, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment

from cloudtag.cli.escape import visible_lines

T = TypeVar("T")

PIPE_COLUMNS = 120
"""How wide tables are where there is no terminal."""


class SafeConsole(Console):
    """A console whose texts steer nothing: only its own styles and cursor movements do."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of what is printed, their texts made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible_lines(segment.text))


def output() -> Console:
    """Standard output."""
    console = SafeConsole(soft_wrap=False, highlight=False)
    return console if console.is_terminal else SafeConsole(width=PIPE_COLUMNS, highlight=False)


def errors() -> Console:
    """Standard error."""
    return SafeConsole(stderr=True, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Say what is going on."""
    errors().print(text, markup=False)


class _TerminalBytes(io.RawIOBase):
    """Standard output as bytes, made visible on their way."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out = out
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="backslashreplace")

    def write(self, data: Any) -> int:
        """Write all of it; a character that is not complete waits for its rest."""
        given = bytes(data)
        self._out.write(visible_lines(self._decoder.decode(given)).encode())
        return len(given)

    def flush(self) -> None:
        """Everything written is shown."""
        self._out.flush()


def stdout_bytes() -> BinaryIO:
    """Standard output for data: a program gets them as they are, a terminal nothing that it would obey."""
    out = sys.stdout.buffer
    return cast(BinaryIO, _TerminalBytes(out)) if sys.stdout.isatty() else out


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
