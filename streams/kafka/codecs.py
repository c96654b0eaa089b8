"""Can every record batch be read that Kafka allows a client to write?

Whoever publishes chooses the compression. A codec that is missing here would end the consumer at the first batch that
uses it, and again after every restart; so what reads from Kafka asks before it begins.
"""

from collections.abc import Callable

from aiokafka import codec

CODECS = {0: "none", 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}
"""Kafka's compression codecs by their number in a batch."""
SAMPLE = b"cloudtag" * 8
_READ_BACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: bytes(codec.gzip_decode(codec.gzip_encode(data))),
    "snappy": lambda data: bytes(codec.snappy_decode(codec.snappy_encode(data))),
    "lz4": lambda data: bytes(codec.lz4_decode(codec.lz4_encode(data))),
    "zstd": lambda data: bytes(codec.zstd_decode(codec.zstd_encode(data))),
}


class MissingCodecError(RuntimeError):
    """Some compression cannot be read; the text says what to install, in one line."""


def check() -> None:
    """Raise ``MissingCodecError`` unless every codec of Kafka reads back what it wrote."""
    if missing := [name for name, read_back in _READ_BACK.items() if not _works(read_back)]:
        raise MissingCodecError(
            f"record batches compressed with {', '.join(missing)} cannot be read here: "
            "install the package cramjam (2.8 or newer), which aiokafka reads them with"
        )


def _works(read_back: Callable[[bytes], bytes]) -> bool:
    try:
        return read_back(SAMPLE) == SAMPLE
    except Exception:  # whatever a broken or a missing library raises, the codec is of no use
        return False
