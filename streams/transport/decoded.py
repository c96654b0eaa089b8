"""What a batch holds once its records are read: facts to judge, dead letters to send, records to pass on, event time.

Each has a field of its own: whoever takes the batch need not distinguish them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from cloudtag.contract.records import DeadLetter
from streams.kafka.partitioner import Misplaced


class DecodedRecord(Struct, frozen=True, gc=False):
    """What a record is to the task it was read for: a fact, or a dead letter, or misplaced, or a watermark record; or
    nothing at all, as a tombstone is.

    `at_ms` is the event time a fact or a watermark record names; none where there is none, or where it is no matter.
    """

    at_ms: int | None = None
    fact: Struct | None = None
    letter: DeadLetter | None = None
    misplaced: Misplaced | None = None
    is_watermark: bool = False


DecodeRecord = Callable[[str, Any], DecodedRecord]
"""Reads a record of a topic. It raises where nothing can be said of the record now: it is read again later."""


@dataclass(slots=True)
class DecodedBatch:
    """The records of a batch, sorted by what is to be done with them; each kind in the order in which they came."""

    facts: list[Struct] = field(default_factory=list)
    """Events and internal records."""
    sources: list[Any] = field(default_factory=list)
    """The Kafka records of the facts, in the same order."""
    letters: list[DeadLetter] = field(default_factory=list)
    """About records that cannot be read, or believed."""
    misplaced: list[tuple[Any, Misplaced]] = field(default_factory=list)
    """Kafka records that belong to other partitions, and where to."""
    reached_ms: int = 0
    """How far watermark records say that event time has come; 0 where there is none."""

    def add(self, record: Any, decoded: DecodedRecord) -> None:
        """Take in the next record."""
        if (fact := decoded.fact) is not None:
            self.facts.append(fact)
            self.sources.append(record)
        elif decoded.letter is not None:
            self.letters.append(decoded.letter)
        elif decoded.misplaced is not None:
            self.misplaced.append((record, decoded.misplaced))
        elif decoded.is_watermark and decoded.at_ms is not None:
            self.reached_ms = max(self.reached_ms, decoded.at_ms)
