"""One request, apart from HTTP: what to run, with which settings, parameters, session and tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudtag.local.gateway.errors import UNKNOWN_SETTING, refusal

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
class SessionWish:
    """Which session a query runs in; ``timeout`` in seconds since its last use."""

    name: str
    must_exist: bool
    timeout: float
    closes: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and all it runs with."""

    sql: bytes
    default_format: str = "TabSeparated"
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    external: tuple[External, ...] = ()
    session: SessionWish | None = None
    may_write: bool = True
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


def parameters_of(address: Mapping[str, str]) -> dict[str, str]:
    """The query parameters (``param_x``) in an address or a form."""
    return {name.removeprefix(_PARAMETER): value for name, value in address.items() if name.startswith(_PARAMETER)}


def session_of(address: Mapping[str, str]) -> SessionWish | None:
    """The session an address names."""
    name = address.get("session_id")
    if not name:
        return None
    timeout = min(float(address.get("session_timeout") or DEFAULT_SESSION_SECONDS), LONGEST_SESSION_SECONDS)
    return SessionWish(name, address.get("session_check") == "1", timeout, address.get("close_session") == "1")


def external_of(address: Mapping[str, str], name: str, data: bytes) -> External:
    """The table ``name``, described in the address as ClickHouse asks."""
    structure = address.get(f"{name}_structure")
    if structure is None:
        types = address.get(f"{name}_types", "").split(",")
        structure = ", ".join(f"_{number} {kind}" for number, kind in enumerate(types, start=1))
    return External(name, structure, address.get(f"{name}_format", "TabSeparated"), data)


def _describes_table(name: str, tables: frozenset[str]) -> bool:
    return any(name.removesuffix(suffix) in tables for suffix in _TABLE_SUFFIXES if name.endswith(suffix))
