"""The product's own security settings against a broker that insists on them: TLS and SCRAM-SHA-512."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from cloudtag.config import Config, Secret
from cloudtag.local.kafka import Kafka, KafkaSecurity
from streams.kafka.security import client_settings
from tests.servers.brokers import need_kafka, sockets_closed

pytestmark = pytest.mark.kafka
USER, PASSWORD = "cloudtag", "not-so-secret"


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


async def test_with_the_right_settings_records_pass(secured: Config) -> None:
    settings = client_settings(secured)
    admin = AIOKafkaAdminClient(**settings)
    await admin.start()
    await admin.create_topics([NewTopic("safe", 1, 1)])
    await admin.close()
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


def test_the_private_key_is_readable_by_its_owner_alone(secured: Config) -> None:
    assert secured.kafka_ca_file is not None
    store = Path(secured.kafka_ca_file).with_name("keystore.pem")
    assert store.stat().st_mode & 0o077 == 0
