"""An open file, unpacked, with what it is."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cloudtag.eventfiles.forms import BOM, HEAD_BYTES, DetectedForm, seen_in
from cloudtag.eventfiles.unreadable import UnreadableFileError

STANDARD = Path("-")
_MOST_LAYERS = 2
"""What is packed more often than that is no file of events."""


class Opened(NamedTuple):
    """A file at its first character, and what it is."""

    source: io.BufferedReader
    seen: DetectedForm


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """A file, or standard input for `-`. Raises OSError, and UnreadableFileError for what is not read."""
    if path == STANDARD:
        yield _unpacked(path, _buffered(sys.stdin.buffer))
        return
    with path.open("rb") as file:
        yield _unpacked(path, _buffered(file))


@contextmanager
def one_line(path: Path) -> Iterator[None]:
    """Turns what a damaged file makes its reader raise into one line that names it."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(f"{path}: the compressed data are damaged or end too early: {error}") from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":
            raise
        raise UnreadableFileError(f"{path}: the compressed data are damaged: {error}") from None


def _buffered(source: Any) -> io.BufferedReader:
    return source if isinstance(source, io.BufferedReader) else io.BufferedReader(source)


def _unpacked(path: Path, source: io.BufferedReader) -> Opened:
    with one_line(path):
        for _ in range(_MOST_LAYERS + 1):
            seen = seen_in(_head(source))
            if seen.form == "gzip":
                source = _buffered(gzip.GzipFile(fileobj=source))
            elif seen.form == "zstd":
                source = _buffered(_zstd(source))
            else:
                break
    if seen.form == "foreign":
        raise UnreadableFileError(f"{path} is {seen.advice}")
    if seen.form in ("gzip", "zstd"):
        raise UnreadableFileError(f"{path} is compressed more than {_MOST_LAYERS} times: unpack it")
    if source.peek(len(BOM)).startswith(BOM):
        source.read(len(BOM))
    return Opened(source, seen)


def _head(source: io.BufferedReader) -> bytes:
    """The first bytes, left where they are. A pipe may give few at a time: these are enough."""
    return source.peek(HEAD_BYTES)[:HEAD_BYTES]


def _zstd(source: io.BufferedReader) -> Any:
    """Raises ModuleNotFoundError where neither Python nor the `local` extra brings it."""
    try:
        from compression.zstd import ZstdFile  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError:
        from backports.zstd import ZstdFile
    return ZstdFile(source)
