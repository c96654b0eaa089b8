"""Whether a statement only asks.

ClickHouse's own ``readonly`` is the lock; this is the door before it. ``readonly`` does not keep a statement from
writing a file (INTO OUTFILE), reading one (``file()``), stopping others' queries (KILL) or asking other servers.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from cloudtag.sql.outside import is_outside_by_name, is_outside_when_called
from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import SqlToken

READING = ("SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN")
"""What a question may begin with."""


class NotReadOnlyError(ValueError):
    """A statement that would do more than ask; the text says what."""


def check_read_only(statement: Statement, parameters: Mapping[str, str]) -> None:
    """Raises ``NotReadOnlyError`` unless the statement with these parameters only reads the warehouse."""
    if statement.kind not in READING:
        what = f"{statement.kind} is no question" if statement.kind else "this is no question"
        raise NotReadOnlyError(f"{what}: it may begin with {', '.join(READING[:-1])} or {READING[-1]}")
    if writes_file(statement.tokens):
        raise NotReadOnlyError("INTO OUTFILE writes a file where the warehouse runs, which a question may not")
    for name in (*_called(statement.tokens), *_chosen(statement, parameters)):
        hint = "; a column of that name is written with its table, t.file" if name.lower() == "file" else ""
        raise NotReadOnlyError(f"{name} reaches beyond the warehouse, which a question may not{hint}")
    if statement.kind == "EXISTS" and any("/" in token.text for token in statement.tokens if token.kind != "symbol"):
        raise NotReadOnlyError("EXISTS asks for tables, not for files")


def writes_file(found: Sequence[SqlToken]) -> bool:
    """Whether INTO OUTFILE is among the tokens."""
    return any(first.word == "INTO" and second.word == "OUTFILE" for first, second in pairwise(found))


def reads_client_file(found: Sequence[SqlToken]) -> bool:
    """Whether FROM INFILE 'path' is among the tokens."""
    return any(
        first.word == "FROM" and second.word == "INFILE" and third.kind == "string"
        for first, second, third in zip(found, found[1:], found[2:], strict=False)
    )


def _called(found: Sequence[SqlToken]) -> Iterator[str]:
    """The names that reach outside: of functions that are called, or given by name to one that calls them."""
    for number, token in enumerate(found):
        if token.kind not in ("word", "name"):
            continue
        after = found[number + 1].text if number + 1 < len(found) else ""
        is_called = after == "(" and is_outside_when_called(token.text)
        is_part = after == "." or (number > 0 and found[number - 1].text == ".")
        if is_called or (is_outside_by_name(token.text) and not is_part):
            yield token.text


def _chosen(statement: Statement, parameters: Mapping[str, str]) -> Iterator[str]:
    """The names that reach outside and come as an Identifier parameter."""
    for name, kind in statement.placeholders.items():
        value = parameters.get(name, "").strip('`" ')
        if kind.lower() == "identifier" and (is_outside_by_name(value) or is_outside_when_called(value)):
            yield value
