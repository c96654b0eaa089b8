"""What stands, kept in a file: what has stood for longer than the topics keep is known after a restart.

The topics are read from their beginning all the same: a later revision there replaces what the file says. A file is
whole or is not used; one of another installation, or of another format, is not used either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.streams import OUTPUTS, STREAM_OF
from cloudtag.decide.standing_view import VIEWED, StandingView, ViewEntry

FORMAT = 1
TURN_RECORDS = 200
_LENGTH_BYTES = 4


class ViewFileError(ValueError):
    """A file that does not hold what stood in this installation."""


class _Head(Struct, frozen=True):
    """`count`: how many records follow; a file that ends before is no whole one."""

    format: int
    installation: str
    count: int


class _Entry(Struct, frozen=True, array_like=True):
    stream: str
    packed: bytes


def write_view(
    path: Path, installation: str, entries: Sequence[ViewEntry], breathe: Callable[[], None] = lambda: None
) -> None:
    """Put a file of these records in the place of the one there is. Raises ``OSError``; then that one stays.

    `breathe` is called every `TURN_RECORDS` records, by whoever writes in a thread beside one that answers.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            for number, part in enumerate(_parts(installation, entries)):
                file.write(len(part).to_bytes(_LENGTH_BYTES) + part)
                if number % TURN_RECORDS == 0:
                    breathe()
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_view(path: Path, installation: str, view: StandingView) -> int:
    """Take a file's records into a view; how many there are. Raises ``ViewFileError``, ``OSError``; then none is."""
    try:
        parts = _unframed(path.read_bytes())
        head = msgspec.msgpack.decode(next(parts), type=_Head)
        if (head.format, head.installation) != (FORMAT, installation):
            raise ViewFileError(f"it is of {head.installation}, format {head.format}")
        records = [_record(msgspec.msgpack.decode(part, type=_Entry)) for part in parts]
    except (msgspec.MsgspecError, StopIteration, KeyError) as error:
        raise ViewFileError(f"it cannot be read: {error!r}") from error
    if len(records) != head.count:
        raise ViewFileError(f"{len(records)} records of {head.count}")
    for record in records:
        view.apply(record)
    return len(records)


def _parts(installation: str, entries: Sequence[ViewEntry]) -> Iterator[bytes]:
    yield msgspec.msgpack.encode(_Head(FORMAT, installation, len(entries)))
    for entry in entries:
        yield msgspec.msgpack.encode(_Entry(STREAM_OF[entry.type], entry.packed))


def _unframed(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        size = int.from_bytes(data[place : place + _LENGTH_BYTES])
        place += _LENGTH_BYTES
        yield data[place : place + size]
        place += size


def _record(entry: _Entry) -> Any:
    if entry.stream not in VIEWED:
        raise ViewFileError(f"{entry.stream} is not viewed")
    return msgspec.msgpack.decode(entry.packed, type=OUTPUTS[entry.stream].struct)
