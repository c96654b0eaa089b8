"""Blocks whose columns are bytes already, where there is a native part: the client then only puts them together.

A column that the native part does not make is handed to the client as a list of values, as every column is without one:
so the same is stored and the same refused in both ways, and in the same words.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.driver.insert import InsertContext

from cloudtag.native.choice import is_native
from cloudtag.warehouse.blocks import TABLES, InsertBatch, block_of
from cloudtag.warehouse.column_plan import column_plan_of
from cloudtag.warehouse.columns import TIME, FieldTaken, RecordRows
from cloudtag.warehouse.pseudonymizer import Pseudonymizer

if TYPE_CHECKING:
    from cloudtag.native._compiled import ColumnWriter


class ReadyColumn:
    """The bytes of a column of so many rows, as its type writes them."""

    __slots__ = ("_rows", "data")

    def __init__(self, data: bytes, rows: int) -> None:
        self.data = data
        self._rows = rows

    def __len__(self) -> int:
        return self._rows


class ReadyType:
    """A type of the client's that also takes a column's bytes as they are."""

    def __init__(self, own: ClickHouseType) -> None:
        self.name, self.insert_name = own.name, own.insert_name
        self._own = own

    def write_column(self, column: Sequence[Any] | ReadyColumn, dest: bytearray, context: InsertContext) -> None:
        """What the client calls for each column of a block."""
        if isinstance(column, ReadyColumn):
            dest += column.data
        else:
            self._own.write_column(column, dest, context)


def ready_types(types: Iterable[ClickHouseType]) -> list[Any]:
    """The types of a block made by `ready_block_of`, for the client."""
    return [ReadyType(kind) for kind in types]


def ready_block_of(batch: InsertBatch, pseudonymizer: Pseudonymizer) -> list[list[Any] | ReadyColumn]:
    """A batch as columns, each as bytes or as values. Raises as `block_of` does."""
    if not is_native():
        return [*block_of(batch, pseudonymizer)]
    from cloudtag.native._compiled import write_fields

    columns, writers, times = TABLES[batch.stream].columns, *_writers_of(batch.stream)
    records = RecordRows(row.record for row in batch.rows)
    own = [
        (column, writer)
        for column, writer in zip(columns, writers, strict=True)
        if writer is not None and column.taken is not None
    ]
    taken = dict(zip((column for column, _ in own), write_fields((writer for _, writer in own), records), strict=True))
    block: list[list[Any] | ReadyColumn] = []
    for column, writer in zip(columns, writers, strict=True):
        data = taken.get(column)
        values = None if data is not None else column.of(records, pseudonymizer)
        block.append(ReadyColumn(data, len(records)) if data is not None else _written(writer, values or []))
    return [*block, _written(times, [row.at_ms for row in batch.rows])]


def _written(writer: "ColumnWriter | None", values: list[Any]) -> list[Any] | ReadyColumn:
    data = None if writer is None else writer.write(values)
    return values if data is None else ReadyColumn(data, len(values))


@cache
def _writers_of(stream: str) -> "tuple[list[ColumnWriter | None], ColumnWriter | None]":
    """What writes each column of a stream's table, none for what is the client's alone; and the times of the broker."""
    from cloudtag.native._compiled import ColumnWriter

    def writer_of(kind: str, taken: FieldTaken | None) -> "ColumnWriter | None":
        plan = column_plan_of(kind, taken)
        return None if plan is None else ColumnWriter(plan)

    return [writer_of(column.type, column.taken) for column in TABLES[stream].columns], writer_of(TIME, None)
