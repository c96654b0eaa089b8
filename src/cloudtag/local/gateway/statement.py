"""Reads just enough SQL to know what kind of statement it is, and where the data of an INSERT begin."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""(?P<space>\s+|--[^\n]*|\#[ !][^\n]*|/\*.*?\*/)
    |(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_DATA_START = re.compile(rb"[ \t\f]*;?\r?\n?")
_TRAILING_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)(?:\s+SETTINGS\s[^;]*)?\s*;?\s*$", re.IGNORECASE)
_SET_NAME = re.compile(rb"(\w+)\s*=")
_WITH_ROWS = frozenset({"SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK", ""})


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT that carries its data: the statement cut where a file may be named instead."""

    target: bytes
    settings: bytes
    format: str
    data: bytes

    def from_file(self, path: str) -> bytes:
        """The same statement reading its data from ``path``."""
        source = f" FROM INFILE '{path}' COMPRESSION 'none' ".encode()
        return self.target + source + self.settings + b" FORMAT " + self.format.encode()


def first_keyword(sql: bytes) -> str:
    """The first word in capitals; empty when there is none."""
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "word":
            return token.group().decode().upper()
        # A parenthesis may open a SELECT.
        if token.lastgroup != "space" and token.group() != b"(":
            break
    return ""


def has_rows(sql: bytes) -> bool:
    """Whether the statement answers with rows, as far as its first word says."""
    return first_keyword(sql) in _WITH_ROWS


def can_stream(sql: bytes) -> bool:
    """Whether the engine gives the rows block by block; it does for SELECT alone."""
    word = first_keyword(sql)
    return word in ("SELECT", "FROM") or (word == "WITH" and b"INSERT" not in sql.upper())


def output_format(sql: bytes, default: str) -> str:
    """The format its answer has: its own FORMAT clause, else ``default``."""
    # The clause is short and last: looking only there keeps a long statement cheap.
    found = _TRAILING_FORMAT.search(sql[-2_000:])
    return found.group(1).decode() if found else default


def names_set_by(sql: bytes) -> frozenset[str]:
    """The settings a SET statement names; empty for any other statement."""
    if first_keyword(sql) != "SET":
        return frozenset()
    return frozenset(name.decode() for name in _SET_NAME.findall(sql))


def split_insert(sql: bytes) -> Insert | None:
    """Cut ``INSERT … FORMAT name <data>``; none when the statement carries no such data.

    Data after VALUES stay in the statement, where the engine reads them as SQL.
    """
    if first_keyword(sql) != "INSERT":
        return None
    settings_at, depth = None, 0
    for token in _TOKEN.finditer(sql):
        text = token.group()
        if token.lastgroup == "other":
            depth += (text == b"(") - (text == b")")
        elif token.lastgroup == "word" and depth == 0:
            word = text.upper()
            if word in (b"VALUES", b"SELECT", b"WITH", b"INFILE", b"WATCH"):
                return None
            if word == b"SETTINGS":
                settings_at = token.start()
            elif word == b"FORMAT":
                return _cut(sql, token.start(), token.end(), settings_at)
    return None


def _cut(sql: bytes, format_at: int, after_format: int, settings_at: int | None) -> Insert | None:
    name = re.compile(rb"\s+(\w+)").match(sql, after_format)
    if name is None or name.group(1).upper() == b"VALUES":
        return None
    start = _DATA_START.match(sql, name.end())
    target_end = format_at if settings_at is None else settings_at
    return Insert(
        target=sql[:target_end],
        settings=sql[target_end:format_at],
        format=name.group(1).decode(),
        data=sql[start.end() if start else name.end() :],
    )
