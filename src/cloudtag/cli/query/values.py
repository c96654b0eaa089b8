"""Values as text: times with their zone, NULL apart from any text, nothing that could steer a terminal."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from cloudtag.cli.escape import visible
from cloudtag.cli.query.answer import AnswerColumn, AnswerRow
from cloudtag.detection.wording import amount_text

NULL_MARK = "ᴺᵁᴸᴸ"
"""How NULL is shown, as ClickHouse's own client does: no text of a shop looks like it."""
_FRACTION = re.compile(r"DateTime64\((\d)")
_MINOR = "_minor"


class Values:
    """Turns the values of one answer's rows into what is shown or written."""

    def __init__(self, columns: Sequence[AnswerColumn], zone: tzinfo) -> None:
        """`zone`: the time zone in which times are shown."""
        self._columns = columns
        self._zone = zone
        self._units = [_unit(column.type) for column in columns]
        self._currencies = _currencies([column.name for column in columns])

    def shown(self, row: AnswerRow) -> list[str]:
        """A row for people: amounts of minor units with the currency beside them are shown in that currency, too."""
        texts = [self._shown(value, unit) for value, unit in zip(row, self._units, strict=True)]
        for amount, currency in self._currencies.items():
            value, code = row[amount], row[currency]
            if isinstance(value, int) and isinstance(code, str) and (told := amount_text(value, code)):
                texts[amount] += f" ({told})"
        return texts

    def plain(self, row: AnswerRow) -> list[Any]:
        """A row for programs: times as RFC 3339 texts, everything else as JSON has it or as text."""
        return [self._plain(value, unit) for value, unit in zip(row, self._units, strict=True)]

    def _shown(self, value: Any, unit: str) -> str:
        return visible(value) if isinstance(value, str) else self._nested(value, unit)

    def _nested(self, value: Any, unit: str) -> str:
        match value:
            case None:
                return NULL_MARK
            case str():
                return f"'{visible(value)}'"
            case bool():
                return str(value).lower()
            case datetime():
                return self._time(value, unit, " ")
            case Decimal():
                return format(value, "f")
            case bytes():
                return visible(value.decode(errors="backslashreplace"))
            case Mapping():
                pairs = (f"{self._nested(key, unit)}: {self._nested(one, unit)}" for key, one in value.items())
                return f"{{{', '.join(pairs)}}}"
            case tuple():
                return f"({', '.join(self._nested(one, unit) for one in value)})"
            case list():
                return f"[{', '.join(self._nested(one, unit) for one in value)}]"
        return visible(str(value))

    def _plain(self, value: Any, unit: str) -> Any:
        match value:
            case datetime():
                return self._time(value, unit, "T")
            case Mapping():
                return {str(self._plain(key, unit)): self._plain(one, unit) for key, one in value.items()}
            case list() | tuple():
                return [self._plain(one, unit) for one in value]
            case bytes():
                return value.decode(errors="backslashreplace")
            case Decimal():
                return format(value, "f")
            case None | bool() | int() | float() | str():
                return value
        return str(value)

    def _time(self, value: datetime, unit: str, separator: str) -> str:
        known = value if value.tzinfo else value.replace(tzinfo=UTC)
        return known.astimezone(self._zone).isoformat(separator, unit).replace("+00:00", "Z")


def to_json(value: Any) -> bytes:
    """A value of `Values.plain`, or of several, as JSON."""
    return msgspec.json.encode(value)


def _unit(kind: str) -> str:
    found = _FRACTION.search(kind)
    digits = int(found.group(1)) if found else 0
    return "seconds" if not digits else "milliseconds" if digits <= 3 else "microseconds"


def _currencies(names: Sequence[str]) -> dict[int, int]:
    """The columns of amounts in minor units, and the column of the currency of each."""
    found = {}
    for number, name in enumerate(names):
        if name.endswith(_MINOR):
            own = f"{name.removesuffix(_MINOR)}_currency"
            column = next((one for one in (own, "currency") if one in names), None)
            if column is not None:
                found[number] = names.index(column)
    return found
