"""Whole processes on a broker that denies what was not granted: each may do its part and no more."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from cloudtag.cli.kafka import read_to_end
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import CONTRACTS, INPUTS, INTERNAL, OUTPUTS, SURFACES
from cloudtag.local.child import Child
from cloudtag.local.kafka import Kafka, KafkaSecurity
from cloudtag.wire import decode
from streams.kafka.acls import AclsError, rules_of
from streams.kafka.security import client_settings
from streams.kafka.topics import TopicError, declared, partitions
from tests.servers.brokers import need_kafka, sockets_closed
from tests.streams.sink.log import until

FILE = Path(__file__).parents[2] / "deploy" / "kafka" / "acls.toml"
ADMIN = "admin"
NAMES = (ADMIN, "upstream", "consumers", "cloudtag", "cloudtag-operator", "cloudtag-state")
USERS = {name: f"s3cret-of-{name}" for name in NAMES}
ORDER = (
    b'{"stream":"orders","event_id":"e1","occurred_at":"2026-03-03T10:00:00Z","status":"paid",'
    b'"platform":"jd","order_id":"o1","buyer_id":"anna","shop_id":"s"}\n'
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A node that denies by default, with the shipped file granted and the topics created by whom it lets."""
    need_kafka()
    security = KafkaSecurity(USERS, superusers=(ADMIN,))
    with Kafka(tmp_path_factory.mktemp("access"), security=security) as broker:
        denied = _run(broker, "upstream", "topics", "create")
        assert denied.returncode == 1
        for user, *command in ((ADMIN, "topics", "grant", str(FILE)), ("cloudtag-operator", "topics", "create")):
            done = _run(broker, user, *command)
            assert done.returncode == 0, done.stderr
        yield broker


def _environment(broker: Kafka, user: str, **more: str) -> dict[str, str]:
    own = {
        "KAFKA": broker.bootstrap,
        "KAFKA_PASSWORD": USERS.get(user, ""),
        "CLOUDTAG_KAFKA_SECURITY": "SASL_SSL",
        "CLOUDTAG_KAFKA_USER": user,
        "CLOUDTAG_KAFKA_CA_FILE": str(broker.certificate),
        "CLOUDTAG_PARTITIONS": "1",
        "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "6",
    }
    return os.environ | own | more


def _run(broker: Kafka, user: str, *arguments: str, stdin: bytes = b"", **more: str) -> Any:
    command = [sys.executable, "-m", "cloudtag.cli", *arguments]
    environment = _environment(broker, user, **more)
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=200, check=False)


def _config(broker: Kafka, user: str) -> Config:
    return Config.read(_environment(broker, user))


async def _write(config: Config, topic: str) -> None:
    producer = AIOKafkaProducer(**client_settings(config))
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"a record")
    finally:
        await producer.stop()


