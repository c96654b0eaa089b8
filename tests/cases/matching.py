"""Whether a final record is one that a case asks for, in the small language of `tests/data/cases/README.md`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Record = Mapping[str, Any]
Match = Mapping[str, Any]

_GONE = frozenset(("withdrawn", "reversed", "voided", "expired"))
_IDS = {"alerts": "alert_id", "consequences": "consequence_id", "tag-confirmations": "confirmation_id"}


def faults(records: Iterable[Record], must: Iterable[Match], must_not: Iterable[Match]) -> list[str]:
    """What is missing of the final records, and what should not be among them."""
    held = list(records)
    missing = [f"missing {match}" for match in must if first(held, match) is None]
    return missing + [f"present {match}" for match in must_not if first(held, match) is not None]


def first(records: Iterable[Record], match: Match) -> Record | None:
    """The first record that satisfies a match, if one does."""
    return next((record for record in records if satisfies(record, match)), None)


def satisfies(record: Record, match: Match) -> bool:
    """Whether a record is what the match asks for; one that was taken back only where that asks for a status."""
    return _has_items(record, match) and ("status" in match or record.get("status") not in _GONE)


def id_of(record: Record) -> str:
    """By which id an event refers to a record: an alert's, a consequence's or a confirmation's."""
    found: str = record[_IDS[record["stream"]]]
    return found


def _has_items(record: Record, match: Match) -> bool:
    return all(_is_as(record.get(name), wanted) for name, wanted in match.items())


def _is_as(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(_moment(value) == _moment(wanted))
    ((how, asked),) = wanted.items() if len(wanted) == 1 else (("", wanted),)
    if how == "in":
        return any(_is_as(value, one) for one in asked)
    if how == "not":
        return not any(_is_as(value, one) for one in asked)
    if how == "all":
        return all(any(_is_as(one, each) for one in value or ()) for each in asked)
    if how == "has":
        told = value or {}
        return all(_moment(str(told.get(name))) == _moment(str(one)) for name, one in asked.items())
    return isinstance(value, dict) and _has_items(value, wanted)


def _moment(value: Any) -> Any:
    """A time as a moment, anything else as it is."""
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
