"""What the warehouse answers about couriers that carry on, computed from rows."""

from collections.abc import Collection
from typing import Any

from cloudtag.explain.sql import CARRIER_OF_DAY, DAY


def carrying_on(rows: list[dict[str, Any]], column: str, values: Collection[str]) -> list[dict[str, Any]]:
    """One scan of each carrier (`DAY`), or of each of its hours (`CARRIER_OF_DAY`)."""
    assert column in (DAY, CARRIER_OF_DAY)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        hour = f"{row['occurred_at']:%Y-%m-%dT%H}"
        day, carrier = hour[:10], row["carrier"]
        if (day if column == DAY else f"{day} {carrier}") not in values:
            continue
        if row["scan"] != "label_created" and not row["time_is_local"]:
            found.setdefault((carrier,) if column == DAY else (carrier, hour), row)
    return list(found.values())