async def _read(config: Config, topic: str, group: str | None = None) -> None:
    # A topic that one may not even see has no partitions to fetch from.
    await partitions(config, [topic])
    consumer = AIOKafkaConsumer(**client_settings(config), group_id=group, auto_offset_reset="earliest")
    await consumer.start()
    try:
        where = TopicPartition(topic, 0)
        consumer.assign([where])
        async with asyncio.timeout(60):
            while consumer.last_stable_offset(where) is None:
                await consumer.getmany(timeout_ms=100)
        if group:
            await consumer.commit({where: 0})
    finally:
        await consumer.stop()


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("user", "do", "may", "may_not"),
    [
        ("upstream", _write, ("orders", "verdicts"), ("alerts", "waybill-uses", "cloudtag-buyers-state-2")),
        ("upstream", _read, (), ("orders", "alerts")),
        ("consumers", _read, ("alerts", "labels"), ("orders", "dead-letters", "waybill-uses")),
        ("consumers", _write, (), ("orders", "alerts")),
        ("cloudtag", _read, ("orders", "waybill-uses", "cloudtag-buyers-state-2"), ("alerts",)),
        ("cloudtag", _write, ("alerts", "link-reports"), ("orders",)),
    ],
)
async def test_each_may_do_its_part_and_no_more(
    broker: Kafka, user: str, do: Callable[..., Any], may: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    config = _config(broker, user)
    for topic in may:
        await do(config, topic)
    for topic in may_not:
        with pytest.raises((TopicAuthorizationFailedError, TopicError)):
            await do(config, topic)
    await sockets_closed()


@pytest.mark.kafka
async def test_a_group_is_its_owners(broker: Kafka) -> None:
    config = _config(broker, "consumers")
    await _read(config, "alerts", "consumers-of-mine")
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(config, "alerts", "cloudtag")
    await sockets_closed()


@pytest.mark.kafka
async def test_a_worker_does_its_work_under_its_own_name(broker: Kafka, tmp_path: Path) -> None:
    sent = _run(broker, "upstream", "produce", "-", stdin=ORDER)
    assert sent.returncode == 0, sent.stderr
    command = [sys.executable, "-m", "cloudtag.cli", "worker", "--log-level", "warning"]
    worker = Child(command, tmp_path / "worker.log", _environment(broker, "cloudtag"))
    letters = _config(broker, ADMIN)
    try:

        async def is_refused() -> bool:
            assert worker.is_running, worker.log_tail(20)
            found = [decode("dead-letters", record.value) async for record in read_to_end(letters, ["dead-letters"])]
            return any(isinstance(letter, DeadLetter) and letter.topic == "orders" for letter in found)

        # Records that are no Avro, of this file's other tests or of this one.
        await _write(_config(broker, "upstream"), "orders")
        await until(is_refused)
    finally:
        worker.stop()
    assert "Authorization" not in worker.log_tail(200)


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("migrate", "there are no rows in format 1"),
        ("rebuild", "has state|nothing can be made of it"),
        ("show", ""),
        ("release anna --network jd", "anna is not set aside"),
    ],
)
def test_whoever_looks_after_the_state_may_do_all_of_it(broker: Kafka, command: str, told: str) -> None:
    done = _run(broker, "cloudtag-state", "state", *command.split())
    assert re.search(told, done.stderr.decode())
    assert done.returncode == (1 if told else 0)
    refused = _run(broker, "upstream", "state", *command.split())
    assert b"this user may not see it" in refused.stderr


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("command", "user", "settings", "told"),
    [
        (("worker",), "cloudtag", {"KAFKA_PASSWORD": "guessed"}, "CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD is wrong"),
        (("worker",), "cloudtag", {"CLOUDTAG_KAFKA_CA_FILE": ""}, "CLOUDTAG_KAFKA_CA_FILE must hold who signed it"),
        (("worker",), "cloudtag", {"CLOUDTAG_KAFKA_SECURITY": "PLAINTEXT"}, "CLOUDTAG_KAFKA_SECURITY is PLAINTEXT"),
        (("worker",), "upstream", {}, "does not exist, or this user may not see it"),
        (("doctor",), "cloudtag", {"KAFKA_PASSWORD": "guessed"}, "CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD is wrong"),
        (("produce", "-"), "upstream", {"KAFKA_PASSWORD": "guessed"}, "KAFKA_PASSWORD is wrong"),
        (
            ("sink",),
            "cloudtag",
            {"KAFKA_PASSWORD": "guessed", "CLICKHOUSE": "http://127.0.0.1:1", "CLOUDTAG_HASH_SECRET": "x" * 16},
            "CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD is wrong",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple | dict) else value if value in USERS else "",
)
def test_a_process_with_a_wrong_setting_ends_at_its_start_and_names_it(
    broker: Kafka, command: tuple[str, ...], user: str, settings: dict[str, str], told: str
) -> None:
    done = _run(broker, user, *command, stdin=ORDER, **settings)
    assert done.returncode in (1, 2)
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("cloudtag: ")
    assert told in last
    assert b"guessed" not in done.stdout + done.stderr


def test_the_file_speaks_of_every_topic_and_of_none_twice_over() -> None:
    config = Config(topic_prefix="eu-", app_id="ct")
    rules = rules_of(FILE, config)
    topics = {rule.name for rule in rules if rule.resource == "topic"}
    assert topics == {topic.name for topic in declared(config)} | set(map(config.first_changelog, config.processors))
    written = {(rule.principal, rule.name) for rule in rules if (rule.operation, rule.resource) == ("write", "topic")}
    by = {name: {who for who, topic in written if topic == config.topic(name)} for name in (*CONTRACTS, *INTERNAL)}
    upstream, workers, operators = "User:upstream", "User:cloudtag", "User:cloudtag-operator"
    state, deciders, desks = "User:cloudtag-state", "User:cloudtag-decide", "User:cloudtag-desk"
    assert all(by[name] == {upstream, operators, deciders, desks} for name in INPUTS)
    people = {"case-acts", "audit"}
    assert all(by[name] == ({desks} if name in people else {deciders}) for name in SURFACES)
    assert all(by[name] == {workers, state} for name in OUTPUTS if name != "dead-letters")
    assert by["dead-letters"] == {workers, "User:cloudtag-sink"}
    assert all(by[name] == {workers, operators} for name in INTERNAL)
    assert not [rule for rule in rules if rule.principal == upstream and rule.operation == "read"]
    assert {rule.name for rule in rules if rule.resource == "group"} == {"ct", "ct-sink", "ct-decide*", "consumers*"}
    assert {rule.principal for rule in rules if rule.resource == "cluster"} == {operators}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[a]\nprincipals = ['User:a']\nread = ['oders']\n",
            "'oders' is no kind of topics and no stream; did",
        ),
        ("[a]\nread = ['orders']\n", "principals"),
        ("[a]\nprincipals = ['User:a']\nwrites = ['orders']\n", "writes"),
        ("[a]\nprincipals = ['User:a']\ncluster = ['delete']\n", "cluster"),
        ("[a\n", "line 1"),
    ],
)
def test_a_file_that_says_something_else_is_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "acls.toml"
    file.write_text(text)
    with pytest.raises(AclsError, match=told):
        rules_of(file, Config())
