"""Asking, and handing the answer to what shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from clickhouse_connect.driver.client import Client
from rich.console import Console

from cloudtag.cli.query.answer import ask, raw
from cloudtag.cli.query.command import SHOWN, Format
from cloudtag.cli.query.formats import written
from cloudtag.cli.query.table import show
from cloudtag.cli.query.values import Values
from cloudtag.cli.screen import stdout_bytes
from cloudtag.sql.statement import Statement


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How the answer is wanted; a format of none is the table, or what the statement itself names."""

    form: Format | None
    zone: tzinfo
    limit: int | None


def run(
    client: Client, asked: Statement, values: Mapping[str, str | None], wanted: AnswerOptions, console: Console
) -> None:
    """Ask and show; raises clickhouse-connect's errors."""
    if asked.output_format or wanted.form is Format.PARQUET:
        _write(raw(client, asked, values, None if asked.output_format else "Parquet"))
        return
    with ask(client, asked, values) as answer:
        texts = Values(answer.columns, wanted.zone)
        if wanted.form in (None, Format.TABLE, Format.VERTICAL):
            limit = SHOWN if wanted.limit is None else wanted.limit
            show(answer, texts, console, limit, wanted.form is Format.VERTICAL)
            return
        _write(written(answer, texts, str(wanted.form), wanted.limit or 0))


def _write(parts: Iterable[bytes]) -> None:
    out = stdout_bytes()
    for part in parts:
        out.write(part)
    out.flush()
