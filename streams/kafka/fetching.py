"""What a failed fetch leaves behind: the client ends at the first partition whose records it cannot take apart."""

from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import ConsumerStoppedError, IllegalStateError

ENDS = (ConsumerStoppedError, IllegalStateError)
"""What says that the consumer itself is over, or its assignment; no partition is to blame."""
Records = Mapping[TopicPartition, list[Any]]
"""What one fetch brought: records by topic and partition."""


def salvage(error: Exception) -> tuple[dict[TopicPartition, list[Any]], TopicPartition]:
    """The records that were taken before a fetch raised this, and the partition it raised it for.

    The positions stand behind those records already: nobody would bring them again. Both are only known to the
    client's function that was left, so they are read from its frame. Raises the error when that is not there.
    """
    trace, found = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code is Fetcher.fetched_records.__code__:
            found = trace.tb_frame.f_locals
        trace = trace.tb_next
    if found is None or "tp" not in found:
        raise error
    return dict(found["drained"]), found["tp"]
