"""The interface served for tests over a socket: everything real but the broker, in whose place is a list."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from msgspec import Struct

from cloudtag.cli.http.connections import ConnectionTable
from cloudtag.cli.http.limits import HttpLimits
from cloudtag.cli.http.server import GuardedServer
from cloudtag.contract.decision_records import DecisionGiven, DecisionOutcome
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.api import DecideApi
from cloudtag.decide.app import Gate, application
from cloudtag.decide.decider import Decider, GivenAnswers
from cloudtag.decide.recorder import DecisionRecorder, NotAcknowledgedError
from cloudtag.decide.standing_view import StandingView
from cloudtag.decide.watching import AnswerWatch
from cloudtag.policy.load import shipped
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.limits import RequestRates
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import SCOPES, ShopRef, Viewer, ViewerScope

NOW = 1_772_409_600_000
SECONDS = 30


@dataclass
class ListPublisher:
    """Keeps what it is given, or acknowledges nothing."""

    records: list[Struct] = field(default_factory=list)
    is_away: bool = False

    async def publish(self, records: Sequence[Struct]) -> None:
        if self.is_away:
            raise NotAcknowledgedError("it is away")
        self.records += records


@dataclass
class Calls:
    """What was counted."""

    seen: list[tuple[str, int]] = field(default_factory=list)
    given: list[DecisionGiven | DecisionOutcome] = field(default_factory=list)

    def answered(self, path: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((path, status))


@dataclass
class SetEngine:
    """Says what it is set to say, of every question."""

    said: EngineSaid = field(default_factory=lambda: EngineSaid(obstacle="it is away"))
    asked: list[tuple[str, list[Struct]]] = field(default_factory=list)

    async def ask(self, buyer_id: str, events: Sequence[Struct]) -> EngineSaid:
        self.asked.append((buyer_id, list(events)))
        return self.said


@dataclass
class Service:
    """The parts of a service without a server."""

    per_second: float = 1e6
    most_waiting: int = 1000
    remembered: int = 100
    late_ms: int = 0

    def __post_init__(self) -> None:
        policies = shipped()
        self.view = StandingView(NETWORKS)
        self.answers = GivenAnswers(self.remembered)
        self.decider = Decider(self.view, policies, self.answers, clock=lambda: NOW, as_of=lambda: NOW - self.late_ms)
        self.watch = AnswerWatch(self.view, self.decider, self.answers)
        self.publisher = ListPublisher()
        self.recorder = DecisionRecorder(self.publisher, self.most_waiting)
        self.calls = Calls()
        self.engine = SetEngine()
        count = self.calls.given.append
        api = DecideApi(self.view, self.decider, self.watch, self.recorder, self.publisher, count, self.engine)
        rates = RequestRates(self.per_second, time.monotonic)
        self.app = application(api, Gate(book(), rates, self.calls))


def book() -> TokenBook:
    """A token for every kind of viewer, by its name."""
    one, two = ShopRef("taobao", "s1"), ShopRef("taobao", "s2")
    viewers = [
        Viewer(name="s1", role="shop", shops=frozenset((one,)), account_id="s1:main"),
        Viewer(name="s2", role="shop", shops=frozenset((two,))),
        Viewer(name="far", role="shop", shops=frozenset((ShopRef("jd", "s1"),))),
        Viewer(name="platform", role="platform"),
        Viewer(name="auditor", role="auditor", scopes=frozenset(("read",))),
        *(Viewer(name=f"only-{scope}", role="platform", scopes=_only(scope)) for scope in SCOPES),
    ]
    return TokenBook((hashlib.sha256(viewer.name.encode()).hexdigest(), viewer) for viewer in viewers)


def _only(scope: ViewerScope) -> frozenset[ViewerScope]:
    return frozenset((scope,))


@dataclass
class Client:
    """Asks a served interface, as the holder of a token."""

    url: str
    service: Service
    table: ConnectionTable

    def ask(self, method: str, path: str, token: str | None = "platform", **more: Any) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers |= more.pop("headers", {})
        return requests.request(method, self.url + path, headers=headers, timeout=SECONDS, **more)

    def decide(self, token: str = "platform", **changes: Any) -> requests.Response:
        return self.ask("POST", "/v1/decisions", token, json=question(**changes))


def question(**changes: Any) -> dict[str, Any]:
    """A refund of shop `s1` to be paid."""
    told = {
        "request_id": "q1", "about": "refund", "platform": "taobao", "buyer_id": "b1", "shop_id": "s1",
        "order_id": "o1", "refund_id": "r1",
    }  # fmt: skip
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


@contextmanager
def serving(service: Service, limits: HttpLimits | None = None) -> Iterator[Client]:
    """The service behind a socket of this machine, in a thread of its own."""
    server = GuardedServer(service.app, limits, port=0, lifespan="off")
    started = threading.Event()

    async def run() -> None:
        task = asyncio.ensure_future(server.serve())
        while not server.started:
            assert not task.done()
            await asyncio.sleep(0.01)
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert started.wait(SECONDS)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Client(f"http://127.0.0.1:{port}", service, server.table)
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        assert not thread.is_alive()
