"""Kafka's hash of keys, against the one that aiokafka has and what Java's clients give."""

from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.murmur2 import murmur2
from streams.kafka.partitioner import partition_of


@given(st.binary(max_size=70))
def test_it_is_the_hash_of_every_other_client(key: bytes) -> None:
    assert murmur2(key) == aiokafka_murmur2(key)


def test_it_gives_what_kafka_itself_is_tested_with() -> None:
    # From org.apache.kafka.common.utils.UtilsTest, as signed numbers there.
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    assert {key: murmur2(key) - (1 << 32 if murmur2(key) >> 31 else 0) for key in known} == known


@given(st.text(max_size=40), st.integers(1, 1000))
def test_a_key_has_one_partition_of_those_there_are(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == (aiokafka_murmur2(key.encode()) & 0x7FFFFFFF) % partitions
