"""What travels compressed: changelogs and internal records, which nobody but cloudtag reads.

What others read is written plain, for not every client of Kafka can unpack what this one can pack. aiokafka compresses
all that a producer sends or nothing; a batch of a kind of its own (`packed_batch`) is as good to it.
"""

from collections.abc import Collection, Sequence

from cloudtag.changelog.records import HasKeyAndValue
from streams.kafka.codecs import CODECS
from streams.kafka.packed_batch import PackedBatch

WORTH_BYTES = 512
"""Fewer bytes than this are sent as they are: packing takes about as long however few they are, and saves little."""


class Packing:
    """Which topics are compressed, and how."""

    def __init__(self, topics: Collection[str] = (), codec: str = "none") -> None:
        """`codec`: one of Kafka's, by its name. Raises ``ValueError`` for any other."""
        numbers = {name: number for number, name in CODECS.items()}
        if codec not in numbers:
            raise ValueError(f"{codec} is none of {', '.join(numbers)}")
        self._codec = numbers[codec]
        self._topics = frozenset(topics) if self._codec else frozenset[str]()

    def batch(self, topic: str, records: Sequence[HasKeyAndValue]) -> PackedBatch | None:
        """An empty batch that is compressed when it is sent, for records on their way to a topic; none where they go
        as they are."""
        if topic not in self._topics:
            return None
        size_bytes = 0
        for record in records:
            size_bytes += len(record.key or b"") + len(record.value or b"")
            if size_bytes >= WORTH_BYTES:
                return PackedBatch(self._codec)
        return None


PLAIN = Packing()
"""Nothing is compressed."""
