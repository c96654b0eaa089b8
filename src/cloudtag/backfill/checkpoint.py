"""How far a load of history has come, in a file: what was on the broker when it was last written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from cloudtag.backfill.ordered import HistoryPosition, HistoryRecord


class CheckpointError(ValueError):
    """The file is no checkpoint, or one of another load; the text says what to do, in one line."""


class Checkpoint(Struct, frozen=True):
    """The position of the last record that the broker has, and how many there are up to it.

    `installation` and `live_since_ms` belong to it: what one broker has another has not, and another moment is another
    history.
    """

    installation: str
    live_since_ms: int
    sent: int = 0
    last: HistoryPosition | None = None

    @classmethod
    def read(cls, path: Path | None, installation: str, live_since_ms: int) -> Self:
        """What a file says, or that nothing was sent where there is none. Raises CheckpointError, OSError."""
        if path is None or not path.exists():
            return cls(installation, live_since_ms)
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except msgspec.DecodeError as error:
            raise CheckpointError(f"{path} is no checkpoint of a backfill: {error}") from None
        if found.installation != installation:
            raise CheckpointError(
                f"{path} belongs to a load into another installation ({found.installation}, this is {installation}): "
                "name another file"
            )
        if found.live_since_ms != live_since_ms:
            raise CheckpointError(
                f"{path} belongs to a load with another live_since: use that one, or delete the file to begin anew"
            )
        return found

    def write(self, path: Path | None) -> None:
        """Put it into the file's place in one step, so that a crash leaves the old one or the new one.

        On the disk before it takes that place, and so is the place itself: after a power cut too it is one of both.
        """
        if path is None:
            return
        beside = path.with_name(path.name + ".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync(path.parent)

    def left_of(self, history: Iterable[HistoryRecord]) -> Iterator[HistoryRecord]:
        """The records that are still to be sent. Raises CheckpointError where those before are not the ones it saw.

        Counted, not compared: two events may differ in their content alone, and have one position.
        """
        records, last = iter(history), None
        for record in islice(records, self.sent):
            last = record.position
        if last != self.last:
            raise CheckpointError(
                "the history is not the one that was begun: give the same files or topics, or delete the checkpoint"
            )
        return records


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
