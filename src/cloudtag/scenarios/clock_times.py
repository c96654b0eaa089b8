"""Moments as a story writes them: `day 3 14:00`, counted from its first day, or RFC 3339."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any

DAY_MS = 86_400_000
_DAY = re.compile(r"day (-?\d{1,4})(?: (\d\d):(\d\d)(?::(\d\d))?)?")
_SPAN = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS}


class NotATimeError(ValueError):
    """A moment or a span that cannot be read; its text says how it is written."""


def milliseconds(written: Any, begins_ms: int) -> int:
    """A moment, milliseconds since the epoch. Day 1 is the day that begins at `begins_ms`. Raises NotATimeError."""
    if isinstance(written, str) and (match := _DAY.fullmatch(written)):
        day, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if hours < 24 and minutes < 60 and seconds < 60:
            return begins_ms + (day - 1) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + seconds * 1000
    if isinstance(written, str) and written[:1].isdigit():
        with suppress(ValueError):
            written = datetime.fromisoformat(written)
    if isinstance(written, datetime) and written.tzinfo:
        return int(written.timestamp() * 1000)
    raise NotATimeError(f'{written!r} is no moment: write "day 3 14:00" or "2026-03-04T14:00:00Z"')


def midnight(day: date) -> int:
    """The beginning of a day, UTC, milliseconds since the epoch."""
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def span(written: Any) -> int:
    """How long something lasts, milliseconds. Raises NotATimeError."""
    match = _SPAN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise NotATimeError(f'{written!r} is no length of time: write "30m", "12h" or "2d"')
    return int(match[1]) * _UNITS[match[2]]


def day_of(at_ms: int, begins_ms: int) -> int:
    """The number of the day a moment lies in; the story's first day is 1."""
    return (at_ms - begins_ms) // DAY_MS + 1
