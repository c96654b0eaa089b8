"""How a worker proves who it is, as Faust wants to be told."""

from faust import SASLCredentials
from faust.types.auth import CredentialsT

from cloudtag.config import Config
from streams.kafka.security import ssl_context


def faust_credentials(config: Config) -> CredentialsT | None:
    """The user and the password, or none where Faust needs only the ``ssl_context``. Raises ``ConfigError``."""
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
