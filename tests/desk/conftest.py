"""A desk over a warehouse that holds a few stories, and people who are signed in to it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from cloudtag.desk.app import make_app
from cloudtag.desk.asking import Asking
from cloudtag.desk.desk import Desk
from cloudtag.desk.refusals import ServerRefusals
from cloudtag.desk.session import SignedIn
from cloudtag.policy.load import shipped
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import Viewer
from tests.desk.browser import Browser
from tests.desk.people import PEOPLE
from tests.desk.pipeline import Pipeline
from tests.desk.serving import served
from tests.desk.stories import empty_parcel, ring_of_two, sanctioned, story
from tests.detectors.judged import events_of
from tests.servers.databases import migrated_database

STARTS_AT = 1_775_000_000.0
"""The desk's clock, in seconds."""


class DeskWorld:
    """The desk, what is behind it, and clients for its people."""

    def __init__(
        self,
        database: str,
        connect: Callable[[], Client],
        people: Mapping[str, Viewer] = PEOPLE,
        pipeline: Any = None,
    ) -> None:
        """`people`: who holds which token. `pipeline`: what judges and stores; none: all in this process."""
        self.client, self.database = connect(), database
        self.pipeline = pipeline or Pipeline(self.client, database)
        self.seconds = STARTS_AT
        book = TokenBook((sha256(name.encode()).hexdigest(), viewer) for name, viewer in people.items())
        self.desk = Desk(
            asking=Asking(connect),
            publish=self.pipeline.publish,
            signed_in=SignedIn(book, 12, self.now, is_one_time=False),
            policies=shipped(),
            zone=ZoneInfo("UTC"),
            hosts=("testserver", "127.0.0.1"),
            now=self.now,
        )
        self.app = make_app(self.desk)
        self.port = 0
        self._numbers = count(100)

    def now(self) -> float:
        """The desk's clock."""
        return self.seconds

    def visitor(self, name: str | None, language: str = "en") -> Browser:
        """A browser; signed in as somebody unless none is named."""
        browser = Browser(self.port, language)
        if name:
            assert browser.sign_in(name).status == 303
        return browser

    def fresh(self, shop: str = "s1") -> str:
        """The number of a new buyer who sends an empty parcel back: `b…`, `o…` and `r…` are theirs. Each is dearer than
        the one before, and so comes before it in the queue."""
        number = next(self._numbers)
        self.pipeline.take(events_of(empty_parcel(number, shop, 19900 + 100 * number)))
        return str(number)

    def fresh_ring(self, shop: str) -> int:
        """The number of the first of two new buyers who are linked: see `ring_of_two`."""
        number, _ = next(self._numbers), next(self._numbers)
        self.pipeline.take(events_of(ring_of_two(number, shop)))
        return number

    def fresh_sanctioned(self) -> int:
        """The number of a new buyer with a sanction: see `sanctioned`."""
        number = next(self._numbers)
        self.pipeline.take(events_of(sanctioned(number)))
        return number

    def settle_audit(self) -> None:
        """Return when everything that was looked at is stored."""
        deadline = time.monotonic() + 10
        while self.desk.audit.is_waiting:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def one(self, sql: str) -> object:
        """The single value of a query."""
        return self.client.query(sql).result_rows[0][0]


@contextmanager
def desk_world(warehouse_url: str, told: Sequence[Any], people: Mapping[str, Viewer] = PEOPLE) -> Iterator[DeskWorld]:
    """A desk that is served, over a database of its own in which events are told."""

    def connect(database: str = "default") -> Client:
        client = clickhouse_connect.get_client(dsn=warehouse_url, autogenerate_session_id=False)
        client.database = database
        return client

    with (
        migrated_database(connect) as database,
        world_of(partial(connect, database), database, None, told, people) as it,
    ):
        yield it


@contextmanager
def world_of(
    connect: Callable[[], Client],
    database: str,
    pipeline: Any,
    told: Sequence[Any],
    people: Mapping[str, Viewer] = PEOPLE,
) -> Iterator[DeskWorld]:
    """A desk that is served, over a database that is there, in which events are told."""
    made = DeskWorld(database, connect, people, pipeline)
    made.pipeline.take(told)
    with served(made.app, said=ServerRefusals(made.desk)) as made.port:
        yield made


@pytest.fixture(scope="module")
def world(warehouse_url: str) -> Iterator[DeskWorld]:
    """The desk with its stories, anew for each file: what one file's tests have done, another's must not read, since
    which files share a process is chance. Tests that act use buyers of their own."""
    with desk_world(warehouse_url, story()) as made:
        yield made


@pytest.fixture
def acted(world: DeskWorld) -> Iterator[DeskWorld]:
    """The desk with its stories, for a test that acts, on a case of its own."""
    with left_clean(world) as made:
        yield made


@contextmanager
def left_clean(world: DeskWorld) -> Iterator[DeskWorld]:
    """A desk as the next test wants it, once this one is through."""
    yield world
    world.seconds, world.pipeline.is_down, world.pipeline.holds = STARTS_AT, False, False
    world.desk.engine, world.desk.policies = None, shipped()
    world.settle_audit()
    world.pipeline.sent.clear()
