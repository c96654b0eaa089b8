"""Brokers for tests: `tansu()` and `kafka()` are context managers, the fixtures start each once per session.

A test that asks for ``broker`` runs on both. Apache Kafka needs Java and Maven: without them its tests are skipped
with the reason, or fail when ``CI=true``.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cloudtag.local.broker import Tansu
from cloudtag.local.kafka import Kafka, missing_programs


@contextmanager
def tansu() -> Iterator[str]:
    """The address of a fresh embedded broker."""
    with Tansu() as broker:
        yield broker.bootstrap


@contextmanager
def kafka_server() -> Iterator[Kafka]:
    """A fresh Apache Kafka node that a test may kill and start again; skips (or fails in CI) without Java and Maven."""
    need_kafka()
    with tempfile.TemporaryDirectory(prefix="cloudtag-kafka-") as directory, Kafka(directory) as broker:
        yield broker
        # In order it would write all its logs out first, for nobody.
        broker.kill()


@contextmanager
def kafka() -> Iterator[str]:
    """The address of a fresh Apache Kafka node; skips (or fails in CI) without Java and Maven."""
    with kafka_server() as broker:
        yield broker.bootstrap


def need_kafka() -> None:
    """Skip the test, or fail it in CI, when Apache Kafka cannot run here."""
    missing = missing_programs()
    if not missing:
        return
    reason = f"Apache Kafka needs {' and '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


async def sockets_closed() -> None:
    """Wait until this event loop watches no socket any more.

    A refused aiokafka client closes its connection without waiting for the end of it; a loop that ends first leaves
    a warning behind that fails some later test.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(30):
        # What stays is the loop's own wake-up pipe.
        while len(loop._selector.get_map()) > 1:  # type: ignore[attr-defined]  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def tansu_bootstrap() -> Iterator[str]:
    """One embedded broker for the session: use topics of your own."""
    with tansu() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """One Apache Kafka node for the session: use topics of your own."""
    with kafka() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def one_bootstrap(request: pytest.FixtureRequest) -> str:
    """One broker for the session, for what is the same on both: use topics of your own.

    Apache Kafka where it can run: the embedded one holds whoever joins a group back for half of its session timeout.
    """
    address: str = request.getfixturevalue("tansu_bootstrap" if missing_programs() else "kafka_bootstrap")
    return address


@pytest.fixture(params=["tansu", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> str:
    """The address of a broker, once for each kind."""
    address: str = request.getfixturevalue(f"{request.param}_bootstrap")
    return address
