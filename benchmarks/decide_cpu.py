"""What an answer costs: CPU microseconds of the service for one decision, whatever else the machine does.

    python -m benchmarks.decide_cpu --requests 5000

The service's parts in this process, its server in a thread of its own whose CPU time alone is counted; the broker is a
list, and what would be recorded is dropped. A client sends so many requests over one connection, one after the other.
"""

import argparse
import asyncio
import cProfile
import hashlib
import pstats
import socket
import sys
import threading
import time
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from benchmarks.decide import TOKEN, an_alert
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.api import DecideApi
from cloudtag.decide.app import Application, Gate, application
from cloudtag.decide.decider import Decider, GivenAnswers
from cloudtag.decide.recorder import DecisionRecorder
from cloudtag.decide.standing_view import StandingView
from cloudtag.decide.watching import AnswerWatch
from cloudtag.policy.load import shipped
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.limits import RequestRates
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import Viewer
from streams.view.decide_metrics import CallCounter

NOW = 1_772_409_600_000


class _Dropping:
    """A broker that takes everything at once, and keeps nothing."""

    async def publish(self, records: Sequence[Struct]) -> None:
        """Nothing."""


class _NoEngine:
    """Nobody who judges."""

    async def ask(self, buyer_id: str, events: Sequence[Struct]) -> EngineSaid:  # noqa: ARG002 - the way's own names
        """Nothing is said."""
        return EngineSaid(obstacle="there is none")


def served_app(buyers: int) -> Application:
    """The application over a view in which an alert stands about so many buyers."""
    view = StandingView(NETWORKS)
    for number in range(buyers):
        view.apply(an_alert(number))
    answers, calls = GivenAnswers(100_000), CallCounter()
    decider = Decider(view, shipped(), answers, clock=lambda: NOW, as_of=lambda: NOW)
    watch, recorder = AnswerWatch(view, decider, answers), DecisionRecorder(_Dropping(), 1 << 40)
    api = DecideApi(view, decider, watch, recorder, _Dropping(), calls.given, _NoEngine())
    book = TokenBook([(hashlib.sha256(TOKEN.encode()).hexdigest(), Viewer(name="load", role="platform"))])
    return application(api, Gate(book, RequestRates(1e9, time.monotonic), calls))


def a_request(number: int, buyers: int) -> bytes:
    """The bytes of a request."""
    who = number * 7919 % buyers
    body = msgspec.json.encode(
        {"request_id": f"q-{number}", "about": "refund", "platform": "taobao", "buyer_id": f"b{who}",
         "shop_id": "s1", "order_id": f"o{who}", "refund_id": f"r{who}", "durable": False}
    )  # fmt: skip
    head = (
        "POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: load\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask(connection: socket.socket, request: bytes) -> bytes:
    """One answer's body. Raises `SystemExit` for any but 200."""
    connection.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(got.decode())
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return body


class Served:
    """A server in a thread, whose CPU time is told."""

    def __init__(self, app: Application, *, is_profiled: bool) -> None:
        from cloudtag.cli.http.server import GuardedServer

        self._listening = socket.create_server(("127.0.0.1", 0))
        self._server = GuardedServer(app, lifespan="off")
        self._ready, self._is_profiled = threading.Event(), is_profiled
        self.profile = cProfile.Profile()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()
        self.port = self._listening.getsockname()[1]

    def _run(self) -> None:
        async def work() -> None:
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
            self._ready.set()
            await self._server.serve(sockets=[self._listening])

        if self._is_profiled:
            self.profile.enable()
        asyncio.run(work())
        self.profile.disable()

    @property
    def cpu_seconds(self) -> float:
        """What the thread has used."""
        return time.clock_gettime(self._clock)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--buyers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    served = Served(served_app(options.buyers), is_profiled=options.profile)
    number = 0
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        for _ in range(options.rounds):
            requests = [a_request(number + n, options.buyers) for n in range(options.requests)]
            number += options.requests
            begun = served.cpu_seconds
            for request in requests:
                ask(connection, request)
            spent = (served.cpu_seconds - begun) / options.requests * 1e6
            sys.stdout.write(f"{options.requests} answers, {spent:.0f} us of CPU each\n")
    served.stop()
    if options.profile:
        pstats.Stats(served.profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
