"""What the engine says went wrong, and the HTTP status ClickHouse gives it."""

import re

AUTHENTICATION_FAILED = 516
READONLY = 164
SESSION_NOT_FOUND = 372
SESSION_IS_LOCKED = 373
TOO_MANY_SESSIONS = 202
UNKNOWN_SETTING = 115
UNKNOWN_FORMAT = 73
BAD_ARGUMENTS = 36
SYNTAX_ERROR = 62
NOT_IMPLEMENTED = 48
SOCKET_TIMEOUT = 209
LIMIT_EXCEEDED = 290
INTO_OUTFILE_NOT_ALLOWED = 358

_CODE = re.compile(r"Code: (\d+)\.")
# Unknown identifier, table, database, function, type, storage, column, setting, format.
_NOT_FOUND = frozenset({8, 10, 16, 46, 47, 50, 56, 60, 63, 73, 80, 81, 115, SESSION_NOT_FOUND})
# What the caller wrote cannot be read or converted.
_BAD_REQUEST = frozenset({6, 20, 25, 26, 27, 32, 33, 36, 38, 41, 42, 43, 53, 62, 69, 70, 72, 117, 130, 321, 456, 457})
_FORBIDDEN = frozenset({192, 193, 497, AUTHENTICATION_FAILED})
_STATUSES = {
    NOT_IMPLEMENTED: 501,
    159: 408,
    SOCKET_TIMEOUT: 408,
    SESSION_IS_LOCKED: 423,
    LIMIT_EXCEEDED: 413,
}


class EngineError(Exception):
    """A refusal in ClickHouse's own form: a numeric code and its text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @property
    def status(self) -> int:
        """The HTTP status for this code."""
        if self.code in _NOT_FOUND:
            return 404
        if self.code in _BAD_REQUEST:
            return 400
        if self.code in _FORBIDDEN:
            return 403
        return _STATUSES.get(self.code, 500)


def refusal(code: int, text: str, name: str) -> EngineError:
    """An error of the gateway itself, in the engine's form."""
    return EngineError(code, f"Code: {code}. DB::Exception: {text}. ({name})")


def from_engine(error: Exception) -> EngineError:
    """Read the engine's text; what has no code counts as 1002 (UNKNOWN_EXCEPTION)."""
    text = str(error)
    # The engine repeats the statement's bytes in its errors, and its binding reads them as UTF-8.
    if isinstance(error, UnicodeError) or text.startswith("Streaming query failed: 'utf-8' codec"):
        return refusal(SYNTAX_ERROR, "The statement cannot be run, and it is not UTF-8", "SYNTAX_ERROR")
    found = _CODE.search(text)
    if found is None:
        return EngineError(1002, f"Code: 1002. DB::Exception: {text or type(error).__name__}. (UNKNOWN_EXCEPTION)")
    # The engine may put words of its own before ClickHouse's.
    return EngineError(int(found.group(1)), text[found.start() :].strip())
