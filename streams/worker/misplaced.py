"""Records found in a partition that their key field does not belong to, and how they get to the right one (F2).

Clients place records differently: another partitioner, another key, none at all. Judged where it lies, such a record
would meet nobody it belongs to: no finding, and no error either. So it is passed on, as Kafka Streams repartitions:
written to ``misplaced-<processor>`` into the partition of its own key field, with where it came from in its headers.
It keeps the broker's time of then, and a dead letter about it names the place it first had.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from cloudtag.contract.streams import INPUTS
from cloudtag.parcels.spelling import key_in_words
from streams.kafka.log_throttle import LogThrottle
from streams.kafka.partitioner import Misplaced, MisplacementCause

logger = logging.getLogger(__name__)

MENDS: Mapping[MisplacementCause, str] = {
    "key": "its key is not its {field}: let the producer set the key to {field}",
    "null_key": "it has no key: let the producer set the key to {field}",
    "partitioner": "its key is right: set partitioner=murmur2_random in librdkafka, leave Java's default as it is",
}
"""What whoever publishes must set, by cause; `field` says too in which form, where that counts."""

PREFIX = "cloudtag-"
MOST_HOPS = 2
"""So often a record is passed on: once, and once more if the number of partitions was changed on its way."""
LONGEST_KEY_BYTES = 64 << 10
"""A longer key of a foreign client is left behind: with it a record the broker took might not fit a second time."""

Headers = Sequence[tuple[str, bytes]]
"""The headers of a Kafka record: names and values."""


class Source(Protocol):
    """What is needed of a record, wherever it was read."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Origin(Struct, frozen=True, gc=False):
    """A record that was passed on, as it was where its producer put it. Within the bounds that Kafka has."""

    stream: str
    topic: Annotated[str, Meta(min_length=1, max_length=249)]
    partition: Annotated[int, Meta(ge=0, lt=1 << 31)]
    offset: Annotated[int, Meta(ge=0, lt=1 << 62)]
    timestamp: Annotated[int, Meta(ge=-1, lt=1 << 62)]
    cause: MisplacementCause
    hops: Annotated[int, Meta(ge=1, le=MOST_HOPS)]
    key: bytes | None = None
    value: bytes | None = None


class NoOriginError(ValueError):
    """A record in the topic of misplaced ones that nobody passed on: it does not say where it is from."""


def cause_of(key: bytes | None, own: str) -> MisplacementCause:
    """Why a record with this Kafka key is not where its own key field belongs."""
    if not key:
        return "null_key"
    return "partitioner" if key == own.encode() else "key"


def headers_of(source: Source, misplaced: Misplaced) -> Headers:
    """Where a record comes from, as text that any Kafka tool shows; of one passed on before, where it first was."""
    told = {
        "stream": misplaced.stream,
        "topic": source.topic,
        "partition": source.partition,
        "offset": source.offset,
        "timestamp": source.timestamp,
        "cause": misplaced.cause,
        "hops": misplaced.hops,
    }
    headers = [(PREFIX + name, str(value).encode()) for name, value in told.items()]
    if source.key is not None and len(source.key) <= LONGEST_KEY_BYTES:
        headers.append((PREFIX + "key", source.key))
    return headers


def origin_of(record: Any) -> Origin:
    """The record as it was where it came from. Raises ``NoOriginError``."""
    told = {name.removeprefix(PREFIX): value for name, value in record.headers if name.startswith(PREFIX)}
    key = told.pop("key", None)
    try:
        texts = {name: value.decode() for name, value in told.items()}
        return msgspec.convert({**texts, "key": key, "value": record.value}, Origin, strict=False)
    except (AttributeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise NoOriginError(f"its headers do not say where it is from: {error}") from None


def warn(found: Iterable[Misplaced]) -> None:
    """Log what operators must set, each kind once in a while."""
    for (stream, cause), count in Counter((one.stream, one.cause) for one in found).items():
        mend = MENDS[cause].format(field=key_in_words(INPUTS[stream].key))
        # The kind is part of the text, so that each is held back by itself.
        logger.warning(f"{stream}: a record is in the wrong partition and was passed on ({cause}): {mend} (%d)", count)


logger.addFilter(LogThrottle(60.0))
