"""The SQL that reads an alert and its facts back. `{name:Type}` are ClickHouse query parameters."""

from __future__ import annotations

from cloudtag.warehouse.fact_tables import FACT_TABLES
from cloudtag.warehouse.record_tables import RECORD_TABLES

AT_ONCE = 500
"""So many values are asked for in one query: they travel in its address."""

ALERT = (
    f"SELECT {', '.join(column.name for column in RECORD_TABLES['alerts'].columns)} FROM alerts "  # noqa: S608
    "WHERE alert_id = {alert_id:String} ORDER BY revision LIMIT 1 BY revision"
)
NAMES = "SELECT kind, key, value FROM identities FINAL WHERE key IN {values:Array(String)}"
GRANT = "GRANT SELECT ON {database}.identities TO {user} (the role cloudtag_investigator has it)"


def facts_by(stream: str, column: str) -> str:
    """The rows of a stream's table in which a column is, or shares, one of `{values:Array(String)}`."""
    columns = {each.name: each.type for each in FACT_TABLES[stream].columns}
    is_list = columns[column].startswith("Array")
    which = f"hasAny({column}, {{values:Array(String)}})" if is_list else f"{column} IN {{values:Array(String)}}"
    return f"SELECT {', '.join(columns)} FROM {FACT_TABLES[stream].name} WHERE {which}"  # noqa: S608
