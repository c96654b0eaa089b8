"""Kafka's hash of keys, against the one that aiokafka has and what Java's clients give."""

from collections.abc import Callable

import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.native.choice import is_native
from streams.kafka.murmur2 import murmur2, murmur2_in_python
from streams.kafka.partitioner import partition_of

HASHES = [
    pytest.param(murmur2_in_python, id="pure"),
    pytest.param(
        murmur2, id="native", marks=pytest.mark.skipif(not is_native(), reason="the native part is not in use")
    ),
]
Hash = Callable[[bytes], int]


@pytest.mark.parametrize("hash_of", HASHES)
@given(key=st.binary(max_size=70))
def test_it_is_the_hash_of_every_other_client(hash_of: Hash, key: bytes) -> None:
    assert hash_of(key) == aiokafka_murmur2(key)


@pytest.mark.parametrize("hash_of", HASHES)
def test_it_gives_what_kafka_itself_is_tested_with(hash_of: Hash) -> None:
    # From org.apache.kafka.common.utils.UtilsTest, as signed numbers there.
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    assert {key: hash_of(key) - (1 << 32 if hash_of(key) >> 31 else 0) for key in known} == known


def test_the_native_one_is_used_where_it_is_built() -> None:
    assert (murmur2 is murmur2_in_python) is not is_native()


@given(st.text(max_size=40), st.integers(1, 1000))
def test_a_key_has_one_partition_of_those_there_are(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == (aiokafka_murmur2(key.encode()) & 0x7FFFFFFF) % partitions
