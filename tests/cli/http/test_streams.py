"""An answer without end, as the desk's news are: it stops when nobody takes it, and when whoever asked is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from cloudtag.cli.http.limits import HttpLimits
from tests.cli.http.sockets import connect, head
from tests.cli.http.test_slow_clients import until
from tests.desk.serving import served

ASKED = head(line="GET /news HTTP/1.1")


class News:
    """Told to whoever asks, for ever."""

    def __init__(self, size: int) -> None:
        self.begun = self.ended = self.told = 0
        self._text = "x" * size
        self.app = Starlette(routes=[Route("/news", self._answer), Route("/", _hello)])

    async def _answer(self, _: Request) -> Response:
        return StreamingResponse(self._tell(), media_type="text/event-stream")

    async def _tell(self) -> AsyncIterator[str]:
        self.begun += 1
        try:
            while True:
                yield self._text
                self.told += 1
                await asyncio.sleep(0)
        finally:
            self.ended += 1


async def _hello(_: Request) -> Response:
    return Response("hello")


@pytest.fixture(params=[1000, 100_000])
def news(request: pytest.FixtureRequest) -> Iterator[tuple[News, int]]:
    """News, a few bytes or many at a time, and the port at which they are told."""
    made = News(request.param)
    with served(made.app, HttpLimits(taking=0.3, linger=0.2)) as port:
        yield made, port


def test_it_stops_when_nobody_takes_it(news: tuple[News, int]) -> None:
    told, port = news
    with closing(connect(port)) as connection:
        connection.sendall(ASKED)
        until(lambda: told.ended == 1)
        with closing(connect(port)) as other:
            other.sendall(head(line="GET / HTTP/1.1"))
            assert other.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_it_stops_when_whoever_asked_is_gone(news: tuple[News, int]) -> None:
    told, port = news
    with closing(connect(port)) as connection:
        connection.sendall(ASKED)
        until(lambda: told.begun == 1)
    until(lambda: told.ended == 1)
