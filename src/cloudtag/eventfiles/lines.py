"""Every line of several files, and the place of the one at hand."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from cloudtag.eventfiles.opened import STANDARD, one_line, opened
from cloudtag.eventfiles.tables import Placed, csv_lines, parquet_lines
from cloudtag.eventfiles.unreadable import UnreadableFileError


class EventLines:
    """The lines of files, one after the other, in the replay form whatever form they have there.

    `line` is the one that was last given; `file` and `number` (from 1) say where it stands.
    """

    def __init__(self, files: list[Path], stream: str | None = None, done: Callable[[int], None] | None = None) -> None:
        """`stream`: that of a table's records where no column says it. `done` is called with the size of each line."""
        self._files = files
        self._stream = stream
        self._done = done
        self.file = STANDARD
        self.number = 0
        self.line = b""

    @property
    def place(self) -> str:
        """The file and the number of the line at hand, as `week.jsonl:17`."""
        return f"{'standard input' if self.file == STANDARD else self.file}:{self.number}"

    def __iter__(self) -> Iterator[bytes]:
        """Raises OSError, UnreadableFileError, and ModuleNotFoundError where reading a form takes an extra."""
        for path in self._files:
            self.file = path
            with opened(path) as file, one_line(path):
                for number, line in self._lines_of(path, file.source, file.seen.form):
                    self.number, self.line = number, line
                    if self._done is not None:
                        self._done(len(line))
                    yield line

    def _lines_of(self, path: Path, source: io.BufferedReader, form: str) -> Iterator[Placed]:
        if form == "csv":
            return csv_lines(path, source, self._stream)
        if form == "parquet":
            return parquet_lines(path, source, self._stream)
        return _elements(path, source) if form == "array" else enumerate(source, 1)


def _elements(path: Path, source: io.BufferedReader) -> Iterator[Placed]:
    """The elements of a JSON array, which is read whole."""
    try:
        elements = msgspec.json.decode(source.read(), type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise UnreadableFileError(f"{path} begins as a JSON array and is none: {error}") from None
    for number, element in enumerate(elements, 1):
        yield number, bytes(element)


def check_readable(files: list[Path]) -> int | None:
    """The size of all files in bytes, none where one is a pipe.

    Raises OSError for one that cannot be opened, UnreadableFileError for one that is nothing to be read.
    """
    sizes = [None if path == STANDARD else _size(path) for path in files]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _size(path: Path) -> int | None:
    with path.open("rb") as file:
        if not file.seekable():
            return None
    with opened(path) as known:
        return path.stat().st_size if known.seen.form == "lines" and known.source.seekable() else None
