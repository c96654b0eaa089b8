"""How records are framed: with the schema's fingerprint, or with the ids of a configured registry."""

from cloudtag.config import Config
from cloudtag.wire import Codec
from cloudtag.wire.codec import MAX_RECORD_BYTES


def codec_of(config: Config, max_bytes: int = MAX_RECORD_BYTES) -> Codec:
    """The codec of the configured framing, fingerprints or a schema registry's ids; it reads so large records."""
    if not config.schema_registry_url:
        return Codec(max_bytes=max_bytes)
    from cloudtag.wire.registry import HttpRegistry

    return Codec(HttpRegistry(config.schema_registry_url, topic_prefix=config.topic_prefix), max_bytes)
