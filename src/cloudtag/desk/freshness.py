"""Until when facts were judged, and how late they came: an empty queue is only good news if the desk is not blind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cloudtag.desk.asking import Asking

FEEDS = ("orders", "refunds", "logistics", "inspections", "reviews", "complaints")
"""The streams without which cases are missed; each fills the table of its name."""
FEED_DAYS = 7
"""How late a feed is counts over so many days up to the newest event of any."""
_SQL = """
    SELECT max(n.at) AS judged_until, maxIf(n.taken, n.stream = 'orders') AS newest_order,
        newest_order.stored_at AS stored_at, dateDiff('second', newest_order.recorded_at, stored_at) AS behind_seconds,
        toUInt32(toUnixTimestamp(now())) AS asked_second
    FROM newest_events AS n"""
_EMPTY_YEAR = 1970


@dataclass(frozen=True, slots=True)
class Freshness:
    """`judged_until`: the newest event time stored; none where nothing is. `behind_seconds`: how long after the broker
    took an event it was stored, by the newest order. `asked_second`: when this was so, by the warehouse's clock
    (seconds since the epoch); 0 where it did not say."""

    judged_until: datetime | None
    stored_at: datetime | None
    behind_seconds: int
    asked_second: int = 0


async def freshness(asking: Asking) -> Freshness:
    """How far the warehouse is. Raises `NoAnswerError`."""
    row = await asking.one(_SQL)
    if row is None or row["judged_until"].year == _EMPTY_YEAR:
        return Freshness(None, None, 0, row["asked_second"] if row else 0)
    return Freshness(row["judged_until"], row["stored_at"], max(0, row["behind_seconds"]), row["asked_second"])


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: when its newest fact happened (none: there is none), and how long after they happened half of its facts
    of the last `FEED_DAYS` came in (none: there were none, it is silent)."""

    name: str
    newest: datetime | None
    late_seconds: int | None


async def feeds(asking: Asking) -> tuple[Feed, ...]:
    """How far each feed is and how late. Raises `NoAnswerError`."""
    each = " UNION ALL ".join(_FEED.replace("{feed}", name) for name in FEEDS)
    rows = {row["feed"]: row for row in await asking.rows(each)}
    found = []
    for name in FEEDS:
        newest, facts = rows[name]["newest"], rows[name]["facts"]
        late = max(0, int(rows[name]["late"])) if facts else None
        found.append(Feed(name, None if newest.year == _EMPTY_YEAR else newest, late))
    return tuple(found)


_FEED = f"""
    SELECT '{{feed}}' AS feed, (SELECT max(occurred_at) FROM {{feed}}) AS newest, count() AS facts,
        if(facts = 0, 0, quantileExact(dateDiff('second', occurred_at, recorded_at))) AS late
    FROM {{feed}} WHERE occurred_at > (SELECT at FROM newest_event) - INTERVAL {FEED_DAYS} DAY"""  # noqa: S608 - names of our own
