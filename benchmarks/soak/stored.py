"""What a worker's store holds, counted by a second reader beside it: RocksDB itself only estimates how many rows it
has, by what was ever written and not yet merged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rocksdict import AccessType, Options, Rdict

from cloudtag.engine.rows import split_key
from streams.state.rocksdb_store import ROW

_PLACE_BYTES = 2
"""Behind the processor's name and a zero: the number of the partition."""


class StoredRow(NamedTuple):
    """A row as the store has it: its processor, the letter of its kind, and its size."""

    processor: str
    letter: str
    size_bytes: int


def rows_in(directory: Path) -> Iterator[StoredRow]:
    """The rows of keyed states in a worker's data directory, whether or not the worker runs.

    Raises an exception of RocksDB's where the worker removes a file while it is opened: then look again.
    """
    database = Rdict(str(directory / "rows"), Options(raw_mode=True), access_type=AccessType.read_only())
    try:
        items: Any = database.items()
        for key, value in items:
            processor, _, rest = key.partition(b"\x00")
            if rest[_PLACE_BYTES : _PLACE_BYTES + 1] == ROW:
                row_key = rest[_PLACE_BYTES + 1 :]
                state_key, row_id = split_key(row_key)
                if state_key:
                    yield StoredRow(processor.decode(), row_id[0], len(row_key) + len(value))
    finally:
        database.close()
