"""A server for an application, in a thread of the test process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloudtag.cli.http.heads import SaidRefusal, problem
from cloudtag.cli.http.limits import HttpLimits
from cloudtag.cli.http.server import GuardedServer
from cloudtag.local.probe import free_port


@contextmanager
def served(app: Any, limits: HttpLimits | None = None, said: SaidRefusal = problem) -> Iterator[int]:
    """The port at which an application answers on loopback."""
    port, started = free_port(), threading.Event()

    class Server(GuardedServer):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(app, limits, said, host="127.0.0.1", port=port, lifespan="on", timeout_graceful_shutdown=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(30)
    yield port
    server.should_exit = True
    thread.join(30)
