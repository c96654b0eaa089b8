"""The HTTP server of the desk and the decision service: uvicorn, guarded."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from cloudtag.cli.http.connections import LOOK_SECONDS, ConnectionTable
from cloudtag.cli.http.heads import SaidRefusal, problem
from cloudtag.cli.http.limits import HttpLimits, limits_here
from cloudtag.cli.http.protocol import GuardedProtocol

TURN_CONNECTIONS = 16
"""So many are taken in within one turn of the event loop, however many have come."""
WAITING_CONNECTIONS = 2048
"""So many may wait for that."""


class GuardedServer(uvicorn.Server):
    """A server of which no client has more than its share."""

    def __init__(
        self, app: ASGIApp, limits: HttpLimits | None = None, said: SaidRefusal = problem, **settings: Any
    ) -> None:
        """`limits`: if none are given, those of this process; `said`: how refusals are; `settings` of uvicorn's."""
        limits = limits or limits_here()
        self.table = ConnectionTable(limits)
        super().__init__(
            uvicorn.Config(
                _without_those_gone(app),
                http=partial(GuardedProtocol, self.table, said),  # type: ignore[arg-type]
                timeout_keep_alive=limits.idle,  # type: ignore[arg-type]
                backlog=TURN_CONNECTIONS,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                **settings,
            )
        )

    async def startup(self, sockets: Any = None) -> None:
        """Listen. asyncio takes in as many connections at a time as may wait, unless that is said afterwards."""
        await super().startup(sockets)
        for server in self.servers:
            for each in server.sockets:
                with each.dup() as same:
                    same.listen(WAITING_CONNECTIONS)

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        self.table.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: Any = None) -> None:
        """Answer what is being answered, and end. Whoever takes too long is hung up on as ever."""
        looking = asyncio.ensure_future(self._look_on())
        try:
            await super().shutdown(sockets)
        finally:
            looking.cancel()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.table.look(asyncio.get_running_loop().time())


def _without_those_gone(app: ASGIApp) -> ASGIApp:
    """The application, in which nothing is wrong when somebody hangs up before having said everything."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ClientDisconnect:
            return

    return answer
