"""What the demonstration asks the warehouse, in SQL."""

import random
import time
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from cloudtag.cli.clickhouse import connect, database_of
from cloudtag.cli.failure import LONGEST, one_line
from cloudtag.cli.screen import note
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS
from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.migrate import migrate

TRIES = 4
FIRST_SECONDS = 0.2

ALERTS = """SELECT detector,
    countIf(status IN ('open', 'upgraded', 'resolved')) AS standing, countIf(status = 'withdrawn') AS withdrawn
FROM alerts_latest GROUP BY detector ORDER BY detector"""
TAGS = """SELECT status, reason, count() AS tags
FROM tag_statuses_current GROUP BY status, reason ORDER BY status, reason"""

CONSEQUENCES = """SELECT kind,
    countIf(status = 'active') AS active, countIf(status = 'ended') AS ended, countIf(status = 'reversed') AS reversed
FROM consequences_latest GROUP BY kind ORDER BY kind"""


def prepare(config: Config) -> None:
    """Bring the warehouse up to date."""
    migrate(connect(config), database_of(config))


class DemoWarehouse:
    """Questions to the configured database."""

    def __init__(self, config: Config) -> None:
        """Connect; raises clickhouse-connect's errors."""
        self._client = connect(config)
        self._client.database = database_of(config)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a query; nothing, and a line that says so, when it is answered badly time and again."""
        for attempt in range(1, TRIES + 1):
            try:
                return [tuple(row) for row in self._client.query(sql).result_rows]
            except (ClickHouseError, OSError) as error:
                if attempt == TRIES:
                    note(f"the warehouse gives no answer: {one_line(str(error))[:LONGEST]}")
                    break
            time.sleep(random.uniform(0, FIRST_SECONDS * 2**attempt))
        return []

    def events(self) -> dict[str, int]:
        """Distinct events stored, by input stream."""
        parts = [
            f"SELECT '{stream}' AS stream, uniqExact(event_id) AS events FROM {TABLES[stream].name}"  # noqa: S608 - names of our own, values as parameters
            for stream in INPUTS
        ]
        return {str(stream): int(count) for stream, count in self.rows(" UNION ALL ".join(parts)) if count}

    def count(self, table: str) -> int:
        """The rows of a table or view, repeats replaced."""
        return sum(int(count) for (count,) in self.rows(f"SELECT count() FROM {table}"))  # noqa: S608 - names of our own, values as parameters
