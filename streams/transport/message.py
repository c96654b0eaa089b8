"""The envelope in which Faust carries a batch from the consumer to an agent."""

from faust.types.tuples import ConsumerMessage

from streams.transport.in_flight import Batch


class BatchMessage(ConsumerMessage):
    """A message of Faust that stands for a whole batch. It has no bytes of its own; its place is that of one of the
    batch's runs, and it has no time."""

    __slots__ = ("batch",)

    def __init__(self, batch: Batch, generation_id: int) -> None:
        run = batch.chunks[0]
        super().__init__(
            *(run.tp.topic, run.tp.partition, run.last_offset, 0.0, 0, None, b"", b"", None, 0, 0, run.tp),
            generation_id=generation_id,
        )
        self.batch = batch
