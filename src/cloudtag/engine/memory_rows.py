"""Rows kept in memory: what replay and tests put under a task in place of a changelog."""

from collections.abc import Iterable, Mapping

from cloudtag.engine.task_result import RowKey, key_part


class MemoryRows:
    """Rows by keyed state. `apply` is what a changelog and a store do for a worker."""

    def __init__(self) -> None:
        """No rows."""
        self._files: dict[bytes, dict[RowKey, bytes]] = {}

    def rows_of(self, prefix: bytes) -> Iterable[tuple[RowKey, bytes]]:
        """The rows of the keyed state whose part `prefix` is."""
        return list(self._files.get(prefix, {}).items())

    def all_rows(self) -> Iterable[tuple[RowKey, bytes]]:
        """Every row."""
        return [row for rows in self._files.values() for row in rows.items()]

    def is_aside(self, prefix: bytes) -> bool:
        """No keyed state is ever set aside here."""
        del prefix
        return False

    def apply(self, rows: Mapping[RowKey, bytes | None]) -> None:
        """Make a step's rows durable."""
        prefix, state = b"", dict[RowKey, bytes]()
        for key, value in rows.items():
            # Those of one keyed state come one after the other.
            if not prefix or not key.startswith(prefix):
                prefix = key_part(key)
                state = self._files.setdefault(prefix, {})
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
