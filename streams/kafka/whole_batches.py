"""What a fetch has brought, made of it what is needed: records that are cheap to make, or for whoever reads a log back
the batches they were written in, as aiokafka's own reader leaves them.

aiokafka makes of each record one that names its topic, its sizes and more, one at a time, which takes longer than all
that is done with a row of a changelog. It has no setting for it: its name for the reader of what a fetch has brought is
replaced, and a consumer that has `IN_BATCHES` as the deserializer of its keys gets lists of records instead of records.
All others get records with the client's own fields, of a kind that Python makes in a third of the time, and whose
collector of garbage need not look at them; where the native part is used it makes those of a batch all at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_COMMITTED, READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from msgspec import Struct

from cloudtag.native.choice import is_native
from streams.kafka.bounded_batches import BoundedRecords, UnpackedBatch
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
        self._native = _native_reader() if isinstance(records, BoundedRecords) else None
        if keys is IN_BATCHES:
            assert self._isolation_level == READ_UNCOMMITTED
            self._records_iterator: Iterator[Any] = self._batches()
        elif self._native is not None and not (self._key_deserializer or self._value_deserializer):
            self._records_iterator = self._one_by_one()

    def __iter__(self) -> Iterator[Any]:
        # What aiokafka goes through has no need of a call of `__next__` for each.
        return self._records_iterator or iter(())

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
        batch, place = self._checked()
        made = None if batch.is_control_batch else logged(self._records, place, batch, self.next_fetch_offset)
        if made is not None:
            return batch, made
        return batch, self._wanted(self._records.bounded(batch, place))

    def _wanted(self, batch: Any) -> list[Any]:
        found = [] if batch.is_control_batch else list(batch)
        if found and found[0].offset < self.next_fetch_offset:
            # A batch is fetched whole, also when it is wanted from its middle on.
            found = [record for record in found if record.offset >= self.next_fetch_offset]
        return found

    def _one_by_one(self) -> Iterator[FetchedRecord]:
        """What aiokafka's own generator gives, of batches that are read at once."""
        while self._records.has_next():
            batch, place = self._checked()
            bounded = self._records.bounded(batch, place)
            if not self._is_passed_over(bounded):
                for record in self._records_of(bounded, place):
                    if record.offset >= self.next_fetch_offset:
                        self.next_fetch_offset = record.offset + 1
                        yield record
            self.next_fetch_offset = batch.next_offset

    def _checked(self) -> tuple[Any, range]:
        """The next batch, and where it lies."""
        batch, place = self._records.next_placed()
        self._refuse_damaged(self._check_crcs and not is_intact(self._records.data, place, batch))
        return batch, place

    def _refuse_damaged(self, is_damaged: bool) -> None:
        if is_damaged:
            raise CorruptRecordException(f"Invalid CRC - {self._tp}")

    def _is_passed_over(self, batch: Any) -> bool:
        """Whether a batch is of a transaction that was taken back, or none of records."""
        if self._isolation_level == READ_COMMITTED and batch.producer_id is not None:
            self._consume_aborted_up_to(batch.base_offset)
            if batch.is_control_batch and self._contains_abort_marker(batch):
                self._aborted_producers.discard(batch.producer_id)
            if batch.is_transactional and batch.producer_id in self._aborted_producers:
                return True
        return bool(batch.is_control_batch)

    def _records_of(self, batch: Any, place: range) -> Iterable[Any]:
        """All records of a batch: natively, where they are plainly right."""
        unpacked = self._records.unpacked(place)
        found = None if unpacked is None or self._native is None else self._native(self._tp, batch, unpacked)
        if found is not None:
            self._records.took(unpacked.taken_bytes)
            return found
        return (self._consumer_record(self._tp, record) for record in batch)


def _native_reader() -> Callable[[Any, Any, UnpackedBatch], list[FetchedRecord] | None] | None:
    """What makes the records of a batch where the native part is used; None where it is not."""
    return _read_natively if is_native() else None


def _read_natively(tp: Any, batch: Any, unpacked: UnpackedBatch) -> list[FetchedRecord] | None:
    from cloudtag.native._compiled import read_records

    data, start, end, count, _ = unpacked
    moment_kind = batch.timestamp_type
    # The broker's own moment is that of the whole batch.
    head = batch.base_offset, batch.first_timestamp, batch.max_timestamp if moment_kind else None
    return read_records(data, start, end, count, head, FetchedRecord, (tp.topic, tp.partition, moment_kind))


def use() -> None:
    """From now on the consumers of this process make such records, and know `IN_BATCHES`. May be called again."""
    fetcher.PartitionRecords = RecordsOrBatches
