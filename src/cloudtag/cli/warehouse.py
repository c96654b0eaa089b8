"""`cloudtag warehouse`: the tables in ClickHouse, and questions to them."""

import sys
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from cloudtag.cli.options import ClickHouse, settings
from cloudtag.cli.screen import note, output


def migrate(clickhouse: ClickHouse = None) -> None:
    """Apply the numbered SQL files that are not applied yet; running it again changes nothing.

    Example:  CLICKHOUSE=http://localhost:8123/cloudtag cloudtag warehouse migrate
    """
    from cloudtag.cli.clickhouse import connect, database_of
    from cloudtag.warehouse.migrate import migrate as apply

    config = settings(clickhouse=clickhouse)
    database = database_of(config)
    applied = apply(connect(config), database)
    for name in applied:
        output().print(name)
    note(f"{len(applied)} files applied to {database}")


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A statement; - reads it from standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")] = False,
    clickhouse: ClickHouse = None,
) -> None:
    """Ask the warehouse in SQL.

    Example:  cloudtag warehouse query "SELECT detector, count() FROM alerts_current GROUP BY detector"
    """
    from cloudtag.cli.clickhouse import connect, database_of

    config = settings(clickhouse=clickhouse)
    client = connect(config)
    client.database = database_of(config)
    result = client.query(sys.stdin.read() if sql == "-" else sql)
    if json:
        encoder = msgspec.json.Encoder(enc_hook=str)
        for named in result.named_results():
            sys.stdout.buffer.write(encoder.encode(named) + b"\n")
        return
    table = Table(*result.column_names)
    for row in result.result_rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    output().print(table)
    note(f"{len(result.result_rows):,} rows")
