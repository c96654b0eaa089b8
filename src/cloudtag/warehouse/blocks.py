"""Batches and the blocks of columns they become."""

from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from cloudtag.warehouse.columns import TIME, Column, RecordRows, WarehouseTable
from cloudtag.warehouse.fact_tables import FACT_TABLES
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.record_tables import RECORD_TABLES
from cloudtag.warehouse.surface_tables import SURFACE_TABLES

TABLES: dict[str, WarehouseTable] = {**FACT_TABLES, **RECORD_TABLES, **SURFACE_TABLES}
"""The table of each stream."""


class LogRow(Struct, frozen=True, gc=False):
    """A decoded record and where in the log it stands; `key` and `value` are its bytes, `at_ms` its broker time."""

    offset: int
    at_ms: int
    record: Struct
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class InsertBatch:
    """Rows of one partition between two cuts of its log. The same log gives the same batches, run after run."""

    stream: str
    topic: str
    partition: int
    size: int
    rows: tuple[LogRow, ...]

    @property
    def token(self) -> str:
        """Names the block for good: whatever shapes its content is in here.

        The broker times of the first and the last row distinguish a topic from another of the same name that was made
        after it was deleted, whose offsets begin again.
        """
        first, last = self.rows[0], self.rows[-1]
        born = f"{first.at_ms}-{last.at_ms}"
        return f"{self.topic}:{born}:{self.partition}:{first.offset}-{last.offset}:{self.size}:{len(self.rows)}"

    def halves(self) -> "tuple[InsertBatch, InsertBatch]":
        """The batch in two, at the middle."""
        middle = len(self.rows) // 2
        return self._of(self.rows[:middle]), self._of(self.rows[middle:])

    def _of(self, rows: tuple[LogRow, ...]) -> "InsertBatch":
        return InsertBatch(self.stream, self.topic, self.partition, self.size, rows)


def columns_of(stream: str) -> list[tuple[str, str]]:
    """Names and types of the columns a stream's block has, in order."""
    own: list[Column] = list(TABLES[stream].columns)
    return [*((column.name, column.type) for column in own), ("recorded_at", TIME)]


def block_of(batch: InsertBatch, pseudonymizer: Pseudonymizer) -> list[list[Any]]:
    """A batch as lists of column values."""
    records = RecordRows(row.record for row in batch.rows)
    block = [column.of(records, pseudonymizer) for column in TABLES[batch.stream].columns]
    block.append([row.at_ms for row in batch.rows])
    return block
