"""From a Kafka record to a row, or to a dead letter."""

from typing import Protocol

from cloudtag.contract.streams import INPUTS
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.warehouse.blocks import LogRow
from cloudtag.wire import Codec, Undecodable
from cloudtag.wire.registry import RegistryRefused
from streams.kafka.dead_letters import DeadLetterReason, dead_letter_of
from streams.sink import sink_metrics as metrics
from streams.sink.partition_batches import IntakeRecord

LETTER_BYTES = 64 * 1024 * 1024
"""A dead letter holds a whole rejected record, which may be larger than any good one."""


class LogRecord(Protocol):
    """What is needed of a Kafka record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Reader:
    """Decodes the records of every stream the sink stores."""

    def __init__(self, codec: Codec | None = None, letters: Codec | None = None) -> None:
        self._codec = codec or Codec()
        self._letters = letters or Codec(max_bytes=LETTER_BYTES)

    def read(self, stream: str, log: LogRecord) -> IntakeRecord:
        """The record as a row. What cannot be read is left to the worker if it is input, else becomes a dead letter.

        Raises the registry's errors: the record is to be read again later.
        """
        size = len(log.key or b"") + len(log.value or b"")
        codec = self._letters if stream == "dead-letters" else self._codec
        try:
            record = with_canonical_numbers(codec.decode(stream, log.value))
        except Undecodable as bad:
            return self._unreadable(stream, log, size, bad.reason, bad.error)
        except (OSError, RegistryRefused):
            raise
        except Exception as error:
            return self._unreadable(stream, log, size, "cannot_read", f"{type(error).__name__}: {error}")
        row = LogRow(log.offset, log.timestamp, record, log.key, log.value)
        return IntakeRecord(log.offset, log.timestamp, size, row)

    def _unreadable(self, stream: str, log: LogRecord, size: int, reason: DeadLetterReason, error: str) -> IntakeRecord:
        if stream in INPUTS:
            metrics.SKIPPED.labels(stream).inc()
            return IntakeRecord(log.offset, log.timestamp, size)
        metrics.DEAD_LETTERS.labels(stream).inc()
        letter = dead_letter_of(log, reason, error)
        if stream == "dead-letters":
            # A dead letter about a dead letter would go round for ever: it is stored as it is.
            return IntakeRecord(log.offset, log.timestamp, size, LogRow(log.offset, log.timestamp, letter, None, None))
        return IntakeRecord(log.offset, log.timestamp, size, letter=letter)
