"""What is unpacked is what aiokafka's own decoders give, up to the limit and not a byte further."""

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import codec
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder

from cloudtag.wire import Undecodable, decode
from cloudtag.wire.oversized import OversizedBatch
from streams.kafka import bounded_batches
from streams.kafka.bounded_batches import BEGINNING_BYTES, BoundedRecords
from streams.kafka.codecs import CODECS
from streams.kafka.dead_letters import dead_letter_of
from streams.kafka.unpacking import BatchTooLargeError, Unpacker
from tests.unpacking import limited

LIMIT = 100_000
NAMES = ("gzip", "snappy", "lz4", "zstd")


@pytest.fixture
def bound() -> Iterator[None]:
    with limited(LIMIT):
        yield


def encoded(name: str, data: bytes) -> bytes:
    return bytes(getattr(codec, f"{name}_encode")(data))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["zeros", "noise"])
def test_up_to_the_limit_it_is_read_and_not_a_byte_further(name: str, kind: str) -> None:
    unpacker = Unpacker(LIMIT)
    decoder = getattr(unpacker, name)
    whole = bytes(LIMIT + 1) if kind == "zeros" else os.urandom(LIMIT + 1)
    for size in (1, LIMIT - 1, LIMIT):
        assert decoder(encoded(name, whole[:size])) == whole[:size]
        assert unpacker.unpacked_bytes == size
    for size in (LIMIT + 1, 20 * LIMIT):
        with pytest.raises(BatchTooLargeError, match=f"it unpacks to more than {LIMIT} bytes"):
            decoder(encoded(name, whole if size == LIMIT + 1 else bytes(size)))
    assert decoder(encoded(name, b"and then the next")) == b"and then the next"


def test_snappy_is_read_in_both_its_forms() -> None:
    unpacker = Unpacker(LIMIT)
    for size in (LIMIT, LIMIT + 1):
        packed = codec.snappy_encode(bytes(size), xerial_compatible=False)
        if size > LIMIT:
            with pytest.raises(BatchTooLargeError):
                unpacker.snappy(packed)
        else:
            assert unpacker.snappy(packed) == bytes(size)


def test_snappy_that_claims_four_gigabytes_takes_none_of_them() -> None:
    with pytest.raises(BatchTooLargeError):
        Unpacker(LIMIT).snappy(b"\xff\xff\xff\xff\x0f" + b"x")


@pytest.mark.parametrize("name", NAMES)
def test_what_makes_no_sense_is_not_called_too_large(name: str) -> None:
    packed = encoded(name, os.urandom(5_000))
    for bad in (packed[:-9], b"junk" + packed):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - each library has its own
            getattr(Unpacker(LIMIT), name)(bad)
        assert not isinstance(raised.value, BatchTooLargeError)


def test_threads_that_unpack_at_a_time_get_each_their_own() -> None:
    unpacker = Unpacker(LIMIT)
    found: dict[bytes, set[bytes]] = {}

    def unpack(letter: bytes) -> None:
        packed = encoded("zstd", letter * LIMIT)
        found[letter] = {unpacker.zstd(packed) for _ in range(200)}

    threads = [threading.Thread(target=unpack, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {letter: {letter * LIMIT} for letter in (b"a", b"b")}


def batch(number: int, values: list[bytes], offset: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=number,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    for place, value in enumerate(values):
        builder.append(place, 1_000 + place, b"key", value, headers=[])
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8, "big")
    return bytes(made)


def value_for(unpacked_bytes: int) -> bytes:
    """The value of the one record of a batch that unpacks to so many bytes."""
    around = len(batch(0, [bytes(unpacked_bytes)])) - len(batch(0, [])) - unpacked_bytes
    return bytes(unpacked_bytes - around)


def records_of(data: bytes) -> list[Any]:
    found: list[Any] = []
    records = BoundedRecords(data)
    while records.has_next():
        made = records.next_batch()
        assert made.validate_crc()
        found += list(made)
    return found


@pytest.mark.parametrize("number", [n for n, name in CODECS.items() if name != "none"], ids=NAMES)
def test_a_batch_of_the_limit_is_read_and_one_of_a_byte_more_is_one_record_in_its_place(
    bound: None, number: int
) -> None:
    assert [record.value for record in records_of(batch(number, [value_for(LIMIT)]))] == [value_for(LIMIT)]
    assert bounded_batches.unpacker().unpacked_bytes == LIMIT
    raw = batch(number, [value_for(LIMIT + 1)], offset=40)
    (instead,) = records_of(raw)
    assert isinstance(instead.value, OversizedBatch)
    assert (instead.offset, instead.key, instead.timestamp, instead.headers) == (40, None, 1_000, ())
    with pytest.raises(Undecodable) as refused:
        decode("orders", instead.value)
    assert refused.value.reason == "batch_too_large"
    assert f"packed with {CODECS[number]} into {len(raw)} bytes" in refused.value.error


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("version", [0, 1])
def test_old_formats_are_bounded_too(bound: None, version: int, number: int) -> None:
    if (version, number) == (0, 3):
        pytest.skip("lz4 came with format 1")
    builder = LegacyRecordBatchBuilder(magic=version, compression_type=number, batch_size=1 << 30)
    builder.append(0, 1_000, b"key", bytes(LIMIT))
    (instead,) = records_of(bytes(builder.build()))
    assert isinstance(instead.value, OversizedBatch)


def test_what_is_around_it_is_read_and_its_place_is_that_of_its_last_record(bound: None) -> None:
    bomb = batch(4, [bytes(LIMIT), b"two", b"three"], offset=2)
    found = records_of(batch(4, [b"a", b"b"]) + bomb + batch(0, [b"c"], offset=5))
    assert [record.offset for record in found] == [0, 1, 4, 5]
    assert [bytes(record.value) for record in found] == [b"a", b"b", b"", b"c"]
    letter = dead_letter_of(ConsumerLike(found[2]), "batch_too_large", found[2].value.told)
    assert letter.is_cut
    assert (letter.value, letter.value_bytes) == (bomb[:BEGINNING_BYTES], len(bomb))
    assert "a batch of 3 records from offset 2 on" in letter.error


class ConsumerLike:
    topic, partition = "orders", 3

    def __init__(self, record: Any) -> None:
        self.offset, self.key, self.value, self.timestamp = record[0], record.key, record.value, record.timestamp


def test_what_a_fetch_has_brought_is_unpacked_in_parts(bound: None) -> None:
    """Many batches just below the limit are as much as one far above it."""
    data = b"".join(batch(4, [bytes(LIMIT // 2 - 100)], offset=n) for n in range(20))
    assert [record.offset for record in records_of(data)] == [0, 1]
    tiny = b"".join(batch(4, [b""] * 100, offset=100 * n) for n in range(20))
    assert len(records_of(tiny)) == 200, "records take room besides their bytes"


def test_the_client_looks_its_names_up_where_they_are_replaced(bound: None) -> None:
    """The contract: private names of aiokafka, compiled ones among them, read whenever something is unpacked."""
    assert fetcher.MemoryRecords is BoundedRecords
    replaced = {
        (module.__name__, name)
        for module in bounded_batches._decoding_modules()
        for name in NAMES
        if getattr(module, f"{name}_decode", None) == getattr(bounded_batches.unpacker(), name)
    }
    old, new = ("gzip", "snappy", "lz4"), NAMES
    wanted = {
        (f"aiokafka.record.{place}{module}", name)
        for place in ("", "_crecords.")
        for module, names in (("default_records", new), ("legacy_records", old))
        for name in names
    }
    assert replaced == wanted
