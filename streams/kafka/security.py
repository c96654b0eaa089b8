"""How cloudtag's Kafka clients prove who they are: one place for the settings of all of them."""

import ssl
from typing import Any

from cloudtag.config import Config, ConfigError


def ssl_context(config: Config) -> ssl.SSLContext | None:
    """The TLS side of the configured security, or none for a plaintext listener. Raises ``ConfigError``."""
    if not config.kafka_security.endswith("SSL"):
        return None
    try:
        context = ssl.create_default_context(cafile=config.kafka_ca_file)
    except OSError as error:  # `SSLError` is one, too.
        raise ConfigError(f"cannot use CLOUDTAG_KAFKA_CA_FILE {config.kafka_ca_file}: {_reason(error)}") from None
    if not config.kafka_cert_file:
        if config.kafka_key_file:
            raise ConfigError("CLOUDTAG_KAFKA_KEY_FILE needs CLOUDTAG_KAFKA_CERT_FILE")
        return context
    try:
        # A key that is locked would have somebody at the terminal asked for its password.
        context.load_cert_chain(config.kafka_cert_file, config.kafka_key_file, password=lambda: "")
    except OSError as error:
        files = "CLOUDTAG_KAFKA_CERT_FILE and CLOUDTAG_KAFKA_KEY_FILE"
        raise ConfigError(f"cannot use {files}: {_reason(error)}") from None
    return context


def _reason(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or str(error)


def client_settings(config: Config) -> dict[str, Any]:
    """Keyword arguments for aiokafka's own clients. Raises ``ConfigError``."""
    settings: dict[str, Any] = {
        "bootstrap_servers": config.bootstrap(),
        "security_protocol": config.kafka_security,
        "ssl_context": ssl_context(config),
    }
    if config.kafka_security.startswith("SASL"):
        if not (config.kafka_user and config.kafka_password):
            needed = "CLOUDTAG_KAFKA_USER and KAFKA_PASSWORD"
            raise ConfigError(f"CLOUDTAG_KAFKA_SECURITY {config.kafka_security} needs {needed}")
        settings |= {
            "sasl_mechanism": config.kafka_mechanism,
            "sasl_plain_username": config.kafka_user,
            "sasl_plain_password": config.kafka_password.reveal(),
        }
    return settings
