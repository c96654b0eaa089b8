"""Dead letters as their topic takes them.

A dead letter is larger than the record it holds. One whose record is nearly as large as a record may be is cut: it
keeps the beginning, and names the length and the SHA-256 of the whole and where that still stands.
"""

from hashlib import sha256
from typing import Any, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter
from cloudtag.wire.oversized import OversizedBatch
from cloudtag.wire.undecodable import Reason
from streams.kafka.producer import ROOM_BYTES, OutRecord

STREAM = "dead-letters"
CUT_BYTES = 64 * 1024
"""What is kept of a record where the topic takes less than declared, and of any key that is to be cut."""
REASON_BYTES = 256
"""Room for what a cut dead letter holds besides: three fields and a longer error."""

LONGEST_ERROR = 500
"""Characters of an error that are kept."""


Refusal = Literal[
    "too_late",
    "erased",
    "conflicting_event",
    "quarantined_key",
    "from_the_future",
    "misplaced",
    "no_origin",
    "cannot_read",
    "cannot_judge",
]
"""Why a record that may well be readable is not judged; schemas/README.md says what each means."""
DeadLetterReason = Reason | Refusal
"""Why an input became a dead letter: it cannot be read (`Reason`), or it is refused (`Refusal`). Those about what was
taken and found nothing it could be about come from the task (`cloudtag.decisions.unheard`)."""


class Encodes(Protocol):
    """Whatever writes the bytes of a record (see ``cloudtag.wire.Codec``)."""

    def encode(self, stream: str, record: Struct) -> bytes: ...


def dead_letter_of(record: Any, reason: DeadLetterReason, error: str) -> DeadLetter:
    """A dead letter about a Kafka record; the error is one line.

    One about a batch that was not unpacked holds the beginning of the batch as it lies on the broker.
    """
    value = record.value
    letter = DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=value,
        reason=reason,
        error=" ".join(error.split())[:LONGEST_ERROR],
        seen_at=record.timestamp,
    )
    if isinstance(value, OversizedBatch):
        return replace(letter, value=value.beginning, value_bytes=value.size_bytes, value_sha256=value.sha256)
    return letter


def record_of(letter: DeadLetter, codec: Encodes, room_bytes: int = ROOM_BYTES) -> OutRecord:
    """The dead letter as its topic's record: whole if it fits into so many bytes, else cut."""
    key = letter.topic.encode()
    value = codec.encode(STREAM, letter)
    if len(key) + len(value) > room_bytes:
        value = codec.encode(STREAM, next_batch(letter, room_bytes - len(key) - len(value)))
    return OutRecord(key, value)


def next_batch(letter: DeadLetter, spare_bytes: int) -> DeadLetter:
    """The dead letter with so much less of its record that it fits; `spare_bytes` is negative: how much it is too
    large."""
    key, value = letter.key or b"", letter.value or b""
    kept_key = key[:CUT_BYTES]
    spare_bytes += len(key) - len(kept_key) - REASON_BYTES
    kept = value[: max(0, len(value) + min(spare_bytes, 0))]
    told = f"{letter.error} (cut: {len(kept)} of {len(value)} bytes are kept here, the whole is at its place)"
    return replace(
        letter,
        key=None if letter.key is None else kept_key,
        value=None if letter.value is None else kept,
        error=told,
        key_bytes=len(key) if len(kept_key) < len(key) else None,
        value_bytes=len(value) if len(kept) < len(value) else None,
        value_sha256=sha256(value).hexdigest() if len(kept) < len(value) else None,
    )
