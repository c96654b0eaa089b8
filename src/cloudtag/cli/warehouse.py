"""`cloudtag warehouse`: the tables in ClickHouse, and questions to them."""

from cloudtag.cli.options import ClickHouse, settings
from cloudtag.cli.query.command import query
from cloudtag.cli.screen import note, output

__all__ = ["migrate", "query"]


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
