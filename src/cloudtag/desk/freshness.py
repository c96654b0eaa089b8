"""Until when facts were judged, and how late they came: an empty queue is only good news if the desk is not blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cloudtag.desk.asking import Asking

_SQL = """
    SELECT n.at AS judged_until, s.newest AS stored_at, s.behind AS behind_seconds
    FROM newest_event AS n,
    (SELECT max(stored_at) AS newest, argMax(dateDiff('second', recorded_at, stored_at), stored_at) AS behind
        FROM orders WHERE recorded_at >= (SELECT max(recorded_at) FROM orders) - INTERVAL 1 DAY) AS s"""
_EMPTY_YEAR = 1970


@dataclass(frozen=True, slots=True)
class Freshness:
    """`judged_until`: the newest event time stored; none where nothing is. `behind_seconds`: how long after the broker
    took an event it was stored, by the newest order."""

    judged_until: datetime | None
    stored_at: datetime | None
    behind_seconds: int


async def freshness(asking: Asking) -> Freshness:
    """How far the warehouse is. Raises `NoAnswerError`."""
    row = await asking.one(_SQL)
    if row is None or row["judged_until"].year == _EMPTY_YEAR:
        return Freshness(None, None, 0)
    return Freshness(row["judged_until"], row["stored_at"], max(0, row["behind_seconds"]))
