"""What an error of an insert means: a row that can never be stored, or a warehouse that cannot store now."""

import struct

from clickhouse_connect.driver.exceptions import ClickHouseError, DataError

DATA_CODES: dict[int, str] = {
    6: "CANNOT_PARSE_TEXT",
    26: "CANNOT_PARSE_QUOTED_STRING",
    27: "CANNOT_PARSE_INPUT_ASSERTION_FAILED",
    38: "CANNOT_PARSE_DATE",
    41: "CANNOT_PARSE_DATETIME",
    53: "TYPE_MISMATCH",
    69: "ARGUMENT_OUT_OF_BOUND",
    70: "CANNOT_CONVERT_TYPE",
    72: "CANNOT_PARSE_NUMBER",
    117: "INCORRECT_DATA",
    130: "CANNOT_READ_ARRAY_FROM_TEXT",
    131: "TOO_LARGE_STRING_SIZE",
    190: "SIZES_OF_ARRAYS_DONT_MATCH",
    321: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    349: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN",
    407: "DECIMAL_OVERFLOW",
    469: "VIOLATED_CONSTRAINT",
    691: "UNKNOWN_ELEMENT_OF_ENUM",
}
"""ClickHouse error codes that speak of the data sent. All others speak of the server, the schema or the user."""

_CONVERSION = (TypeError, ValueError, OverflowError, AttributeError, LookupError, struct.error)


class UnstorableError(Exception):
    """Some row of a block can never be stored; the text says why."""


class OutageError(Exception):
    """The block could not be stored now. `is_answered`: the server answered, so only this table may be affected."""

    def __init__(self, text: str, *, is_answered: bool) -> None:
        self.is_answered = is_answered
        super().__init__(text)


class TooManyUnstorableError(OutageError):
    """So many rows of a batch are refused that people have to look first; batches of other partitions may be well."""


def meaning_of(error: Exception) -> UnstorableError | OutageError:
    """What an error raised by an insert means."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
    if isinstance(error, ClickHouseError):
        code = getattr(error, "code", None)
        if code in DATA_CODES or (code is None and isinstance(error, DataError)):
            return UnstorableError(text)
        return OutageError(text, is_answered=code is not None)
    if isinstance(error, _CONVERSION) and not isinstance(error, OSError):
        return UnstorableError(text)
    return OutageError(text, is_answered=False)


def outage_of(error: Exception) -> OutageError:
    """What an error means that no row of a batch is to blame for, whatever it says: it waits for people or for time."""
    meaning = meaning_of(error)
    return OutageError(str(meaning), is_answered=True) if isinstance(meaning, UnstorableError) else meaning
