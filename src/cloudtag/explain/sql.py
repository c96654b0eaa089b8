"""The SQL that reads an alert and its facts back. `{name:Type}` are ClickHouse query parameters."""

from __future__ import annotations

from cloudtag.warehouse.fact_tables import FACT_TABLES
from cloudtag.warehouse.record_tables import RECORD_TABLES

AT_ONCE = 500
"""So many values are asked for in one query: they travel in its address."""

ALERT = (
    f"SELECT {', '.join(column.name for column in RECORD_TABLES['alerts'].columns)} FROM alerts "  # noqa: S608 - names of our own, values as parameters
    "WHERE alert_id = {alert_id:String} ORDER BY revision LIMIT 1 BY revision"
)
NAMES = "SELECT kind, key, value FROM identities FINAL WHERE key IN {values:Array(String)}"
DAY = "day"
"""Asked like a column of scans: days in UTC (`2026-03-08`). One scan of each carrier, as it is written, is given."""
CARRIER_OF_DAY = "carrier_of_day"
"""Asked like a column of scans: a day and a carrier as it is written (`2026-03-08 YTO`). One scan an hour is given."""
GRANT = "GRANT SELECT ON {database}.identities TO {user} (the role cloudtag_investigator has it)"


def facts_by(stream: str, column: str) -> str:
    """The rows of a stream's table in which a column is, or shares, one of `{values:Array(String)}`."""
    if column in _SCANS_BY:
        return _scans_by(*_SCANS_BY[column])
    columns = {each.name: each.type for each in FACT_TABLES[stream].columns}
    is_list = columns[column].startswith("Array")
    which = f"hasAny({column}, {{values:Array(String)}})" if is_list else f"{column} IN {{values:Array(String)}}"
    return f"SELECT {', '.join(columns)} FROM {FACT_TABLES[stream].name} WHERE {which}"  # noqa: S608 - names of our own, values as parameters


_ON_DAY = "toString(toDate(occurred_at))"
_SCANS_BY = {
    DAY: (_ON_DAY, "carrier"),
    CARRIER_OF_DAY: (f"concat({_ON_DAY}, ' ', carrier)", "carrier, toStartOfHour(occurred_at)"),
}
"""What is compared with the values, and of what one scan is enough."""


def _scans_by(compared: str, once: str) -> str:
    """One of the scans that show that a courier carries on: no labels, and none whose hour in UTC is not known."""
    table = FACT_TABLES["logistics"]
    return (
        f"SELECT {', '.join(column.name for column in table.columns)} FROM {table.name} "  # noqa: S608 - names of our own, values as parameters
        # Days in order are texts in order; months that cannot hold one are not read.
        "WHERE toDate(occurred_at) BETWEEN toDate(substring(arrayMin({values:Array(String)}), 1, 10)) "
        "AND toDate(substring(arrayMax({values:Array(String)}), 1, 10)) "
        f"AND {compared} IN {{values:Array(String)}} AND scan != 'label_created' AND NOT time_is_local "
        f"LIMIT 1 BY {once}"
    )
