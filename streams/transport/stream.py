"""The stream an agent reads batches from. It acknowledges a batch only when the agent comes back for more."""

from collections.abc import AsyncIterator
from typing import Any, cast

from faust.serializers.schemas import Schema
from faust.streams import Stream
from faust.types import EventT

from streams.transport.consumer import BatchConsumer
from streams.transport.in_flight import Batch
from streams.transport.message import BatchMessage


class BatchSchema(Schema[bytes, Batch]):
    """Marks a topic as batched: what its messages carry was read when the batch was put together."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:  # noqa: ARG002
        """The key of a batch has no meaning."""
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:  # noqa: ARG002
        """The batch itself."""
        envelope: BatchMessage = message
        return envelope.batch


class BatchStream(Stream[Batch]):
    """Stock Faust acknowledges in a ``finally``, also when the agent failed or was cancelled. This does not.

    Processors, joins, sinks and concurrency tricks of Faust's streams have no meaning here and are not supported.
    """

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self._batches()

    async def _batches(self) -> AsyncIterator[Batch]:
        self._finalized = True
        started_here = await self.maybe_start()
        consumer = cast(BatchConsumer, self.app.consumer)
        try:
            while not self.should_stop:
                event = cast(EventT[Batch], await self.channel.__anext__())
                batch = cast(Batch, event.value)
                if not consumer.in_flight.take(batch):
                    continue
                is_done = False
                try:
                    yield batch
                    is_done = True
                finally:
                    # Reached without `is_done` when the agent raised or was cancelled in the middle.
                    if is_done and not batch.is_parked:
                        consumer.finish(batch)
                    else:
                        consumer.in_flight.abandon(batch)
                        consumer.resume()  # what is parked leaves room for others
        except StopAsyncIteration:
            return  # how Faust asks an agent to stop
        finally:
            self._channel_stop_iteration(self.channel)
            if started_here:
                await self.stop()
                self.service_reset()
