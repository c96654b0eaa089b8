"""Answers for programs: CSV, tab-separated, JSON, JSON lines, Markdown; written block by block."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from cloudtag.cli.query.answer import AnswerColumn, AnswerRow, QueryAnswer
from cloudtag.cli.query.values import Values, to_json

NULL = r"\N"
"""How NULL is written in CSV and tab-separated texts, as ClickHouse does."""
_TSV = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def written(answer: QueryAnswer, values: Values, form: str, limit: int) -> Iterator[bytes]:
    """The answer in a format of `WRITERS`, in parts; up to `limit` rows (0: all)."""
    rows = (row for block in answer.blocks for row in block)
    if not answer.columns and form not in _WITHOUT_HEAD:
        return iter(())
    return WRITERS[form](answer.columns, values, islice(rows, limit) if limit else rows)


def _csv(columns: Sequence[AnswerColumn], values: Values, rows: Iterator[AnswerRow]) -> Iterator[bytes]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_text(value) for value in values.plain(row)])
        if line.tell() > io.DEFAULT_BUFFER_SIZE:
            yield _taken(line)
    yield _taken(line)


def _taken(line: io.StringIO) -> bytes:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text.encode()


def _tsv(columns: Sequence[AnswerColumn], values: Values, rows: Iterator[AnswerRow]) -> Iterator[bytes]:
    yield "\t".join(column.name.translate(_TSV) for column in columns).encode() + b"\n"
    for row in rows:
        cells = (NULL if value is None else _text(value).translate(_TSV) for value in values.plain(row))
        yield "\t".join(cells).encode() + b"\n"


def _jsonl(columns: Sequence[AnswerColumn], values: Values, rows: Iterator[AnswerRow]) -> Iterator[bytes]:
    names = _distinct([column.name for column in columns])
    for row in rows:
        yield to_json(dict(zip(names, values.plain(row), strict=True))) + b"\n"


def _json(columns: Sequence[AnswerColumn], values: Values, rows: Iterator[AnswerRow]) -> Iterator[bytes]:
    before = b"[\n"
    for line in _jsonl(columns, values, rows):
        yield before + line.rstrip()
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def _markdown(columns: Sequence[AnswerColumn], values: Values, rows: Iterator[AnswerRow]) -> Iterator[bytes]:
    yield _markdown_line([column.name for column in columns])
    yield _markdown_line(["--:" if column.is_number else ":--" for column in columns])
    for row in rows:
        yield _markdown_line(values.shown(row))


def _markdown_line(cells: Sequence[str]) -> bytes:
    safe = (cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {' | '.join(safe)} |\n".encode()


def _text(value: Any) -> str:
    if value is None:
        return NULL
    return value if isinstance(value, str) else to_json(value).decode()


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number: an object would keep the last value alone."""
    found: list[str] = []
    for name in names:
        number, free = 2, name
        while free in found:
            number, free = number + 1, f"{name}_{number}"
        found.append(free)
    return found


AnswerWriter = Callable[[Sequence[AnswerColumn], Values, Iterator[AnswerRow]], Iterator[bytes]]
"""Writes an answer in one format: columns, how values are shown, and rows in; pieces of the output out."""
WRITERS: dict[str, AnswerWriter] = {"csv": _csv, "tsv": _tsv, "json": _json, "jsonl": _jsonl, "markdown": _markdown}
"""The formats and what writes them."""
_WITHOUT_HEAD = ("json", "jsonl")
