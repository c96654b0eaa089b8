"""The questions of a case page, asked as of a moment: of what had come in by then, and of what was said by then.

The tables of history keep every revision with the time at which the broker took it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from cloudtag.desk.filters import BadFilterError
from cloudtag.desk.joined import Question

_BY_THEN = "recorded_at <= {at:DateTime64(3)}"
_TABLE = re.compile(r"\bFROM (?:case_records|case_consequences|case_facts|logistics)\s+WHERE\b")


def as_of(question: Question, at: datetime | None) -> Question:
    """The same question about then; about now where no moment is named."""
    if at is None:
        return question
    sql, values = question
    sql = _TABLE.sub(lambda found: f"{found.group()} {_BY_THEN} AND", sql)
    return sql, {**values, "at": at}


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """The moment an address names, in the desk's zone unless it says another; none where it names none.

    Raises `BadFilterError`.
    """
    if not text.strip():
        return None
    try:
        told = datetime.fromisoformat(text.strip())
        return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFilterError(f"at={text[:40]}") from None
