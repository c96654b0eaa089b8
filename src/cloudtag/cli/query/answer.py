"""The answer to a question, in blocks of columns, so that a long one needs no memory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.client import Client

from cloudtag.sql.statement import Statement
from cloudtag.warehouse.reading import reading

AnswerRow = Sequence[Any]
"""One row of an answer: its values in the order of the columns."""
_NESTED = ("Array(", "Tuple(", "Map(", "Nested(")


class _Literal:
    """A value that is written as ClickHouse reads it already, such as `['a', 'b']`: the client leaves it alone."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column and its ClickHouse type."""

    name: str
    type: str

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.type.removeprefix("Nullable(").startswith(("Int", "UInt", "Float", "Decimal", "BFloat"))


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """Columns, and the rows in blocks as they come."""

    columns: Sequence[AnswerColumn]
    blocks: Iterator[Sequence[AnswerRow]]


@contextmanager
def ask(client: Client, asked: Statement, values: Mapping[str, str | None]) -> Iterator[QueryAnswer]:
    """Ask; raises clickhouse-connect's errors, also while the blocks are read."""
    stream = client.query_row_block_stream(
        asked.text, parameters=_bound(asked, values), settings=reading(client), tz_mode="aware"
    )
    with stream as blocks:
        # An answer without rows comes without columns, too.
        source: Any = stream.source
        names, kinds = source.column_names, source.column_types
        columns = [AnswerColumn(name, kind.name) for name, kind in zip(names, kinds, strict=True)]
        yield QueryAnswer(columns, iter(blocks))


def raw(client: Client, asked: Statement, values: Mapping[str, str | None], form: str | None) -> Iterator[bytes]:
    """The answer as ClickHouse writes it, in `form` or in the format the statement names itself."""
    stream: Any = client.raw_stream(asked.text, parameters=_bound(asked, values), settings=reading(client), fmt=form)
    while part := stream.read(1 << 16):
        yield part


def _bound(asked: Statement, values: Mapping[str, str | None]) -> dict[str, Any] | None:
    """The parameters for the client, which escapes plain texts."""
    bound = {
        name: _Literal(value) if value is not None and asked.placeholders[name].startswith(_NESTED) else value
        for name, value in values.items()
    }
    return bound or None
