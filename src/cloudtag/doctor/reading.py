"""The records of an input topic, read as the worker would read them, and further where that refuses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from msgspec import Struct

from cloudtag.contract.streams import Stream
from cloudtag.doctor.sample import SampledRecord, TopicSample
from cloudtag.parcels.spelling import canonical_key
from cloudtag.wire import Undecodable
from cloudtag.wire.codec import SINGLE_OBJECT
from cloudtag.wire.registry import RegistryRefused, RegistryUnavailable

Framing = Literal["single-object", "registry frame", "JSON", "no value", "neither Avro nor JSON"]
NO_REGISTRY = "registry_unavailable"
"""In place of a reason: the record may be good, but the schema registry did not answer."""
_FRAME_BYTES = 5


class Decoder(Protocol):
    """Bytes to structs, and to their fields unchecked (see `cloudtag.wire.Codec`)."""

    def decode(self, stream: str, data: bytes | None) -> Struct: ...

    def fields(self, stream: str, data: bytes) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record with its fields, as far as they can be read; `reason` says why the worker would refuse it."""

    record: SampledRecord
    framing: Framing
    fields: Mapping[str, Any] | None
    reason: str | None = None
    error: str = ""

    @property
    def place(self) -> str:
        """Where it lies."""
        return f"partition {self.record.partition} offset {self.record.offset}"


@dataclass(frozen=True)
class InputTopic:
    """An input topic with its records read."""

    stream: Stream
    sample: TopicSample
    readings: Sequence[ReadRecord]

    @property
    def name(self) -> str:
        """The topic's name, with its prefix."""
        return self.sample.name

    @cached_property
    def values(self) -> list[ReadRecord]:
        """The records that say something: a tombstone of a stream that is kept without end only frees room."""
        return [r for r in self.readings if not (self.stream.is_kept and r.record.value is None)]

    @cached_property
    def keyed(self) -> list[tuple[ReadRecord, str]]:
        """Every record whose own key field can be read, with the key it belongs to."""
        field = self.stream.key
        found = ((reading, (reading.fields or {}).get(field)) for reading in self.values)
        return [(reading, canonical_key(field, text)) for reading, text in found if isinstance(text, str) and text]


def read(stream: str, record: SampledRecord, decoder: Decoder) -> ReadRecord:
    """One record of an input stream."""
    framing = framing_of(record.value)
    try:
        decoder.decode(stream, record.value)
    except Undecodable as error:
        return ReadRecord(record, framing, _fields(stream, record, decoder, error), error.reason, error.error)
    except (RegistryUnavailable, RegistryRefused):
        # Their text names the registry's URL, which may hold a password.
        return ReadRecord(record, framing, None, NO_REGISTRY, "the schema registry gives no answer")
    return ReadRecord(record, framing, decoder.fields(stream, record.value or b""))


def framing_of(value: bytes | None) -> Framing:
    """How a value is framed, by its first bytes."""
    if not value:
        return "no value"
    if value[:2] == SINGLE_OBJECT:
        return "single-object"
    if value[0] == 0 and len(value) >= _FRAME_BYTES:
        return "registry frame"
    return "JSON" if value.lstrip()[:1] in (b"{", b"[") else "neither Avro nor JSON"


def _fields(stream: str, record: SampledRecord, decoder: Decoder, error: Undecodable) -> Mapping[str, Any] | None:
    """The fields of a record with a value out of bounds; of any other fault there are none."""
    if error.reason != "invalid_value":
        return None
    try:
        return decoder.fields(stream, record.value or b"")
    except Undecodable:
        return None
