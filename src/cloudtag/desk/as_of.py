"""The questions of a case page, asked as of a moment: of what had come in by then, and of what was said by then.

The tables of history keep every revision with the time at which the broker took it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from cloudtag.desk.filters import BadFilterError
from cloudtag.desk.joined import Question

_HISTORY = {
    "alerts_latest": ("alerts_history", "alert_id"),
    "tag_statuses_current": ("tag_statuses_history", "tag_id"),
    "confirmations_latest": ("confirmations_history", "confirmation_id"),
    "report_statuses_current": ("report_statuses_history", "report_id"),
    "consequences_latest": ("consequences_history", "consequence_id"),
}
"""What stands now: where every revision of it is, and by which id."""
_BY_THEN = "recorded_at <= {at:DateTime64(3)}"
_VIEW = re.compile(rf"\b({'|'.join(_HISTORY)})\b")
_TABLE = re.compile(r"\bFROM (?:alert_revisions|case_facts|logistics)\s+WHERE\b")


def as_of(question: Question, at: datetime | None) -> Question:
    """The same question about then; about now where no moment is named."""
    if at is None:
        return question
    sql, values = question
    sql = _TABLE.sub(lambda found: f"{found.group()} {_BY_THEN} AND", _VIEW.sub(_then, sql))
    return sql, {**values, "at": at}


def _then(found: re.Match[str]) -> str:
    history, key = _HISTORY[found.group()]
    return f"(SELECT * FROM {history} WHERE {_BY_THEN} ORDER BY revision DESC LIMIT 1 BY {key})"  # noqa: S608 - names of our own


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
