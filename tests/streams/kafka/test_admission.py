"""Whoever is not let in is told by the name of the setting that is wrong: on brokers that really refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from msgspec.structs import replace

from cloudtag.config import Config, ConfigError, Secret
from cloudtag.local.kafka import Kafka, KafkaSecurity
from streams.kafka.admission import KafkaAccessError, explained, obstacle
from streams.kafka.security import client_settings
from streams.kafka.topics import partitions
from tests.servers.brokers import need_kafka, sockets_closed

pytestmark = pytest.mark.kafka
USER, PASSWORD = "cloudtag", "not-so-secret"


@pytest.fixture(scope="module")
def by_password(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    need_kafka()
    with Kafka(tmp_path_factory.mktemp("password"), security=KafkaSecurity({USER: PASSWORD})) as broker:
        yield Config(
            brokers=broker.bootstrap,
            kafka_security="SASL_SSL",
            kafka_user=USER,
            kafka_ca_file=broker.certificate,
            kafka_password=Secret(PASSWORD),
        )


@pytest.fixture(scope="module")
def by_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    need_kafka()
    broker = Kafka(tmp_path_factory.mktemp("certificate"), security=KafkaSecurity())
    certificate, key = broker.client_certificate("cloudtag")
    with broker:
        yield Config(
            brokers=broker.bootstrap,
            kafka_security="SSL",
            kafka_ca_file=broker.certificate,
            kafka_cert_file=certificate,
            kafka_key_file=key,
        )


@pytest.fixture(scope="module")
def of_another_name(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    need_kafka()
    security = KafkaSecurity({USER: PASSWORD}, names="DNS:kafka-1.example")
    with Kafka(tmp_path_factory.mktemp("name"), security=security) as broker:
        yield Config(
            brokers=broker.bootstrap,
            kafka_security="SASL_SSL",
            kafka_user=USER,
            kafka_ca_file=broker.certificate,
            kafka_password=Secret(PASSWORD),
        )


@pytest.mark.parametrize("which", ["by_password", "by_certificate"])
async def test_whoever_proves_who_they_are_is_let_in(which: str, request: pytest.FixtureRequest) -> None:
    config: Config = request.getfixturevalue(which)
    assert await obstacle(config) is None
    with pytest.raises(Exception, match="orders does not exist"):
        await partitions(config, ["orders"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kafka_password": Secret("guessed")}, "refuses the user 'cloudtag': CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD"),
        ({"kafka_user": "nobody"}, "refuses the user 'nobody': CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD"),
        ({"kafka_mechanism": "PLAIN"}, "does not take CLOUDTAG_KAFKA_MECHANISM PLAIN"),
        ({"kafka_mechanism": "SCRAM-SHA-256"}, "does not take CLOUDTAG_KAFKA_MECHANISM SCRAM-SHA-256"),
        ({"kafka_ca_file": None}, "is not trusted (self-signed certificate): CLOUDTAG_KAFKA_CA_FILE"),
        ({"kafka_security": "SASL_PLAINTEXT"}, "speaks TLS, perhaps: CLOUDTAG_KAFKA_SECURITY is SASL_PLAINTEXT"),
        ({"kafka_security": "PLAINTEXT"}, "speaks TLS, perhaps: CLOUDTAG_KAFKA_SECURITY is PLAINTEXT"),
        ({"kafka_security": "SSL"}, "asks for a user, perhaps: CLOUDTAG_KAFKA_SECURITY is SSL"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_wrong_setting_of_a_password_is_named(by_password: Config, wrong: dict[str, Any], told: str) -> None:
    config = replace(by_password, **wrong)
    found = await obstacle(config)
    assert found is not None
    assert found.startswith(f"Kafka: {'the certificate of ' if 'trusted' in told else ''}{config.brokers} ")
    assert told in found
    assert "guessed" not in found
    with pytest.raises(KafkaAccessError, match="Kafka: "):
        await partitions(config, ["orders"])
    await sockets_closed()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kafka_cert_file": None, "kafka_key_file": None}, "that it trusts, none is given: CLOUDTAG_KAFKA_CERT_FILE"),
        ({"kafka_ca_file": None}, "CLOUDTAG_KAFKA_CA_FILE"),
        ({"kafka_security": "PLAINTEXT"}, "CLOUDTAG_KAFKA_SECURITY is PLAINTEXT"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_a_wrong_setting_of_a_certificate_is_named(
    by_certificate: Config, wrong: dict[str, Any], told: str
) -> None:
    found = await obstacle(replace(by_certificate, **wrong))
    assert found is not None
    assert told in found
    await sockets_closed()


async def test_a_certificate_that_the_broker_does_not_know_is_told_from_none(
    by_certificate: Config, tmp_path: Path
) -> None:
    certificate, key = Kafka(tmp_path, security=KafkaSecurity()).client_certificate("stranger")
    found = await obstacle(replace(by_certificate, kafka_cert_file=certificate, kafka_key_file=key))
    assert found is not None
    assert "that it trusts, the given one: CLOUDTAG_KAFKA_CERT_FILE" in found
    await sockets_closed()


async def test_a_name_that_is_not_the_brokers_is_told(of_another_name: Config) -> None:
    port = of_another_name.brokers.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost"):
        found = await obstacle(replace(of_another_name, brokers=f"{host}:{port}"))
        told = "is made out to another name: KAFKA must name the broker as it does"
        assert found == f"Kafka: the certificate of {host}:{port} {told}"
    await sockets_closed()


async def test_settings_for_a_broker_that_asks_for_nothing_are_named(
    kafka_bootstrap: str,
    by_password: Config,
) -> None:
    for security, told in (("SASL_SSL", "speaks no TLS"), ("SASL_PLAINTEXT", "asks nobody for a user")):
        found = await obstacle(replace(by_password, brokers=kafka_bootstrap, kafka_security=security))
        assert found is not None
        assert told in found
        assert f"CLOUDTAG_KAFKA_SECURITY is {security}" in found
    await sockets_closed()


async def test_one_broker_that_lets_in_is_enough_and_none_at_all_is_the_networks_fault(by_password: Config) -> None:
    assert await obstacle(replace(by_password, brokers=f"127.0.0.1:1,{by_password.brokers}")) is None
    with pytest.raises(KafkaConnectionError, match="away"):
        async with explained(replace(by_password, brokers="127.0.0.1:1")):
            raise KafkaConnectionError("away")
    await sockets_closed()


def test_files_that_cannot_be_used_are_named_before_anything_connects(by_certificate: Config, tmp_path: Path) -> None:
    stranger, key = Kafka(tmp_path, security=KafkaSecurity()).client_certificate("stranger")
    empty = tmp_path / "empty.pem"
    empty.touch()
    for wrong, told in (
        ({"kafka_ca_file": Path("/nowhere.pem")}, r"CLOUDTAG_KAFKA_CA_FILE /nowhere.pem: No such file"),
        ({"kafka_ca_file": empty}, r"CLOUDTAG_KAFKA_CA_FILE .*empty.pem: NO_CERTIFICATE_OR_CRL_FOUND"),
        ({"kafka_cert_file": Path("/nowhere.pem")}, r"CLOUDTAG_KAFKA_CERT_FILE and .*: No such file"),
        ({"kafka_key_file": key}, r"CLOUDTAG_KAFKA_CERT_FILE and .*: KEY_VALUES_MISMATCH"),
        ({"kafka_cert_file": None}, r"CLOUDTAG_KAFKA_KEY_FILE needs CLOUDTAG_KAFKA_CERT_FILE"),
        ({"kafka_security": "SASL_SSL"}, r"SASL_SSL needs CLOUDTAG_KAFKA_USER and KAFKA_PASSWORD"),
    ):
        with pytest.raises(ConfigError, match=told):
            client_settings(replace(by_certificate, **wrong))
    assert stranger.exists()
