"""Whether records are in the partition their key belongs to, and which partitioner put them elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from zlib import crc32

from cloudtag.doctor.checks.keys import OWN, TYPED, kind_of_key
from cloudtag.doctor.diagnosis import Diagnosis, graded, share
from cloudtag.doctor.limits import FEWEST_KEYS, LOOKS_LIKE
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, ReadRecord
from cloudtag.parcels.spelling import key_in_words

Hash = Callable[[str, int], int]
"""The partition of a key among so many."""
MURMUR2 = (
    "use Kafka's own partitioner: the default of the Java client; partitioner=murmur2_random with librdkafka "
    "(C, C++, Python, Go, .NET, Node, PHP, Ruby)"
)


_OF_KEY = {
    "JSON": "key is not the plain text",
    "framed": "key is not the plain text",
    TYPED: "key is the number as it was typed",
}
"""What put a record elsewhere whose key is its own field in another form."""


def crc32_of(key: str, partitions: int) -> int:
    """Where librdkafka's default partitioner (`consistent_random`) puts a key."""
    return crc32(key.encode()) % partitions


def fnv1a_of(key: str, partitions: int) -> int:
    """Where the default partitioner of Sarama (Go) puts a key: FNV-1a as a signed number, without its sign."""
    hashed = 0x811C9DC5
    for byte in key.encode():
        hashed = (hashed ^ byte) * 0x01000193 & 0xFFFFFFFF
    signed = hashed - (1 << 32) if hashed >> 31 else hashed
    return abs(signed) % partitions


def partitioner(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """One finding for each cause of misplaced records, or that none is misplaced."""
    field, partitions, total = topic.stream.key, topic.sample.partitions, len(topic.keyed)
    causes: dict[str, list[tuple[ReadRecord, str]]] = defaultdict(list)
    for reading, own in topic.keyed:
        if look.partition_of(own, partitions) != reading.record.partition:
            causes[kind_of_key(reading, field, own)].append((reading, own))
    if not causes and total:
        yield Diagnosis(
            check="partition", severity="ok", topic=topic.name, text="every record is where its key belongs"
        )
    for kind, misplaced in sorted(causes.items(), key=lambda item: -len(item[1])):
        count = len(misplaced)
        cause, advice = _cause_of(kind, field, misplaced, partitions, look)
        yield Diagnosis(
            check="partition",
            severity=graded(count, total),
            topic=topic.name,
            text=f"{share(count, total)} are not in the partition of their {field}: {cause}",
            advice=advice,
            figures={"cause": cause, "records": count, "sampled": total, "example": misplaced[0][0].place},
        )


def _cause_of(
    kind: str, field: str, misplaced: list[tuple[ReadRecord, str]], partitions: int, look: Look
) -> tuple[str, str]:
    """What put these records elsewhere, and what to set."""
    words = key_in_words(field)
    if kind in ("none", "empty"):
        return "no key, so any partition was taken", f"set the record's key to {words}"
    if kind != OWN:
        told = _OF_KEY.get(kind, f"key is {kind}")
        return told, f"set the record's key to {words}, as plain UTF-8 text"
    places: dict[str, set[int]] = defaultdict(set)
    for reading, own in misplaced:
        places[own].add(reading.record.partition)
    if len(places) < FEWEST_KEYS:
        return "too few different keys to tell which partitioner did it", MURMUR2
    for name, place_of, advice in _known(partitions, look):
        fitting = sum(found == {place_of(own, partitions)} for own, found in places.items())
        if fitting >= LOOKS_LIKE * len(places):
            return name, advice
    return "the key is right, and no known partitioner fits", MURMUR2


def _known(partitions: int, look: Look) -> Iterator[tuple[str, Hash, str]]:
    yield (
        "looks like librdkafka's default partitioner (CRC32)",
        crc32_of,
        "set partitioner=murmur2_random in the producer (librdkafka: C, C++, Python, Go, .NET, Node, PHP, Ruby)",
    )
    yield "looks like Sarama's default partitioner (FNV-1a)", fnv1a_of, MURMUR2
    for fewer in range(partitions - 1, 1, -1):
        yield (
            f"looks like they were sent while the topic had {fewer} partitions",
            _among(fewer, look),
            "never add partitions to a topic: make an installation with another topic prefix, and load it anew",
        )
    yield "all are in partition 0", _among(1, look), "do not choose a partition in the producer"


def _among(fewer: int, look: Look) -> Hash:
    return lambda key, _: look.partition_of(key, fewer)
