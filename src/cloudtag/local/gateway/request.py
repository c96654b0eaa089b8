"""Turns an HTTP request, in any of the shapes ClickHouse accepts, into a `Query`."""

from collections.abc import Mapping

from aiohttp import BodyPartReader, web

from cloudtag.local.gateway.codec import decode
from cloudtag.local.gateway.errors import BAD_ARGUMENTS, refusal
from cloudtag.local.gateway.query import Query, external_of, parameters_of, session_of, settings_of

FORM = "multipart/form-data"


async def read_query(request: web.Request) -> Query:
    """The query a request asks for; raises ``EngineError`` when it cannot be understood."""
    try:
        return await _read(request)
    except ValueError as error:
        raise refusal(BAD_ARGUMENTS, f"Cannot read the request: {error}", "BAD_ARGUMENTS") from error


async def _read(request: web.Request) -> Query:
    address = dict(request.query)
    if request.content_type == FORM:
        fields, tables = await _read_form(request)
        body = fields.pop("query", b"")
        address |= {name: value.decode() for name, value in fields.items()}
    else:
        tables = {}
        body = decode(await request.read(), request.headers.get("Content-Encoding", "").strip().lower())
    return Query(
        sql=_statement(request.query.get("query", ""), body),
        default_format=_default_format(request, address),
        database=address.get("database", "") or request.headers.get("X-ClickHouse-Database", ""),
        settings=settings_of(address, frozenset(tables)),
        parameters=parameters_of(address),
        external=tuple(external_of(address, name, data) for name, data in tables.items()),
        session=session_of(address),
        may_write=request.method != "GET",
        waits_for_end=address.get("wait_end_of_query") == "1",
    )


def _statement(in_address: str, body: bytes) -> bytes:
    if not in_address:
        return body
    # ClickHouse joins both; the new line keeps a comment at the end of one from swallowing the other.
    return in_address.encode() + b"\n" + body if body else in_address.encode()


def _default_format(request: web.Request, address: Mapping[str, str]) -> str:
    return address.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated"


async def _read_form(request: web.Request) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The plain fields of a form, and its files: the tables sent along."""
    fields: dict[str, bytes] = {}
    tables: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise refusal(BAD_ARGUMENTS, "Every part of the form needs a name", "BAD_ARGUMENTS")
        data = bytes(await part.read(decode=False))
        is_table = part.filename is not None or f"{part.name}_structure" in request.query
        (tables if is_table else fields)[part.name] = data
    return fields, tables
