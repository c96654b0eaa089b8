"""Why a broker does not let this process in, by the name of the setting that is wrong.

The client itself only says that it could not connect. So where that happens one connection is made by hand, step by
step, and what goes wrong in it is told.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from cloudtag.config import Config
from streams.kafka.security import client_settings

SECONDS = 10.0
SECURITY, MECHANISM = "CLOUDTAG_KAFKA_SECURITY", "CLOUDTAG_KAFKA_MECHANISM"
USER, CA_FILE = "CLOUDTAG_KAFKA_USER or KAFKA_PASSWORD", "CLOUDTAG_KAFKA_CA_FILE"
CERT_FILES = "CLOUDTAG_KAFKA_CERT_FILE and CLOUDTAG_KAFKA_KEY_FILE"
_OTHER_NAME, _RUN_OUT = (62, 64), 10
"""What OpenSSL calls a certificate of another host name or address, and one that has expired."""


class KafkaAccessError(RuntimeError):
    """A broker answers and does not let this process in; the text names the setting."""


@asynccontextmanager
async def explained(config: Config) -> AsyncIterator[None]:
    """Raises ``KafkaAccessError`` in place of an error of connecting, where a setting is the reason."""
    try:
        yield
    except KafkaConnectionError as error:
        if why := await obstacle(config):
            raise KafkaAccessError(why) from error
        raise


async def obstacle(config: Config) -> str | None:
    """Why no broker lets this process in; none when one does, or none answers at all."""
    found = None
    for address in config.bootstrap():
        host, _, port = address.rpartition(":")
        try:
            async with asyncio.timeout(SECONDS):
                await _come_in(config, host, int(port))
        except (OSError, ValueError, KafkaError, asyncio.IncompleteReadError) as error:
            found = found or _meaning(config, address, error)
        else:
            return None
    return found and f"Kafka: {found}"


async def _come_in(config: Config, host: str, port: int) -> None:
    settings = client_settings(config)
    del settings["bootstrap_servers"]
    connection = AIOKafkaConnection(host.strip("[]"), port, request_timeout_ms=int(SECONDS * 1000), **settings)
    try:
        await connection.connect()
        # Which versions it speaks a broker says to everybody: only this shows who is let in.
        await connection.send(MetadataRequest([]))
    finally:
        connection.close()


def _meaning(config: Config, address: str, error: Exception) -> str | None:
    security = config.kafka_security
    match error:
        case ssl.SSLCertVerificationError():
            return _of_certificate(address, error)
        case SaslAuthenticationFailed():
            return f"{address} refuses the user {config.kafka_user!r}: {USER} is wrong"
        case UnsupportedSaslMechanismError():
            return f"{address} does not take {MECHANISM} {config.kafka_mechanism}"
        case IllegalSaslStateError():
            return f"{address} asks nobody for a user: {SECURITY} is {security}"
        case ssl.SSLError() | ConnectionResetError() if security.endswith("SSL"):
            return f"{address} speaks no TLS, it seems: {SECURITY} is {security}"
        case KafkaConnectionError():
            return _of_closing(config, address, error.__cause__)
    return None


def _of_certificate(address: str, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _OTHER_NAME:
        return f"the certificate of {address} is made out to another name: KAFKA must name the broker as it does"
    if error.verify_code == _RUN_OUT:
        return f"the certificate of {address} has run out"
    return f"the certificate of {address} is not trusted ({error.verify_message}): {CA_FILE} must hold who signed it"


def _of_closing(config: Config, address: str, cause: BaseException | None) -> str:
    security = config.kafka_security
    if isinstance(cause, ssl.SSLError):
        whose = "the given one" if config.kafka_cert_file else "none is given"
        return f"{address} wants a client's certificate that it trusts, {whose}: {CERT_FILES} hold it"
    if not security.endswith("SSL"):
        return f"{address} ends the connection; it speaks TLS, perhaps: {SECURITY} is {security}"
    return f"{address} ends the connection; it asks for a user, perhaps: {SECURITY} is {security}"
