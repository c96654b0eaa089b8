"""Brokers for tests: `tansu()` and `kafka()` are context managers, the fixtures start each once per session.

A test that asks for ``broker`` runs on both. Apache Kafka needs Java and Maven: without them its tests are skipped
with the reason, or fail when ``CI=true``.
"""

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


@pytest.fixture(params=["tansu", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> str:
    """The address of a broker, once for each kind."""
    address: str = request.getfixturevalue(f"{request.param}_bootstrap")
    return address
