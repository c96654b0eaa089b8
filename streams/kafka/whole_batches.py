"""What a fetch has brought, made of it what is needed: records that are cheap to make, or for whoever reads a log back
the batches they were written in, as aiokafka's own reader leaves them.

aiokafka makes of each record one that names its topic, its sizes and more, one at a time, which takes longer than all
that is done with a row of a changelog. It has no setting for it: its name for the reader of what a fetch has brought is
replaced, and a consumer that has `IN_BATCHES` as the deserializer of its keys gets lists of records instead of records.
All others get records with the client's own fields, of a kind that Python makes in a third of the time, and whose
collector of garbage need not look at them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from msgspec import Struct

from streams.kafka.bounded_batches import BoundedRecords
from streams.kafka.logged_batches import is_intact, logged

IN_BATCHES: Any = object()
"""In the place of a deserializer of keys: `getmany` gives lists of records, none of them empty, instead of records.
Nothing is deserialized; transactions are not looked at, so it is for consumers that read what is uncommitted too."""


class FetchedRecord(Struct, eq=False, gc=False):
    """A record as it was fetched: the fields of aiokafka's own, in its order."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: Any
    value: Any
    checksum: int | None
    serialized_key_size: int
    serialized_value_size: int
    headers: tuple[tuple[str, bytes], ...]


class RecordsOrBatches(PartitionRecords):  # type: ignore[misc]
    """What a fetch has brought of one partition: records, or where `IN_BATCHES` is asked for, a batch at a time."""

    next_fetch_offset: int

    def __init__(self, tp: Any, records: Any, aborted: Any, offset: int, keys: Any, *more: Any) -> None:
        super().__init__(tp, records, aborted, offset, keys, *more)
        if keys is IN_BATCHES:
            assert self._isolation_level == READ_UNCOMMITTED
            self._records_iterator = self._batches()

    def _consumer_record(self, tp: Any, record: Any) -> Any:
        if self._key_deserializer or self._value_deserializer:
            return super()._consumer_record(tp, record)
        (topic, partition), key, value = tp, record.key, record.value
        return FetchedRecord(
            topic, partition, record.offset, record.timestamp, record.timestamp_type, key, value, record.checksum,
            -1 if key is None else len(key), -1 if value is None else len(value), tuple(record.headers),
        )  # fmt: skip

    def _batches(self) -> Iterator[Sequence[Any]]:
        read = self._placed if isinstance(self._records, BoundedRecords) else self._plain
        while self._records.has_next():
            batch, found = read()
            # Of a batch the end counts, also where compaction has removed its last records.
            self.next_fetch_offset = batch.next_offset
            if len(found):
                yield found

    def _plain(self) -> tuple[Any, Sequence[Any]]:
        """The next batch, and the records of it that are wanted."""
        batch = self._records.next_batch()
        self._refuse_damaged(self._check_crcs and not batch.validate_crc())
        return batch, self._wanted(batch)

    def _placed(self) -> tuple[Any, Sequence[Any]]:
        """The same, made natively where that may be."""
        batch, place = self._records.next_placed()
        self._refuse_damaged(self._check_crcs and not is_intact(self._records.data, place, batch))
        made = None if batch.is_control_batch else logged(self._records, place, batch, self.next_fetch_offset)
        if made is not None:
            return batch, made
        return batch, self._wanted(self._records.bounded(batch, place))

    def _refuse_damaged(self, is_damaged: bool) -> None:
        if is_damaged:
            raise CorruptRecordException(f"Invalid CRC - {self._tp}")

    def _wanted(self, batch: Any) -> list[Any]:
        found = [] if batch.is_control_batch else list(batch)
        if found and found[0].offset < self.next_fetch_offset:
            # A batch is fetched whole, also when it is wanted from its middle on.
            found = [record for record in found if record.offset >= self.next_fetch_offset]
        return found


def use() -> None:
    """From now on the consumers of this process make such records, and know `IN_BATCHES`. May be called again."""
    fetcher.PartitionRecords = RecordsOrBatches
