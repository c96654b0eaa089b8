"""Reading and writing JSON lines, in files or in pipes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from cloudtag.cli.screen import Steps
from cloudtag.contract.events import Event
from cloudtag.contract.streams import STREAM_OF
from cloudtag.wire import encode_json

STANDARD = Path("-")


def check_readable(files: list[Path]) -> int | None:
    """The size of all files in bytes, none where one is a pipe. Raises `OSError` for one that cannot be opened."""
    sizes: list[int | None] = []
    for path in files:
        if path == STANDARD:
            sizes.append(None)
            continue
        with path.open("rb") as file:
            sizes.append(path.stat().st_size if file.seekable() else None)
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def read_lines(files: list[Path], steps: Steps) -> Iterator[bytes]:
    """Every line of every file in turn, counted in bytes. Raises `OSError`."""
    for path in files:
        with _opened(path) as file:
            for line in file:
                steps.done(len(line))
                yield line


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == STANDARD:
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file


@contextmanager
def line_writer(path: Path) -> Iterator[BinaryIO]:
    """A file to write lines to, or standard output for `-`."""
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with path.open("wb") as file:
        yield file


def line_of(event: Event) -> bytes:
    """An event in the replay form, with its line end."""
    return msgspec.json.encode(encode_json(STREAM_OF[type(event)], event)) + b"\n"
