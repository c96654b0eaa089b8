"""Where rows are kept between batches: one store partition per processor and partition."""

from collections.abc import Iterable
from typing import Protocol

from cloudtag.changelog.writing import StoredRows

__all__ = ["Store", "StoreError", "StorePartition", "StoredRows"]


class StoreError(RuntimeError):
    """The store on disk cannot be read or written: full, damaged, gone. It is a cache: the changelog has the rows."""


class StorePartition(Protocol):
    """The rows of one processor on one partition. Also a ``cloudtag.engine.task_result.RowReader``."""

    next_offset: int
    """The changelog offset after the last record applied; 0 for a fresh store partition."""
    checkpoint: int
    """A checksum of the changelog record before ``next_offset``, by which a foreign store gives itself away."""
    is_trusted: bool
    """Whether the checkpoint was checked, or there is nothing to check."""

    def rows_of(self, prefix: bytes) -> Iterable[tuple[bytes, bytes]]:
        """All rows whose key starts with ``prefix``, in any order."""
        ...

    def all_rows(self) -> Iterable[tuple[bytes, bytes]]:
        """Every row."""
        ...

    def get(self, key: bytes) -> bytes | None:
        """One row, or none."""
        ...

    def apply(self, rows: StoredRows, next_offset: int, checkpoint: int) -> None:
        """Put or remove rows, and note how far the changelog is now contained: both or neither."""
        ...

    def wipe(self) -> None:
        """Forget everything, to be read again from the changelog's beginning."""
        ...


class Store(Protocol):
    """The store partitions of one worker."""

    def store_part(self, processor: str, partition: int) -> StorePartition:
        """Open, or create, a store partition."""
        ...

    def release(self, processor: str, partition: int) -> None:
        """The partition has gone to another worker: free what it holds in memory."""
        ...

    @property
    def row_count(self) -> int:
        """About how many rows it holds."""
        ...

    def close(self) -> None:
        """Close whatever is open."""
        ...
