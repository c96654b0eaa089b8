"""Where a statement comes from, and the values for its parameters."""

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.sql.read_only import NotReadOnlyError, check_read_only
from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import StatementError
from cloudtag.warehouse.queries import BY_NAME

STDIN = "-"
NULL = r"\N"
"""The value that stands for NULL, as in ClickHouse's own text formats."""


def statement(sql: str | None, file: Path | None, name: str | None) -> Statement:
    """The one statement that was given; raises `FailureError` when there is none, or it does more than ask."""
    given = [source for source in (sql, file, name) if source is not None]
    if len(given) > 1:
        raise FailureError("give one statement: as the argument, with --file, or with --named", UNREADABLE)
    try:
        return Statement.of(_text(sql, file, name))
    except StatementError as error:
        raise FailureError(f"SQL: {error}", UNREADABLE) from error


def parameters(asked: Statement, given: Sequence[str]) -> dict[str, str | None]:
    """The values of `--param NAME=VALUE`; raises `FailureError` that names what lacks and what is not asked for."""
    wanted = asked.placeholders
    values: dict[str, str | None] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise FailureError(f"--param takes NAME=VALUE, not {pair!r}", UNREADABLE)
        if name not in wanted:
            raise FailureError(f"the statement has no parameter {name!r}{_has(wanted)}", UNREADABLE)
        if name in values:
            raise FailureError(f"parameter {name} is given twice", UNREADABLE)
        values[name] = None if value == NULL and wanted[name].startswith("Nullable(") else value
    if missing := [name for name in wanted if name not in values]:
        told = ", ".join(f"{name} ({wanted[name]})" for name in missing)
        how = " ".join(f"--param {name}=…" for name in missing)
        raise FailureError(f"the statement needs a value for {told}: give {how}", UNREADABLE)
    return values


def refuse_more_than_asking(asked: Statement, values: Mapping[str, str | None]) -> None:
    """Raises `FailureError` for a statement that does more than ask."""
    try:
        check_read_only(asked, {name: value or "" for name, value in values.items()})
    except NotReadOnlyError as error:
        raise FailureError(f"questions only read: {error}", UNREADABLE) from error


def _text(sql: str | None, file: Path | None, name: str | None) -> str:
    if name is not None:
        return _documented(name)
    if file is not None and str(file) != STDIN:
        return _decoded(file.read_bytes(), str(file))
    if sql is not None and sql != STDIN:
        return sql
    if sql is None and file is None and sys.stdin.isatty():
        raise FailureError("no statement: give it as the argument, with --file or --named, or pipe it in", UNREADABLE)
    return _decoded(sys.stdin.buffer.read(), "standard input")


def _documented(name: str) -> str:
    if name in BY_NAME:
        return BY_NAME[name].sql
    near = get_close_matches(name, BY_NAME, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(BY_NAME)}"
    raise FailureError(f"docs/queries.md has no question {name!r}: {hint}", UNREADABLE)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FailureError(
            f"{where} is not UTF-8: byte {error.start} is {data[error.start]:#04x}", UNREADABLE
        ) from error


def _has(wanted: Mapping[str, str]) -> str:
    return f"; it has {', '.join(wanted)}" if wanted else ": it has none"
