"""The rows of one processor: first on the broker, then in the store."""

from typing import Protocol

from streams.publisher import BatchClient, Record, publish
from streams.tables.store import Rows, Shelf, Store


class HasClient(Protocol):
    """Faust's producer of the batch transport."""

    @property
    def client(self) -> BatchClient: ...


class ForeignRows(RuntimeError):
    """Somebody else wrote to a changelog partition between two of our batches: two workers think they own it."""


class Table:
    """A changelog topic and this worker's shelves of it."""

    def __init__(self, processor: str, topic: str, store: Store, producer: HasClient) -> None:
        self.processor = processor
        self.topic = topic
        self._store = store
        self._producer = producer
        self.bytes_written = 0

    def shelf(self, partition: int) -> Shelf:
        """The partition's rows as far as they are in the store."""
        return self._store.shelf(self.processor, partition)

    def release(self, partition: int) -> None:
        """The partition has gone elsewhere."""
        self._store.release(self.processor, partition)

    async def put_many(self, partition: int, rows: Rows) -> None:
        """Make rows durable: returns once the broker has them in the changelog and the store holds them.

        Raises ``ForeignRows`` when the changelog has grown by more than these rows since the last call.
        """
        if not rows:
            return
        records = [Record(key, value) for key, value in rows.items()]
        written = await publish(self._producer.client, {(self.topic, partition): records})
        shelf = self.shelf(partition)
        expected = shelf.next_offset
        offsets = written[self.topic, partition]
        shelf.apply(rows, offsets[-1].stop)
        self.bytes_written += sum(len(key) + len(value or b"") for key, value in rows.items())
        for part in offsets:
            if part.start != expected:
                raise ForeignRows(f"{self.topic}/{partition}: wrote at {part.start}, expected {expected}")
            expected = part.stop
