"""One partition on its way into the warehouse: the batch being filled, and those waiting to be stored.

The end of a log at rest has no cut after it. It is ended from outside once its time bucket is over: no record of
that bucket can come any more, so this is the cut the next record would have made. Whether it is over is not asked of
this machine's clock, which may be wrong and may be set: a record was written before it was read, so the broker's clock
shows at least its time and what has passed since. Where the times of one partition's records disagree among themselves
(several brokers, or producers' times) one may come all the same, and after a crash the rows would be stored in a batch
of other bounds, under another token. That is why every table replaces rows by id and every roll-up is indifferent to
repeats.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from cloudtag.contract.records import DeadLetter
from cloudtag.warehouse.bisecting_insert import Rejected
from cloudtag.warehouse.blocks import InsertBatch, LogRow
from streams.kafka.weights import weight_of
from streams.sink.batch_boundaries import BatchBoundaries, BoundaryFinder

GRACE_MS = 1_000
"""How far the times of records may step back before the end of a resting log may be stored twice."""


@dataclass(slots=True)
class PendingBatch:
    """A stretch of the log between two cuts: its rows, what of it is unreadable, and the offset after it."""

    rows: list[LogRow] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    next_offset: int = 0
    first_at_ms: int = 0
    ahead_ms: int = 0
    """By how much broker time is ahead of the clock that never jumps, at least."""
    size_bytes: int = 0


class IntakeRecord(Struct, frozen=True, gc=False):
    """One record as it was read: a row, or a dead letter, or neither when others answer for it."""

    offset: int
    at_ms: int
    size_bytes: int
    row: LogRow | None = None
    letter: DeadLetter | None = None


class PartitionBatches:
    """Takes the records of one partition in order and hands out batches in order."""

    def __init__(
        self,
        stream: str,
        topic: str,
        number: int,
        rule: BatchBoundaries,
        passed_ms: Callable[[], int],
    ) -> None:
        """`passed_ms`: a clock that never jumps."""
        self.stream = stream
        self.topic = topic
        self.number = number
        self.ended: deque[PendingBatch] = deque()
        self.next_offset = 0
        """The offset after the last record taken."""
        self.stored_offset = 0
        """The offset after the last record stored, or that of the first record taken."""
        self._rule = rule
        self._cutter = BoundaryFinder(rule)
        self._open: PendingBatch | None = None
        self._is_empty = True
        self._passed_ms = passed_ms

    def take(self, read: IntakeRecord) -> None:
        """Add the next record. One that was taken before is ignored."""
        if read.offset < self.next_offset:
            return
        if self._cutter.cuts_before(read.offset, read.at_ms, read.size_bytes):
            self._end()
        if self._is_empty:
            self._is_empty, self.stored_offset = False, read.offset
        ahead_ms = read.at_ms - self._passed_ms()
        if self._open is None:
            self._open = PendingBatch(first_at_ms=read.at_ms, ahead_ms=ahead_ms)
        self._open.ahead_ms = max(self._open.ahead_ms, ahead_ms)
        if read.row is not None:
            self._open.rows.append(read.row)
        if read.letter is not None:
            self._open.letters.append(read.letter)
        self._open.size_bytes += read.size_bytes
        self.next_offset = self._open.next_offset = read.offset + 1

    def end_tail(self, highwater: int | None) -> None:
        """End the batch being filled when the log ends here and its bucket is over."""
        if self._open is None or highwater is None or self.next_offset < highwater:
            return
        if self._cutter.is_over(self._passed_ms() + self._open.ahead_ms, GRACE_MS):
            self._end()
            self._cutter.restart()

    def batch_of(self, span: PendingBatch) -> InsertBatch:
        """The batch of an ended stretch that has rows."""
        return InsertBatch(self.stream, self.topic, self.number, self._rule.size, tuple(span.rows))

    def dead_letter_of(self, rejected: Rejected) -> DeadLetter:
        """The dead letter of a row the warehouse can never store."""
        row = rejected.row
        return DeadLetter(
            topic=self.topic,
            partition=self.number,
            offset=row.offset,
            key=row.key,
            value=row.value,
            reason="unstorable",
            error=rejected.error,
            seen_at=row.at_ms,
        )

    @property
    def held_rows(self) -> int:
        """Rows taken but not stored."""
        return sum(len(span.rows) for span in self._spans())

    @property
    def held_bytes(self) -> int:
        """About how much memory the records take that are taken but not stored."""
        return sum(weight_of(len(span.rows) + len(span.letters), span.size_bytes) for span in self._spans())

    @property
    def oldest_ms(self) -> int | None:
        """Broker time of the oldest record taken but not stored."""
        return next((span.first_at_ms for span in self._spans()), None)

    def _spans(self) -> list[PendingBatch]:
        return [*self.ended, *([self._open] if self._open else [])]

    def _end(self) -> None:
        if self._open is not None:
            self.ended.append(self._open)
            self._open = None
