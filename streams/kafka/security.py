"""How cloudtag's Kafka clients prove who they are: one place for the settings of all of them."""

import ssl
from typing import Any

from faust import SASLCredentials
from faust.types.auth import CredentialsT

from cloudtag.config import Config


def ssl_context(config: Config) -> ssl.SSLContext | None:
    """The TLS side of the configured security, or none for a plaintext listener."""
    if not config.kafka_security.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=config.kafka_ca_file)
    if config.kafka_cert_file:
        context.load_cert_chain(config.kafka_cert_file, config.kafka_key_file)
    return context


def client_settings(config: Config) -> dict[str, Any]:
    """Keyword arguments for aiokafka's own clients."""
    settings: dict[str, Any] = {
        "bootstrap_servers": config.bootstrap(),
        "security_protocol": config.kafka_security,
        "ssl_context": ssl_context(config),
    }
    if config.kafka_security.startswith("SASL"):
        settings |= {
            "sasl_mechanism": config.kafka_mechanism,
            "sasl_plain_username": config.kafka_user,
            "sasl_plain_password": config.kafka_password.reveal(),
        }
    return settings


def faust_credentials(config: Config) -> CredentialsT | None:
    """The same for Faust, or none where it needs only the ``ssl_context``."""
    if not config.kafka_security.startswith("SASL"):
        return None
    context = ssl_context(config)
    credentials: CredentialsT = SASLCredentials(
        username=config.kafka_user,
        password=config.kafka_password.reveal(),
        ssl_context=context,
        mechanism=config.kafka_mechanism,
    )
    return credentials
