"""Turns an HTTP request, in any of the shapes ClickHouse accepts, into a `GatewayQuery`."""

import asyncio
from collections.abc import Mapping

from aiohttp import BodyPartReader, web

from cloudtag.local.gateway.access import is_reader
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
"""How large a body may be, as it arrives and unpacked."""
_PART_BYTES = 1 << 16


async def read_query(request: web.Request) -> GatewayQuery:
    """The query a request asks for; raises ``EngineError`` when it cannot be understood."""
    try:
        return await _read(request)
    except ValueError as error:
        raise refusal(BAD_ARGUMENTS, f"Cannot read the request: {error}", "BAD_ARGUMENTS") from error


async def _read(request: web.Request) -> GatewayQuery:
    address = dict(request.query)
    if request.content_type == FORM:
        fields, tables = await _read_form(request)
        body = fields.pop("query", b"")
        address |= {name: value.decode() for name, value in fields.items()}
    else:
        tables = {}
        body = await _read_body(request)
    settings = settings_of(address, frozenset(tables))
    is_read_only = take_read_only(settings, is_reader(request))
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


async def _read_body(request: web.Request) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large(BODY_LIMIT_BYTES) from error
    # Unpacking takes its time, and other requests wait for this thread.
    return await asyncio.to_thread(decode, body, encoding, BODY_LIMIT_BYTES) if encoding else body


async def _read_form(request: web.Request) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The plain fields of a form, and its files: the tables sent along."""
    fields: dict[str, bytes] = {}
    tables: dict[str, bytes] = {}
    left = BODY_LIMIT_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise refusal(BAD_ARGUMENTS, "Every part of the form needs a name", "BAD_ARGUMENTS")
        data = await _read_part(part, left)
        left -= len(data)
        is_table = part.filename is not None or f"{part.name}_structure" in request.query
        (tables if is_table else fields)[part.name] = data
    return fields, tables


async def _read_part(part: BodyPartReader, limit: int) -> bytes:
    found = bytearray()
    while chunk := await part.read_chunk(_PART_BYTES):
        found += chunk
        if len(found) > limit:
            raise too_large(BODY_LIMIT_BYTES)
    return bytes(found)
