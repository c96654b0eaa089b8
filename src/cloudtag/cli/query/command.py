"""The command."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.options import ClickHouse, settings
from cloudtag.cli.screen import output


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    VERTICAL = "vertical"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


FOR_PEOPLE = (Format.TABLE, Format.VERTICAL)
SHOWN = 1_000


def query(
    sql: Annotated[str | None, typer.Argument(metavar="[SQL]", help="A statement; - reads it from a pipe.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="Read the statement here.")] = None,
    named: Annotated[str | None, typer.Option("--named", metavar="NAME", help="A question of docs/queries.md.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="The value of {NAME:Type}; may be repeated."),
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", help="How the answer is written; default table.")] = None,
    vertical: Annotated[bool, typer.Option("--vertical", help="One value a line, for wide rows.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="Tell times in this zone.")] = "UTC",
    limit: Annotated[
        int | None, typer.Option("--limit", min=0, help=f"So many rows; 0: all. A table shows {SHOWN:,}, others all.")
    ] = None,
    clickhouse: ClickHouse = None,
) -> None:
    """Ask the warehouse in SQL. Questions only read: no data, no setting and no file is changed.

    Money in columns *_minor is in the currency's smallest unit; a table shows it in the currency, too, when a column
    currency is beside it.

    Example:  cloudtag warehouse query "SELECT detector, count() FROM alerts_current GROUP BY detector"

    Example:  cloudtag warehouse query --named history --param alert_id=… --zone Asia/Shanghai --format csv
    """
    from cloudtag.cli.clickhouse import connect, database_of
    from cloudtag.cli.query.run import AnswerOptions, run
    from cloudtag.cli.query.source import parameters, refuse_more_than_asking, statement

    asked = statement(sql, file, named)
    values = parameters(asked, param or [])
    refuse_more_than_asking(asked, values)
    wanted = AnswerOptions(_one_format(form, vertical, json), _zone(zone), limit)
    if wanted.form is Format.PARQUET and sys.stdout.isatty():
        raise FailureError("Parquet is not for terminals: add > FILE", UNREADABLE)
    if asked.output_format and wanted.form:
        raise FailureError(f"the statement says FORMAT {asked.output_format} itself: leave one of both out", UNREADABLE)
    config = settings(clickhouse=clickhouse)
    client = connect(config)
    client.database = database_of(config)
    run(client, asked, values, wanted, output())


def _one_format(form: Format | None, vertical: bool, json: bool) -> Format | None:
    given = {form} if form else set()
    given |= {Format.VERTICAL} if vertical else set()
    given |= {Format.JSONL} if json else set()
    if len(given) > 1:
        raise FailureError(f"give one format, not {' and '.join(sorted(given))}", UNREADABLE)
    return next(iter(given), None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FailureError(f"no such time zone: {name!r} (UTC, Asia/Shanghai)", UNREADABLE) from None
