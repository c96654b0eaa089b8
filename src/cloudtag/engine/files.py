"""Files: decoded and resident while they are in use, read back from the stored rows when they are not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from msgspec import Struct

from cloudtag.engine.rows import Row, RowCodec, file_prefix
from cloudtag.engine.step import RowReader

Identity = Callable[[Any], tuple[str, int]]
"""A fact's id inside its row, and its event time."""


class File(Struct, eq=False, gc=False):
    """All rows of one key, and an index over them that the processor keeps."""

    key: str
    index: Any
    rows: dict[str, Row] = {}
    prefix: bytes = b""
    """What the store keys of its rows begin with."""

    def __post_init__(self) -> None:
        """The prefix follows from the key."""
        self.prefix = file_prefix(self.key)

    def row(self, row_id: str) -> Row:
        """The row of that id, made if it is not there."""
        row = self.rows.get(row_id)
        if row is None:
            row = self.rows[row_id] = self.blank(row_id)
        return row

    def blank(self, row_id: str) -> Row:
        """An empty row of that id that is not (yet) part of the file."""
        return Row(row_id, self.prefix + row_id.encode())


class FileCache:
    """At most `limit` resident files, the least recently used put away first (their rows are stored already)."""

    def __init__(self, rows: RowReader | None, codec: RowCodec, make: Callable[[str], File], limit: int) -> None:
        """`make` builds an empty file; `limit` counts files, and counts only where there are stored rows."""
        self._rows = rows
        self._codec = codec
        self._make = make
        self._limit = limit
        self._files: dict[str, File] = {}

    def __len__(self) -> int:
        """How many files are resident."""
        return len(self._files)

    def resident(self, key: str) -> File | None:
        """The file of a key if it is resident."""
        return self._files.get(key)

    def get(self, key: str, identity: Identity, index: Callable[[File, Row], None]) -> File:
        """The file of a key; `index` takes in every row that is read back."""
        if self._rows is None:
            file = self._files.get(key)
            if file is None:
                file = self._files[key] = self._make(key)
            return file
        file = self._files.pop(key, None)
        if file is None:
            file = self._make(key)
            for row_key, data in self._rows.rows_of(file.prefix):
                row = self._codec.decode(row_key, data, identity)
                file.rows[row.id] = row
                index(file, row)
        self._files[key] = file
        return file

    def trim(self) -> None:
        """Put away what is over the limit. Only between batches: then every row is stored."""
        excess = len(self._files) - self._limit
        if excess > 0 and self._rows is not None:
            for key in list(islice(self._files, excess)):
                del self._files[key]
