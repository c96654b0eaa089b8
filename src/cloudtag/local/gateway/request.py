"""Turns an HTTP request, in any of the shapes ClickHouse accepts, into a `GatewayQuery`."""

import asyncio
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from cloudtag.local.gateway.codec import decode, too_large
from cloudtag.local.gateway.errors import BAD_ARGUMENTS, refusal
from cloudtag.local.gateway.query import (
    GatewayQuery,
    external_of,
    format_of,
    parameters_of,
    session_of,
    settings_of,
    take_read_only,
)

FORM = "multipart/form-data"
BODY_LIMIT_BYTES = 1 << 28
"""How large a writer's body may be, as it arrives and unpacked."""
QUESTION_LIMIT_BYTES = 1 << 20
"""The same for one who only reads, and so sends no data."""
_PART_BYTES = 1 << 16
_MOST_PARTS = 1_000


async def read_query(request: web.Request, *, may_write: bool) -> GatewayQuery:
    """The query a request asks for; raises ``EngineError`` when it cannot be understood."""
    try:
        _check_texts(request)
        limit = BODY_LIMIT_BYTES if may_write else QUESTION_LIMIT_BYTES
        if (request.content_length or 0) > limit:
            raise too_large(limit)
        return await _read(request, limit, is_reader=not may_write)
    except (ValueError, HttpProcessingError) as error:
        why = " ".join(str(error).split())
        raise refusal(BAD_ARGUMENTS, f"Cannot read the request: {why}", "BAD_ARGUMENTS") from error


def is_plain(text: str) -> bool:
    """Whether a text may stand in a header: nothing in it ends a line or is no character."""
    return text.isprintable()


def _check_texts(request: web.Request) -> None:
    """What is put in place of unreadable bytes would be another text: raises ``ValueError`` for them."""
    unquote_to_bytes(request.raw_path).decode()
    for value in request.headers.values():
        value.encode()
    for name in ("query_id", "session_timezone"):
        if not is_plain(request.query.get(name, "")):
            raise ValueError(f"{name} has a character that no header may hold")


async def _read(request: web.Request, limit: int, *, is_reader: bool) -> GatewayQuery:
    address = dict(request.query)
    if request.content_type == FORM:
        fields, tables = await _read_form(request, limit)
        body = fields.pop("query", b"")
        address |= {name: value.decode() for name, value in fields.items()}
    else:
        tables = {}
        body = await _read_body(request, limit)
    settings = settings_of(address, frozenset(tables))
    is_read_only = take_read_only(settings, is_reader)
    return GatewayQuery(
        sql=_statement(request.query.get("query", ""), body),
        default_format=_default_format(request, address),
        database=address.get("database", "") or request.headers.get("X-ClickHouse-Database", ""),
        settings=settings,
        parameters=parameters_of(address),
        external=tuple(external_of(address, name, data) for name, data in tables.items()),
        session=session_of(address),
        is_read_only=is_read_only,
        waits_for_end=address.get("wait_end_of_query") == "1",
    )


def _statement(in_address: str, body: bytes) -> bytes:
    if not in_address:
        return body
    # ClickHouse joins both; the new line keeps a comment at the end of one from swallowing the other.
    return in_address.encode() + b"\n" + body if body else in_address.encode()


def _default_format(request: web.Request, address: Mapping[str, str]) -> str:
    return format_of(address.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated")


async def _read_body(request: web.Request, limit: int) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > limit:
            raise too_large(limit)
    # Unpacking takes its time, and other requests wait for this thread.
    return await asyncio.to_thread(decode, bytes(body), encoding, limit)


async def _read_form(request: web.Request, limit: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The plain fields of a form, and its files: the tables sent along."""
    fields: dict[str, bytes] = {}
    tables: dict[str, bytes] = {}
    left = limit
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name or not part.name.isprintable():
            raise refusal(BAD_ARGUMENTS, "Every part of the form needs a name", "BAD_ARGUMENTS")
        if len(fields) + len(tables) == _MOST_PARTS:
            raise refusal(BAD_ARGUMENTS, f"The form has more than {_MOST_PARTS} parts", "BAD_ARGUMENTS")
        data = await _read_part(part, left, limit)
        left -= len(data)
        is_table = part.filename is not None or f"{part.name}_structure" in request.query
        (tables if is_table else fields)[part.name] = data
    return fields, tables


async def _read_part(part: BodyPartReader, left: int, limit: int) -> bytes:
    found = bytearray()
    while chunk := await part.read_chunk(_PART_BYTES):
        found += chunk
        if len(found) > left:
            raise too_large(limit)
    return bytes(found)
