"""What a task sees of a store partition: its own row and its keys' rows, not what the changelog keeps besides."""

from collections.abc import Iterable, Iterator, Mapping

from cloudtag.changelog.records import OWN
from cloudtag.engine.task_result import key_part
from cloudtag.engine.task_row import TASK_KEY
from streams.state.store import StorePartition


class OpenRows:
    """The rows of a partition as a task reads them: a ``cloudtag.engine.task_result.RowReader``."""

    def __init__(self, store_part: StorePartition, aside: Mapping[bytes, bytes]) -> None:
        """``aside``: the keys that are set aside, as they are stored, and why."""
        self._store_part = store_part
        self._aside = aside

    def rows_of(self, prefix: bytes) -> Iterable[tuple[bytes, bytes]]:
        """All rows whose key starts with ``prefix``; none of a key that is set aside."""
        return () if prefix in self._aside else self._store_part.rows_of(prefix)

    def all_rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Every row."""
        aside = self._aside
        for key, value in self._store_part.all_rows():
            if key.startswith(OWN):
                if key == TASK_KEY:
                    yield key, value
            elif not aside or key_part(key) not in aside:
                yield key, value

    def is_aside(self, prefix: bytes) -> bool:
        """Whether the key whose part ``prefix`` is, is set aside."""
        return prefix in self._aside
