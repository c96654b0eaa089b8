"""Rows kept in memory: what replay and tests put under a lane in place of a changelog."""

from collections.abc import Iterable, Mapping

from cloudtag.engine.step import RowKey, file_part


class MemoryRows:
    """Rows by file. `apply` is what a changelog and a store do for a worker."""

    def __init__(self) -> None:
        """No rows."""
        self._files: dict[bytes, dict[RowKey, bytes]] = {}

    def rows_of(self, prefix: bytes) -> Iterable[tuple[RowKey, bytes]]:
        """The rows of the file whose part `prefix` is."""
        return list(self._files.get(prefix, {}).items())

    def all_rows(self) -> Iterable[tuple[RowKey, bytes]]:
        """Every row."""
        return [row for rows in self._files.values() for row in rows.items()]

    def apply(self, rows: Mapping[RowKey, bytes | None]) -> None:
        """Make a step's rows durable."""
        for key, value in rows.items():
            file = self._files.setdefault(file_part(key), {})
            if value is None:
                file.pop(key, None)
            else:
                file[key] = value
