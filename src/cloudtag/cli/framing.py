"""How records are framed: with the schema's fingerprint, or with the ids of a configured registry."""

from cloudtag.config import Config
from cloudtag.wire import Codec


def codec_of(config: Config) -> Codec:
    """The codec of the configured framing: fingerprints, or a schema registry's ids."""
    if not config.schema_registry_url:
        return Codec()
    from cloudtag.wire.registry import HttpRegistry

    return Codec(HttpRegistry(config.schema_registry_url, topic_prefix=config.topic_prefix))
