"""What a request may do: a reader's only asks, and nobody's writes or reads files as a client of ClickHouse would.

The engine's own ``readonly`` holds besides. Alone it would not do: it lets a statement write INTO OUTFILE, read with
``file()``, and end other queries.
"""

from collections.abc import Mapping

from cloudtag.local.gateway.errors import (
    BAD_ARGUMENTS,
    INTO_OUTFILE_NOT_ALLOWED,
    NOT_IMPLEMENTED,
    READONLY,
    SYNTAX_ERROR,
    refusal,
)
from cloudtag.local.gateway.query import GatewayQuery
from cloudtag.local.gateway.statement import first_keyword, split_insert
from cloudtag.sql.outside import is_outside_setting
from cloudtag.sql.read_only import NotReadOnlyError, check_read_only, reads_client_file, writes_file
from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import StatementError, tokens


def check_reader(query: GatewayQuery) -> None:
    """Raises ``EngineError`` unless a reader may run the query."""
    if first_keyword(query.sql) == "INSERT":
        # Its data may be of any kind, and need not be read to refuse it.
        raise refusal(READONLY, "Cannot execute query in readonly mode: INSERT is no question", "READONLY")
    try:
        check_read_only(Statement.of(query.sql.decode()), query.parameters)
    except UnicodeDecodeError as error:
        raise refusal(BAD_ARGUMENTS, f"The statement is not UTF-8: {error.reason}", "BAD_ARGUMENTS") from error
    except StatementError as error:
        raise refusal(SYNTAX_ERROR, f"Syntax error: {error}", "SYNTAX_ERROR") from error
    except NotReadOnlyError as error:
        raise refusal(READONLY, f"Cannot execute query in readonly mode: {error}", "READONLY") from error
    if outside := sorted(query.settings.keys() - without_outside(query.settings).keys()):
        raise refusal(READONLY, f"Cannot modify '{outside[0]}' setting in readonly mode", "READONLY")
    if query.external:
        raise refusal(READONLY, "Cannot send tables along in readonly mode", "READONLY")


def check_files(sql: bytes) -> None:
    """Raises ``EngineError`` for INTO OUTFILE and FROM INFILE, which are a client's to carry out."""
    insert = split_insert(sql)
    head = sql if insert is None else insert.target + insert.settings
    # Long statements are common and these words are not.
    if b"OUTFILE" not in (capitals := head.upper()) and b"INFILE" not in capitals:
        return
    try:
        found = tokens(head.decode(errors="replace"))
    except StatementError as error:
        raise refusal(SYNTAX_ERROR, f"Syntax error: {error}", "SYNTAX_ERROR") from error
    if writes_file(found):
        raise refusal(INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not allowed", "INTO_OUTFILE_NOT_ALLOWED")
    if reads_client_file(found):
        raise refusal(NOT_IMPLEMENTED, "FROM INFILE is for clients: send the data with the request", "NOT_IMPLEMENTED")


def without_outside(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings that lead to no file and no address, and change nothing about how a statement is read."""
    return {name: value for name, value in settings.items() if name != "readonly" and not is_outside_setting(name)}
