"""Rows of a table as lines in the replay form: a column per field, lists as JSON text."""

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from cloudtag.contract.streams import INPUTS
from cloudtag.eventfiles.forms import HEAD_BYTES, delimiter_of
from cloudtag.eventfiles.unreadable import UnreadableFileError
from cloudtag.wire.codec import MAX_RECORD_BYTES
from cloudtag.wire.shape import shape_of

TableRow = dict[str, Any]
"""One row of a CSV or Parquet file: its values by column."""
Placed = tuple[int, bytes]
"""A line, and where it stands: its number from 1."""

_WHOLE = re.compile(r"[+-]?\d+")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_SURPLUS = "more cells than columns"


def csv_lines(path: Path, source: io.BufferedReader, stream: str | None) -> Iterator[Placed]:
    """Raises UnreadableFileError for a table whose records' stream is not said, and for quotes that do not close."""
    delimiter = delimiter_of(source.peek(HEAD_BYTES)) or ","
    csv.field_size_limit(MAX_RECORD_BYTES)
    text = io.TextIOWrapper(source, encoding="utf-8", errors="surrogateescape", newline="")
    rows = csv.DictReader(text, delimiter=delimiter, restkey=_SURPLUS, strict=True)
    try:
        names = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        _check_stream(path, names, stream)
        for row in rows:
            yield rows.line_num, _line({name: value for name, value in row.items() if value not in ("", None)}, stream)
    except csv.Error as error:
        raise UnreadableFileError(f"{path}:{rows.line_num}: not CSV: {error}") from None
    finally:
        # Whoever opened the file closes it.
        text.detach()


def parquet_lines(path: Path, source: io.BufferedReader, stream: str | None) -> Iterator[Placed]:
    """Raises UnreadableFileError for a damaged file, ModuleNotFoundError without pyarrow (the `import` extra)."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        table = ParquetFile(source if source.seekable() else io.BytesIO(source.read()))
        _check_stream(path, table.schema_arrow.names, stream)
        for batch in table.iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield number, _line({name: value for name, value in row.items() if not _is_nothing(value)}, stream)
    except (ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path}: not Parquet that can be read: {str(error).splitlines()[0]}") from None


def _check_stream(path: Path, names: list[str], stream: str | None) -> None:
    if stream is None and "stream" not in names:
        raise UnreadableFileError(f"{path} is a table without a column `stream`: name it with --stream, as in orders")


def _line(row: TableRow, stream: str | None) -> bytes:
    row.setdefault("stream", stream)
    known = INPUTS.get(str(row["stream"]))
    if known is not None:
        shape = shape_of(known.struct)
        kinds = _kinds(known.struct)
        row = {
            name: _value(value, kinds[name], is_time=name in shape.times) if name in kinds else value
            for name, value in row.items()
        }
    try:
        return msgspec.json.encode(row)
    except (TypeError, ValueError):
        # Text that is no UTF-8 is refused as such, with the bytes it has.
        return json.dumps(row, ensure_ascii=False, default=str).encode(errors="surrogateescape")


@cache
def _kinds(struct: type[Struct]) -> dict[str, Any]:
    return {name: _kind(hint) for name, hint in get_type_hints(struct).items()}


def _kind(hint: Any) -> Any:
    """What a field holds when it is not null: int, bool, tuple, or anything that is text."""
    if get_origin(hint) in (Union, UnionType):
        return _kind(next(inner for inner in get_args(hint) if inner is not type(None)))
    return get_origin(hint) or hint


def _value(value: Any, kind: Any, *, is_time: bool) -> Any:
    """A cell as its field has it; what does not look like one stays as it is, and is refused by name."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, str):
        return value
    if is_time or kind is int:
        return int(value) if _WHOLE.fullmatch(value.strip()) else value
    if kind is bool:
        return _TRUTH.get(value.strip().casefold(), value)
    return _listed(value) if kind is tuple else value


def _listed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
