"""One request, apart from HTTP: what to run, with which settings, parameters, session and tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudtag.local.gateway.errors import BAD_ARGUMENTS, READONLY, UNKNOWN_FORMAT, UNKNOWN_SETTING, refusal

DEFAULT_SESSION_SECONDS = 60.0
LONGEST_SESSION_SECONDS = 3600.0
# What ClickHouse's HTTP interface reads from the address itself; everything else there is a setting.
RESERVED = frozenset(
    {
        "query",
        "database",
        "default_format",
        "session_id",
        "session_timeout",
        "session_check",
        "close_session",
        "query_id",
        "quota_key",
        "compress",
        "decompress",
        "user",
        "password",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "role",
        "stacktrace",
    }
)
_PARAMETER = "param_"
_READ_ONLY = "readonly"
_TABLE_SUFFIXES = ("_structure", "_types", "_format")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class External:
    """A table sent along with a query."""

    name: str
    structure: str
    format: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Which session a query runs in; ``timeout`` in seconds since its last use."""

    name: str
    must_exist: bool
    timeout: float
    closes: bool


@dataclass(frozen=True, slots=True)
class GatewayQuery:
    """A statement and all it runs with."""

    sql: bytes
    default_format: str = "TabSeparated"
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    external: tuple[External, ...] = ()
    session: SessionOptions | None = None
    is_read_only: bool = False
    waits_for_end: bool = False


def settings_of(address: Mapping[str, str], tables: frozenset[str]) -> dict[str, str]:
    """The settings in an address; raises ``EngineError`` for names that cannot be settings."""
    found = {}
    for name, value in address.items():
        if name in RESERVED or name.startswith(_PARAMETER) or _describes_table(name, tables):
            continue
        if not _IDENTIFIER.match(name):
            raise refusal(UNKNOWN_SETTING, f"Unknown setting '{name}'", "UNKNOWN_SETTING")
        found[name] = value
    return found


def take_read_only(settings: dict[str, str], is_reader: bool) -> bool:
    """Take ``readonly`` out of the settings: whether the query may only read. Readers cannot ask for more."""
    asked = settings.pop(_READ_ONLY, "1" if is_reader else "0")
    if is_reader and asked == "0":
        raise refusal(READONLY, "Cannot modify 'readonly' setting in readonly mode", "READONLY")
    return asked != "0"


def parameters_of(address: Mapping[str, str]) -> dict[str, str]:
    """The query parameters (``param_x``) in an address or a form; raises ``EngineError`` for an impossible name."""
    found = {name.removeprefix(_PARAMETER): value for name, value in address.items() if name.startswith(_PARAMETER)}
    for name in found:
        if not _IDENTIFIER.match(name):
            raise refusal(BAD_ARGUMENTS, f"'{name}' cannot name a parameter", "BAD_ARGUMENTS")
    return found


def format_of(name: str) -> str:
    """A format's name as it was asked for; raises ``EngineError`` when it cannot be one."""
    if not _IDENTIFIER.match(name):
        raise refusal(UNKNOWN_FORMAT, f"Unknown format {name}", "UNKNOWN_FORMAT")
    return name


def session_of(address: Mapping[str, str]) -> SessionOptions | None:
    """The session an address names."""
    name = address.get("session_id")
    if not name:
        return None
    timeout = float(address.get("session_timeout") or DEFAULT_SESSION_SECONDS)
    # What is no number is less than nothing and more than nothing: such a session would never be over.
    timeout = min(timeout, LONGEST_SESSION_SECONDS) if timeout > 0 else 0.0
    return SessionOptions(name, address.get("session_check") == "1", timeout, address.get("close_session") == "1")


def external_of(address: Mapping[str, str], name: str, data: bytes) -> External:
    """The table ``name``, described in the address as ClickHouse asks."""
    structure = address.get(f"{name}_structure")
    if structure is None:
        types = address.get(f"{name}_types", "").split(",")
        structure = ", ".join(f"_{number} {kind}" for number, kind in enumerate(types, start=1))
    return External(name, structure, address.get(f"{name}_format", "TabSeparated"), data)


def _describes_table(name: str, tables: frozenset[str]) -> bool:
    return any(name.removesuffix(suffix) in tables for suffix in _TABLE_SUFFIXES if name.endswith(suffix))
