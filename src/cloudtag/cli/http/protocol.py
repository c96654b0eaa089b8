"""uvicorn's protocol, for clients that mean harm or are broken: each is answered or hung up on, in bounded time.

uvicorn itself waits for ever for a head or a body, takes heads of any size, and answers what is no HTTP in the place of
the request before it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cloudtag.cli.http.connections import ConnectionTable
from cloudtag.cli.http.heads import FRAMING, SaidRefusal, problem, problem_of, refusal
from cloudtag.cli.http.together import TogetherTransport
from cloudtag.serving.limits import KNOWN


class _RefusedError(Exception):
    """Raised within the parser's calls: the parser ends, and what was noted is answered."""


class GuardedProtocol(HttpToolsProtocol):
    """A connection."""

    def __init__(self, table: ConnectionTable, said: SaidRefusal = problem, **settings: Any) -> None:
        super().__init__(**settings)
        # Addresses hold codes of sign-ins. What was told of the logger is undone by whoever sets up logs later.
        self.access_log = False
        self._table = table
        self._limits = table.limits
        self._said = said
        self._running: RequestResponseCycle | None = None
        self._refusal: tuple[int, str] | None = None
        self._is_over = self._is_framing = False
        self._is_in_head = True
        self._messages = self._fed = self._head_bytes = self._fields = self._dropped = 0
        self._head_since: float | None = None
        self._body_since: float | None = None
        self._stuck_since: float | None = None
        self._ending_since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether no request that came to its end is being answered."""
        running = self._running
        return running is None or running.response_complete or (running is self.cycle and self._body_since is not None)

    def connection_made(self, transport: Any) -> None:
        """A connection is there."""
        super().connection_made(TogetherTransport(transport, self.loop))  # type: ignore[arg-type]
        self._head_since = self.loop.time()
        if not self._table.enter(self):
            self._is_over = True
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many connections")
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._table.leave(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Nothing follows from there: what was asked for is answered all the same, unless that has no end."""
        running = self._running
        is_answering = running is not None and not running.response_complete and not running.chunked_encoding
        if self._is_over or running is None or not is_answering or self._body_since is not None:
            self.transport.close()
            return False
        self._is_over = True
        (self.pipeline[0][0] if self.pipeline else running).keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if self._is_over:
            self._drop(len(data))
            return
        if self._is_in_head and self._head_since is None:
            self._head_since = self.loop.time()
        messages = self._messages
        self._unset_keepalive_if_required()
        self._feed(data)
        if not self._is_in_head or self._is_over:
            return
        self._fed = 0 if messages != self._messages else self._fed + len(data)
        if self._fed > self._limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large")

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._is_framing:
            return
        super().on_message_begin()
        self._head_bytes = self._fields = 0

    def on_url(self, url: bytes) -> None:
        """A part of its address."""
        if self._is_framing:
            return
        super().on_url(url)
        if len(self.url) > self._limits.target_bytes:
            raise self._refused(HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of its head. One that follows the body is none of it: it might say anything."""
        if self._is_framing:
            return
        self._fields += 1
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > self._limits.head_bytes or self._fields > self._limits.fields:
            raise self._refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large")
        if self._is_in_head:
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """All of its head."""
        if self._is_framing:
            self._is_framing = False
            return
        if problem := problem_of(self.headers, self.parser.get_http_version()):
            raise self._refused(*problem)
        if len(self.pipeline) >= self._limits.ahead:
            raise self._refused(HTTPStatus.TOO_MANY_REQUESTS, "too much is asked before it is answered")
        super().on_headers_complete()
        self._is_in_head, self._head_since, self._body_since = False, None, self.loop.time()

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._drop(len(body))

    def on_message_complete(self) -> None:
        """All of it."""
        if self.parser.should_upgrade() and self._framing():
            return  # The parser takes what follows for another protocol. It is the body.
        super().on_message_complete()
        self._messages += 1
        self._is_in_head, self._fed, self._dropped, self._body_since = True, 0, 0, None

    def on_response_complete(self) -> None:
        """It is answered."""
        if self._running is not None:
            self._table.answered(self, is_known=KNOWN in self._running.scope["state"])
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Nobody takes what is written."""
        self._stuck_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It was taken."""
        self._stuck_since = None
        super().resume_writing()

    def check(self, now: float) -> None:
        """End it if it has taken too long."""
        limits = self._limits
        if self._ending_since is not None or self.transport.is_closing():
            self._ending_since = self._ending_since or now
            if now - self._ending_since > limits.linger:
                self.transport.abort()
        elif self._stuck_since is not None and now - self._stuck_since > limits.taking:
            self.transport.abort()
        elif self.flow.read_paused:
            # It is not the client who takes time.
            self._head_since, self._body_since = self._head_since and now, self._body_since and now
        elif self._body_since is not None and now - self._body_since > limits.body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"the body did not come within {limits.body:g} s")
        elif self._head_since is not None and now - self._head_since > limits.head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"no request came within {limits.head:g} s")

    def shutdown(self) -> None:
        """The server ends: what is being answered is answered before, and nothing else is waited for."""
        if self.is_waiting:
            self._is_over = True
            self.transport.close()
        else:
            super().shutdown()

    def give_way(self) -> None:
        """End it at once, for another connection."""
        self._is_over = True
        self.transport.abort()

    def _feed(self, data: bytes) -> None:
        """Let what came be parsed. Raises nothing: what cannot be is answered."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self.logger.debug("not parsed: %r", error)
            self._refuse(*(self._refusal or (HTTPStatus.BAD_REQUEST, "it is no HTTP that can be read")))

    def _go_on(self, rest: bytes) -> None:
        """Go on without the protocol that a client would rather speak, as one of HTTP/2 does with its first request.

        The parser would not: a new one is told how long the body is that is still to come, if there is one.
        """
        framing = b"" if self._is_in_head else self._framing()
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        if framing:
            self._is_framing = True
            self._feed(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
        if rest:
            self._feed(rest)

    def _framing(self) -> bytes:
        """The fields that say how long the body is; nothing if there is none."""
        return b"".join(b"%b: %b\r\n" % field for field in self.headers if field[0] in FRAMING)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _refused(self, status: int, detail: str) -> _RefusedError:
        self._refusal = status, detail
        return _RefusedError(detail)

    def _drop(self, count: int) -> None:
        self._dropped += count
        if self._dropped > self._limits.unread_bytes:
            self.transport.abort()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer what is not answered yet and can be, then this, if it is its turn; and end the connection."""
        self._is_over = True
        self._unset_keepalive_if_required()
        broken = None if self._body_since is None else self.cycle
        if broken is not None and self.pipeline and self.pipeline[0][0] is broken:
            self.pipeline.popleft()
        last = self.pipeline[0][0] if self.pipeline else self._running
        if last is not None and last is not broken and not last.response_complete:
            last.keep_alive = False
            return
        if broken is not None:
            if broken.response_started:
                self._end()
                return
            broken.disconnected = True
            broken.message_event.set()
        self._say(status, detail)
        self._end()

    def _say(self, status: int, detail: str) -> None:
        said = self._said(int(status), detail, self.headers or ())
        self.transport.write(refusal(status, said, self.server_state.default_headers))

    def _end(self) -> None:
        """Say that nothing follows, and listen a little longer: hung up on at once, it might not read why."""
        self._ending_since = self.loop.time()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()
