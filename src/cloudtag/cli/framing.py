"""How records are framed: with the schema's fingerprint, or with the ids of a configured registry."""

from base64 import b64encode

from cloudtag.config import Config
from cloudtag.wire import Codec
from cloudtag.wire.codec import MAX_RECORD_BYTES


def codec_of(config: Config, max_bytes: int = MAX_RECORD_BYTES) -> Codec:
    """The codec of the configured framing, fingerprints or a schema registry's ids; it reads so large records."""
    if not config.schema_registry_url:
        return Codec(max_bytes=max_bytes)
    from cloudtag.wire.registry import HttpRegistry

    headers = {}
    if config.schema_registry_user is not None:
        given = f"{config.schema_registry_user}:{config.schema_registry_password.reveal()}"
        headers["Authorization"] = f"Basic {b64encode(given.encode()).decode()}"
    return Codec(HttpRegistry(config.schema_registry_url, topic_prefix=config.topic_prefix, headers=headers), max_bytes)
