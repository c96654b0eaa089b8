"""The product's own security settings against a broker that insists on them: TLS and SCRAM-SHA-512."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition, conn
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from cloudtag.config import Config, Secret
from cloudtag.local.kafka import Kafka, KafkaSecurity
from streams.kafka.frames import PIECE_BYTES, FramedProtocol
from streams.kafka.security import client_settings
from tests.servers.brokers import need_kafka, sockets_closed

pytestmark = pytest.mark.kafka
USER, PASSWORD = "cloudtag", "not-so-secret"
LARGE = [bytes([number]) * (3 * PIECE_BYTES + number) for number in range(40)]
"""Records that together come in several answers, each larger than what is read at a time."""


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    need_kafka()
    with Kafka(tmp_path_factory.mktemp("secured"), security=KafkaSecurity({USER: PASSWORD})) as broker:
        yield Config(
            brokers=broker.bootstrap,
            kafka_security="SASL_SSL",
            kafka_mechanism="SCRAM-SHA-512",
            kafka_user=USER,
            kafka_ca_file=broker.certificate,
            kafka_password=Secret(PASSWORD),
        )


async def make(name: str, settings: dict[str, Any]) -> None:
    admin = AIOKafkaAdminClient(**settings)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()


async def test_with_the_right_settings_records_pass(secured: Config) -> None:
    settings = client_settings(secured)
    await make("safe", settings)
    async with AIOKafkaProducer(**settings) as producer:
        await producer.send_and_wait("safe", b"seen by none")
    async with AIOKafkaConsumer(**settings, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("safe", 0)])
        assert (await consumer.getone()).value == b"seen by none"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kafka_password": Secret("guessed")},
        {"kafka_security": "SASL_PLAINTEXT"},
        {"kafka_security": "PLAINTEXT"},
        {"kafka_ca_file": None},
    ],
    ids=lambda wrong: "-".join(wrong),
)
async def test_with_a_wrong_setting_nothing_opens(secured: Config, wrong: dict[str, object]) -> None:
    config = msgspec.structs.replace(secured, **wrong)
    producer = AIOKafkaProducer(**client_settings(config), request_timeout_ms=3_000)
    try:
        with pytest.raises(KafkaError):
            await producer.start()
    finally:
        await producer.stop()
        await sockets_closed()


class Breaking(FramedProtocol):
    """Breaks the connection, so many times, when a part of a large answer is there."""

    breaks = 0
    larger = 0
    """Answers that were read straight into their place, or began to be."""

    def buffer_updated(self, nbytes: int) -> None:
        kind = type(self)
        wanted = self._wanted is not None
        super().buffer_updated(nbytes)
        if wanted:
            kind.larger += 1
            if kind.breaks and self._wanted is not None:
                kind.breaks -= 1
                self.transport.abort()


@pytest.mark.parametrize("breaks", [0, 3])
async def test_large_answers_come_whole_and_once_over_connections_that_break(
    secured: Config, breaks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conn, "AIOKafkaProtocol", Breaking)
    monkeypatch.setattr(Breaking, "breaks", breaks)
    monkeypatch.setattr(Breaking, "larger", 0)
    settings, name = client_settings(secured), f"large-{breaks}"
    await make(name, settings)
    async with AIOKafkaProducer(**settings) as producer:
        for value in LARGE:
            await producer.send_and_wait(name, value)
    async with AIOKafkaConsumer(**settings, auto_offset_reset="earliest", retry_backoff_ms=10) as consumer:
        consumer.assign([TopicPartition(name, 0)])
        assert [(await consumer.getone()).value for _ in LARGE] == LARGE
    assert Breaking.breaks == 0
    assert Breaking.larger > breaks


def test_the_private_key_is_readable_by_its_owner_alone(secured: Config) -> None:
    assert secured.kafka_ca_file is not None
    store = Path(secured.kafka_ca_file).with_name("keystore.pem")
    assert store.stat().st_mode & 0o077 == 0
