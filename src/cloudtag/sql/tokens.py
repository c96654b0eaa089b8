"""The tokens of a ClickHouse statement: what is a word, and what only looks like one inside of a string or comment.

A reader that is mistaken about where a string or a comment ends would overlook what stands behind it. So whatever
versions of ClickHouse read differently, or nobody could read, is an error here and never skipped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SqlTokenKind = Literal["word", "name", "string", "symbol"]

# What is not ASCII, outside of quotes, ClickHouse takes for space or refuses; typographic quotes it takes for quotes.
_TOKEN = re.compile(
    r"""(?P<space>[\ \t\n\r\f\v]+|[^\x00-\x7f‘’“”]+|--[^\n]*+|\#[\ !][^\n]*+)
    |(?P<string>'(?:[^'\\]|\\.|'')*+'|‘[^’]*+’)
    |(?P<name>`(?:[^`\\]|\\.|``)*+`|"(?:[^"\\]|\\.|"")*+"|“[^”]*+”)
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*+)
    |(?P<number>[0-9]++)(?![A-Za-z0-9_]*\$)
    |(?P<comment>/\*)
    |(?P<heredoc>\$[A-Za-z0-9_]*\$)
    |(?P<symbol>[!%&()*+,\-./:;<=>?@\[\\\]^{|}~])""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)|``|\"\"", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "v": "\v", "e": "\x1b"}


class StatementError(ValueError):
    """A statement that cannot be read; the text says what and where."""


@dataclass(frozen=True, slots=True)
class SqlToken:
    """A piece of a statement at ``start`` to ``end``. A ``name`` is a quoted identifier, its text without quotes."""

    kind: SqlTokenKind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A bare word in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(sql: str) -> list[SqlToken]:
    """The tokens of ``sql`` without space and comments; raises ``StatementError``."""
    return list(_scan(sql))


def _scan(sql: str) -> Iterator[SqlToken]:
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            raise StatementError(f"cannot read the statement at {_place(sql, at)}: {_what(sql, at)}")
        start, at = at, found.end()
        match kind:
            case "space":
                continue
            case "comment":
                at = _comment_end(sql, start)
            case "heredoc":
                at = _heredoc_end(sql, start, found.group())
                yield SqlToken("string", sql[start:at], start, at)
            case "name":
                yield SqlToken("name", _plain(found.group()), start, at)
            case "word":
                yield SqlToken("word", found.group(), start, at)
            case "string":
                yield SqlToken("string", found.group(), start, at)
            case _:
                yield SqlToken("symbol", found.group(), start, at)


def _comment_end(sql: str, start: int) -> int:
    end = sql.find("*/", start + 2) + 2
    if end < 2:
        raise StatementError(f"the comment at {_place(sql, start)} does not end")
    if "/*" in sql[start + 2 : end]:
        raise StatementError(f"the comment at {_place(sql, start)} holds another, which not every ClickHouse allows")
    return end


def _heredoc_end(sql: str, start: int, tag: str) -> int:
    end = sql.find(tag, start + len(tag))
    if end < 0:
        raise StatementError(f"the text that begins with {tag} at {_place(sql, start)} does not end")
    return end + len(tag)


def _plain(quoted: str) -> str:
    inner = quoted[1:-1]
    return inner if quoted[0] == "“" else _ESCAPED.sub(_unescaped, inner)


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if code is None:
        return found.group()[0]
    return chr(int(code[1:], 16)) if len(code) == 3 else _ESCAPES.get(code, code)


def _what(sql: str, at: int) -> str:
    quoted = {"'": "a string", "‘": "a string", "`": "a quoted name", '"': "a quoted name", "“": "a quoted name"}
    return f"{quoted[sql[at]]} does not end" if sql[at] in quoted else repr(sql[at : at + 10])


def _place(sql: str, at: int) -> str:
    before = sql[:at]
    return f"line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))}"
