"""Dead letters as people deal with them: what each holds, whether it was sent again, and what became of that.

That a dead letter is to be replayed, and that it was, is a record of its own in the compacted topic
`dead-letters-replayed`, keyed by the place its record came from (`cloudtag.cli.replaying`).
"""

import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import fastavro
import msgspec
from aiokafka.errors import KafkaError
from msgspec import Struct

from cloudtag import resources
from cloudtag.cli.demo.offsets import Offsets
from cloudtag.cli.escape import visible, visible_json
from cloudtag.cli.kafka import LETTER_BYTES, read_to_end
from cloudtag.cli.screen import note
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INPUTS, INTERNAL
from cloudtag.wire import Codec, Undecodable, encode_json
from cloudtag.wire.codec import SINGLE_OBJECT
from cloudtag.wire.schemas import released_in
from streams.kafka import topics

RecordPlace = tuple[str, int, int]
"""A topic, a partition and an offset."""
HEAD_BYTES = 10


class ReplayMark(Struct, frozen=True):
    """A dead letter's record was sent again, or is about to be: to the same topic and partition."""

    topic: str
    partition: int
    offset: int
    sent_offset: int | None
    """The new offset it got there; none before it is sent."""
    sent_at: int
    """By this machine's clock, milliseconds UTC."""
    from_offset: int = 0
    """Nothing was sent of it before this offset."""

    @property
    def key(self) -> bytes:
        """Under which the topic keeps it."""
        return f"{self.topic}/{self.partition}/{self.offset}".encode()


class UnreadableMarkError(ValueError):
    """A record among the marks that is none."""


def mark_of(data: bytes | None) -> ReplayMark:
    """The mark in a record. Raises `UnreadableMarkError`."""
    try:
        return msgspec.json.decode(data or b"", type=ReplayMark)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableMarkError(str(error)) from None


@dataclass
class DeadLetterLog:
    """Every dead letter once, and what is known of those that were sent again."""

    by_place: dict[RecordPlace, DeadLetter] = field(default_factory=dict)
    marks: dict[RecordPlace, ReplayMark] = field(default_factory=dict)
    read_to: dict[tuple[str, int], int] = field(default_factory=dict)
    """How far the workers have acknowledged each partition, where dead letters were replayed to it."""

    def oldest_first(self) -> list[DeadLetter]:
        """Every dead letter by the time at which it was seen."""
        return sorted(self.by_place.values(), key=lambda letter: (letter.seen_at, place_of(letter)))

    def state(self, letter: DeadLetter) -> str:
        """`waiting`, or what became of it since it was sent again."""
        mark = self.marks.get(place_of(letter))
        if mark is None or mark.sent_offset is None:
            return "waiting"
        again = self.by_place.get((mark.topic, mark.partition, mark.sent_offset))
        if again is not None:
            return f"refused again ({again.reason}) as {shown(place_of(again))}"
        if self.read_to.get((mark.topic, mark.partition), 0) > mark.sent_offset:
            return "judged after it was sent again"
        return "sent again, not read yet"

    def hindrance(self, letter: DeadLetter, inputs: Iterable[str]) -> str | None:
        """Why a dead letter is not replayed; none where it may be."""
        mark = self.marks.get(place_of(letter))
        if mark is not None and mark.sent_offset is not None:
            return self.state(letter)
        if letter.topic not in inputs:
            return "not from a topic that is judged"
        if letter.partition < 0:
            return "was taken and is held: it needs no replay, only what it is about is missing"
        return _cut(letter) if letter.is_cut else None


def place_of(letter: DeadLetter) -> RecordPlace:
    """Where the record of a dead letter was refused."""
    return letter.topic, letter.partition, letter.offset


def shown(place: RecordPlace) -> str:
    """A place as people write it."""
    return f"{place[0]}/{place[1]}@{place[2]}"


def _cut(letter: DeadLetter) -> str:
    """How little of the record is kept, and how the whole is known again where it is found."""
    if letter.value_bytes is None:
        return f"cut: of its key {len(letter.key or b'')} of {letter.key_bytes} bytes are kept"
    return f"cut: {len(letter.value or b'')} of {letter.value_bytes} bytes are kept, sha256 {letter.value_sha256}"


async def read_letters(config: Config) -> DeadLetterLog:
    """Everything there is to know now. Raises aiokafka's errors and `TopicError`."""
    found = DeadLetterLog()
    async for letter in _decoded(config):
        found.by_place.setdefault(place_of(letter), letter)
    async for record in read_to_end(config, [config.topic(topics.REPLAYED)]):
        try:
            mark = mark_of(record.value)
        except UnreadableMarkError as error:
            note(visible(f"{shown((record.topic, record.partition, record.offset))} is no mark: {error}"))
            continue
        found.marks[mark.topic, mark.partition, mark.offset] = mark
    found.read_to = await _read_to(config, {mark.topic for mark in found.marks.values()})
    return found


async def _decoded(config: Config) -> AsyncIterator[DeadLetter]:
    codec = Codec(max_bytes=LETTER_BYTES)
    async for record in read_to_end(config, [config.topic("dead-letters")]):
        try:
            letter = codec.decode("dead-letters", record.value)
        except Undecodable as error:
            note(visible(f"{shown((record.topic, record.partition, record.offset))} cannot be read: {error}"))
            continue
        if isinstance(letter, DeadLetter):
            yield letter


async def _read_to(config: Config, names: set[str]) -> dict[tuple[str, int], int]:
    streams = [stream for stream in (*INPUTS, *INTERNAL) if config.topic(stream) in names]
    if not streams:
        return {}
    try:
        async with Offsets(config) as offsets:
            committed = await offsets.committed(config.app_id, streams)
    except KafkaError:
        return {}  # No group has ever read: nothing is known of what became of them.
    return {(where.topic, where.partition): offset for where, offset in committed.items()}


def payload(letter: DeadLetter, stream: str, codec: Codec) -> tuple[str, str]:
    """What a dead letter holds, as text without anything a terminal would obey, and its form: json, avro, text or hex.

    `json`: the record of its stream; `avro`: what its schema says, where the stream refuses that; else the bytes.
    """
    data = letter.value or b""
    try:
        return "json", _json(encode_json(stream, codec.decode(stream, data)))
    except (ValueError, KeyError, ConnectionError):
        pass  # Undecodable, or of a registry that does not answer: the bytes are still there to be shown.
    if (plain := _plain_avro(data)) is not None:
        return "avro", plain
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "hex", data.hex()
    is_text = bool(text) and sum(map(str.isprintable, text)) >= 0.9 * len(text)
    return ("text", visible(text)) if is_text else ("hex", data.hex())


def _plain_avro(data: bytes) -> str | None:
    """What a known schema reads in the bytes, whatever the stream thinks of the values."""
    released = released_in(resources.schemas_dir()).get(data[2:HEAD_BYTES]) if data[:2] == SINGLE_OBJECT else None
    if released is None:
        return None
    try:
        return _json(fastavro.schemaless_reader(io.BytesIO(data[HEAD_BYTES:]), released.parsed, None))
    except Exception:  # fastavro raises whatever the bytes make it stumble over.
        return None


def _json(value: object) -> str:
    return visible_json(msgspec.json.encode(value).decode())
