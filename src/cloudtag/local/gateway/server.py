"""The HTTP server: ``/`` runs a query, ``/play`` is a page to ask from, ``/ping`` answers while the gateway lives."""

import asyncio
import contextlib
import json
import logging
import secrets
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from aiohttp import web

from cloudtag.local.gateway import codec
from cloudtag.local.gateway.access import Access
from cloudtag.local.gateway.engine import Answer, Engine
from cloudtag.local.gateway.errors import SOCKET_TIMEOUT, SYNTAX_ERROR, EngineError, from_engine, refusal
from cloudtag.local.gateway.play import page
from cloudtag.local.gateway.query import GatewayQuery
from cloudtag.local.gateway.request import is_plain, read_query
from cloudtag.local.gateway.statement import output_format

logger = logging.getLogger(__name__)

T = TypeVar("T")
THREADS = 16
BODY_SECONDS = 300.0
STALL_SECONDS = 60.0
MOST_CONNECTIONS = 128
"""Where there are more, each is closed when it has had its answer, so that none stays open for nothing."""
OK = "Ok.\n"
_CONTENT_TYPES = {
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
}


class Gateway:
    """Answers requests with one engine, each query in a thread of its own."""

    def __init__(self, engine: Engine, access: Access, body_seconds: float = BODY_SECONDS) -> None:
        """``body_seconds``: within so long a request must have arrived."""
        self._engine = engine
        self._access = access
        self._body_seconds = body_seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="query")

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application()
        app.on_response_prepare.append(_close_if_many)
        app.router.add_get("/ping", self._ping)
        app.router.add_get("/play", page)
        app.router.add_route("*", "/", self._query)
        app.router.add_route("*", "/{path:.*}", _nowhere)
        return app

    def close(self) -> None:
        """Wait for running queries and let go of the threads."""
        self._threads.shutdown()

    async def _ping(self, _request: web.Request) -> web.Response:
        return web.Response(text=OK)

    async def _query(self, request: web.Request) -> web.StreamResponse:
        headers = self._headers(request)
        try:
            may_write = self._access.check(request)
            query = await self._read(request, may_write=may_write)
            if not query.sql.strip():
                return self._empty(request, headers)
            encoding = _encoding(request)
            if self._engine.can_stream(query):
                return await self._stream(request, query, headers, encoding)
            answer = await self._in_thread(partial(self._engine.run, query))
            body = await self._in_thread(lambda: b"".join(codec.encode(answer.parts, encoding)))
            return web.Response(body=body, headers=headers | _describe(answer, encoding))
        except EngineError as error:
            return self._refuse(error, headers)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:
            # Whatever goes wrong with one query is that query's answer.
            logger.exception("a query failed in a way nobody foresaw")
            return self._refuse(from_engine(error), headers)

    @staticmethod
    def _empty(request: web.Request, headers: dict[str, str]) -> web.Response:
        if request.method == "POST":
            raise refusal(SYNTAX_ERROR, "Syntax error: Empty query", "SYNTAX_ERROR")
        return web.Response(text=OK, headers=headers)

    async def _read(self, request: web.Request, *, may_write: bool) -> GatewayQuery:
        try:
            async with asyncio.timeout(self._body_seconds):
                return await read_query(request, may_write=may_write)
        except TimeoutError as error:
            text = f"The request did not arrive within {self._body_seconds:g} seconds"
            raise refusal(SOCKET_TIMEOUT, text, "SOCKET_TIMEOUT") from error

    async def _stream(
        self, request: web.Request, query: GatewayQuery, headers: dict[str, str], encoding: str
    ) -> web.StreamResponse:
        """Send blocks as they come. An error before the first is an ordinary one; a later one is put in the body."""
        blocks = self._engine.stream(query)
        try:
            first = await self._in_thread(partial(next, blocks, b""))
            tag = secrets.token_hex(8)
            answer = Answer(_tagged(first, blocks, tag), output_format(query.sql, query.default_format), {})
            headers = headers | _describe(answer, encoding) | {"X-ClickHouse-Exception-Tag": tag}
            response = web.StreamResponse(headers=headers)
            await response.prepare(request)
            parts = codec.encode(answer.parts, encoding)
            # A client that has read enough just goes: that is no error.
            with contextlib.suppress(ConnectionError):
                while (part := await self._in_thread(partial(next, parts, None))) is not None:
                    await _write(request, response, part)
                await response.write_eof()
            return response
        finally:
            # The connection to the engine is given back even when the client has gone.
            await asyncio.shield(self._in_thread(blocks.close))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _headers(self, request: web.Request) -> dict[str, str]:
        told = {name: value for name, value in request.query.items() if is_plain(value)}
        return {
            "X-ClickHouse-Query-Id": told.get("query_id") or str(uuid.uuid4()),
            "X-ClickHouse-Server-Display-Name": "cloudtag",
            "X-ClickHouse-Timezone": told.get("session_timezone") or self._engine.timezone,
        }

    def _refuse(self, error: EngineError, headers: dict[str, str]) -> web.Response:
        text = error.text if "(version " in error.text else f"{error.text} (version {self._engine.version})"
        known = {"X-ClickHouse-Exception-Code": str(error.code), "Content-Type": "text/plain; charset=UTF-8"}
        return web.Response(status=error.status, body=f"{text}\n".encode(errors="replace"), headers=headers | known)


async def _close_if_many(request: web.Request, response: web.StreamResponse) -> None:
    # Of a caller who has gone by now nothing is kept.
    manager = request.protocol._manager
    if manager is not None and len(manager.connections) > MOST_CONNECTIONS:
        response.force_close()
        response.headers["Connection"] = "close"


async def _write(request: web.Request, response: web.StreamResponse, part: bytes) -> None:
    """Send a part; a client that stopped reading is left, for it holds the engine's connection."""
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await response.write(part)
    except TimeoutError as error:
        if request.transport:
            request.transport.abort()
        raise ConnectionAbortedError("the client stopped reading") from error


async def _nowhere(request: web.Request) -> web.Response:
    return web.Response(status=404, text=f"There is no handle {request.path}\n\nUse / for queries, /play or /ping.\n")


def _tagged(first: bytes, rest: Iterator[bytes], tag: str) -> Iterator[bytes]:
    """The blocks, and at a failure ClickHouse's marked last words instead of a broken connection."""
    yield first
    try:
        yield from rest
    except Exception as failure:
        error = failure if isinstance(failure, EngineError) else from_engine(failure)
        text = f"{error.text}\n".encode()
        mark = tag.encode()
        yield b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (mark, text, len(text), mark)


def _encoding(request: web.Request) -> str:
    if request.query.get("enable_http_compression") not in ("1", "true"):
        return ""
    return codec.accepted(request.headers.get("Accept-Encoding", ""))


def _describe(answer: Answer, encoding: str) -> dict[str, str]:
    headers = {"X-ClickHouse-Summary": json.dumps(answer.summary)}
    headers["Content-Type"] = _CONTENT_TYPES.get(answer.format, "application/octet-stream")
    if answer.format:
        headers["X-ClickHouse-Format"] = answer.format
    return headers | ({"Content-Encoding": encoding} if encoding else {})
