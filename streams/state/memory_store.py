"""Rows in a dictionary: nothing on disk, everything read from the changelog at start."""

from collections.abc import Callable, Iterable, Iterator

from cloudtag.engine.task_result import has_key_part, key_part
from cloudtag.native.choice import is_native
from streams.state.store import StoredRows

RowsByState = dict[bytes, dict[bytes, bytes]]
"""Rows by the part of their key that says of which keyed state they are."""


def put_rows(files: RowsByState, rows: StoredRows) -> None:
    """Put rows where they belong, or remove them."""
    number = int.from_bytes
    for key, value in rows.items():
        # As `key_part` has it, written out: a log is read back at the speed of this loop.
        file = key[: 3 + number(key[1:3])]
        if value is not None:
            held = files.get(file)
            if held is None:
                files[file] = {key: value}
            else:
                held[key] = value
        elif (held := files.get(file)) is not None:
            held.pop(key, None)
            if not held:
                del files[file]


def _putting() -> Callable[[RowsByState, StoredRows], None]:
    if not is_native():
        return put_rows
    from cloudtag.native._compiled import put_rows as put_rows_natively

    return put_rows_natively


class MemoryPartition:
    """Rows by keyed state, so that reading one does not look at the others."""

    def __init__(self) -> None:
        self.next_offset = 0
        self.checkpoint = 0
        self.is_trusted = True
        self._files: RowsByState = {}
        self._put = _putting()

    def rows_of(self, prefix: bytes) -> Iterable[tuple[bytes, bytes]]:
        """All rows whose key starts with ``prefix``; fast when it holds the whole part of a keyed state."""
        file = key_part(prefix)
        if not has_key_part(prefix):
            return [row for row in self.all_rows() if row[0].startswith(prefix)]
        rows = self._files.get(file, {})
        if len(file) == len(prefix):
            return list(rows.items())
        return [row for row in rows.items() if row[0].startswith(prefix)]

    def all_rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Every row."""
        for rows in self._files.values():
            yield from rows.items()

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return sum(map(len, self._files.values()))

    def get(self, key: bytes) -> bytes | None:
        """One row, or none."""
        return self._files.get(key_part(key), {}).get(key)

    def apply(self, rows: StoredRows, next_offset: int, checkpoint: int) -> None:
        """Put or remove rows."""
        self._put(self._files, rows)
        self.next_offset, self.checkpoint = next_offset, checkpoint

    def wipe(self) -> None:
        """Forget everything."""
        self._files.clear()
        self.next_offset = 0


class MemoryStore:
    """Rows that last as long as their partition stays here."""

    def __init__(self) -> None:
        self._partitions: dict[tuple[str, int], MemoryPartition] = {}

    def store_part(self, processor: str, partition: int) -> MemoryPartition:
        """Open or create."""
        return self._partitions.setdefault((processor, partition), MemoryPartition())

    def release(self, processor: str, partition: int) -> None:
        """Drop the rows."""
        self._partitions.pop((processor, partition), None)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return sum(part.row_count for part in self._partitions.values())

    def close(self) -> None:
        """Nothing to let go of."""
