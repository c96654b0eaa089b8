"""Times as text, without a clock."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def rfc3339(time_ms: int) -> str:
    """Milliseconds since the epoch as RFC 3339 with Z; the fraction is left out when it is zero."""
    text = (_EPOCH + time_ms * _MS).isoformat(timespec="milliseconds" if time_ms % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def millis(text: str) -> int:
    """What `rfc3339` wrote, as milliseconds since the epoch. Raises ValueError."""
    return (datetime.fromisoformat(text) - _EPOCH) // _MS
