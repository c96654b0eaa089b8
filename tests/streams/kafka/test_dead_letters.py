"""A dead letter is larger than its record: one byte below and above what its topic takes, on both brokers."""

import time
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter
from cloudtag.wire import Codec, decode
from streams.kafka import topics
from streams.kafka.dead_letters import CUT_BYTES, record_of
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import LARGEST_RECORD_BYTES, ROOM_BYTES, OutRecord
from tests.streams.rig import Outputs, Rig
from tests.streams.test_poison import SHOP, good

NOW_MS = int(time.time() * 1000)
LETTER = DeadLetter(
    topic="abuses", partition=1, offset=2, key=SHOP.encode(), reason="too_large", error="", seen_at=NOW_MS
)
ANY_SIZE = Codec(max_bytes=1 << 26)
FORMAT_BYTES = 100
"""What a record and its batch need besides key and value, rounded up: the largest input is so much below the limit."""


def largest_whole(letter: DeadLetter, room_bytes: int) -> int:
    """How many bytes of value a letter of these fields may have to be sent whole."""
    bare = Codec().encode("dead-letters", replace(letter, value=bytes(room_bytes)))
    return room_bytes - (len(letter.topic) + len(bare) - room_bytes)


def read(record: OutRecord) -> DeadLetter:
    letter = ANY_SIZE.decode("dead-letters", record.value)
    assert isinstance(letter, DeadLetter)
    return letter


@pytest.mark.parametrize("room_bytes", [ROOM_BYTES, CUT_BYTES])
def test_a_letter_is_cut_only_when_it_must_be(room_bytes: int) -> None:
    most = largest_whole(LETTER, room_bytes)
    whole = replace(LETTER, value=bytes(most))
    assert read(record_of(whole, Codec(), room_bytes)) == whole
    value = b"\x01" * (most + 1)
    record = record_of(replace(LETTER, value=value), Codec(), room_bytes)
    next_batch = read(record)
    assert room_bytes - 300 < len(record.key or b"") + len(record.value or b"") <= room_bytes
    assert next_batch.is_cut
    assert next_batch.value == value[: len(next_batch.value or b"")]
    assert (next_batch.value_bytes, next_batch.value_sha256, next_batch.key_bytes) == (
        most + 1,
        sha256(value).hexdigest(),
        None,
    )
    assert (next_batch.topic, next_batch.partition, next_batch.offset, next_batch.key) == ("abuses", 1, 2, LETTER.key)


@pytest.mark.parametrize("room_bytes", [ROOM_BYTES, 2 * CUT_BYTES])
def test_a_key_may_be_what_is_too_large(room_bytes: int) -> None:
    key = b"k" * room_bytes
    record = record_of(replace(LETTER, key=key, value=b"v"), Codec(), room_bytes)
    letter = read(record)
    assert len(record.value or b"") <= room_bytes
    assert (letter.key, letter.key_bytes) == (key[:CUT_BYTES], len(key))
    assert (letter.value, letter.value_bytes) == (b"v", None)


def test_a_reader_of_the_letters_before_reads_a_cut_one() -> None:
    old = bytes.fromhex(Path("schemas/examples/dead-letters/unknown-schema.hex").read_text())
    letter = decode("dead-letters", old)
    assert isinstance(letter, DeadLetter)
    assert not letter.is_cut


async def test_records_as_large_as_a_topic_takes_do_not_stop_the_partition(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        topic = rig.config.topic("abuses")
        target = (topic, partition_of(SHOP, rig.config.partitions))
        error = f"{LARGEST_RECORD_BYTES} bytes; at most {1 << 20} are read"
        most = largest_whole(replace(LETTER, topic=topic, error=error), ROOM_BYTES)
        largest = LARGEST_RECORD_BYTES - FORMAT_BYTES
        assert most + 1 < largest, "nothing that the topic of the events takes is too large for a letter"
        values = [bytes(size) for size in (most, most + 1, largest)]
        await rig.produce_raw([(target, OutRecord(SHOP.encode(), value)) for value in values])
        await rig.produce_raw([(target, OutRecord(SHOP.encode(), good("after")))])
        worker = rig.start_worker()
        await rig.until(lambda: outputs.counts == {SHOP: 1}, "the record behind them counted")
        await rig.until(lambda: len(letters.records) == 3, "the three buried")
        assert await rig.stop(worker) == 0
    buried = {one.offset: one for one in letters.records if isinstance(one, DeadLetter)}
    assert [buried[offset].is_cut for offset in range(3)] == [False, True, True]
    assert buried[0].value == values[0]
    for offset in (1, 2):
        letter = buried[offset]
        assert values[offset].startswith(letter.value or b"-")
        assert letter.value_bytes == len(values[offset])
        assert letter.value_sha256 == sha256(values[offset]).hexdigest()
        assert (letter.topic, letter.partition) == target


@pytest.mark.kafka
async def test_a_topic_with_a_smaller_limit_takes_a_letter_that_is_cut_shorter(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    rig = Rig.on(kafka_bootstrap, tmp_path)
    name = rig.config.topic("dead-letters")
    small = topics.Declared(name, rig.config.partitions, 1, {"max.message.bytes": str(1 << 20)})
    await topics.create(rig.config, [small])
    async with rig, Outputs(rig, "dead-letters") as letters:
        target = (rig.config.topic("abuses"), partition_of(SHOP, rig.config.partitions))
        await rig.produce_raw([(target, OutRecord(SHOP.encode(), bytes(3 << 20)))])
        worker = rig.start_worker()
        await rig.until(lambda: len(letters.records) == 1, "it is buried")
        assert await rig.stop(worker) == 0
    (letter,) = letters.records
    assert isinstance(letter, DeadLetter)
    assert len(letter.value or b"") <= CUT_BYTES
    assert letter.value_bytes == 3 << 20
