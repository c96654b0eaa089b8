"""Where one batch ends and the next begins.

A cut is a property of the log, not of the reader: read again from any cut, the same log is cut at the same places.
That makes a batch, and the token it is stored under, the same at every attempt.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchBoundaries:
    """A cut stands before a record

    - whose offset falls into another multiple of `size` than the one before it,
    - whose broker time falls into a later bucket of `bucket_ms` than the batch's first record (a later one only: where
      producers' clocks disagree, times that step back must not cut a busy log into single records),
    - or with which the batch would grow beyond `max_bytes` of keys and values.
    """

    size: int = 10_000
    bucket_ms: int = 5_000
    max_bytes: int = 16 * 1024 * 1024


class BoundaryFinder:
    """Says for each record of one partition, in order, whether a cut stands before it."""

    def __init__(self, rule: BatchBoundaries) -> None:
        self._rule = rule
        self._slot = -1
        self._bucket = 0
        self._bytes = 0

    def cuts_before(self, offset: int, at_ms: int, size_bytes: int) -> bool:
        """Take the next record into account; true when it begins a batch. The very first does not: nothing ends."""
        rule = self._rule
        slot, bucket = offset // rule.size, at_ms // rule.bucket_ms
        is_first = self._slot < 0
        is_cut = slot != self._slot or bucket > self._bucket or self._bytes + size_bytes > rule.max_bytes
        if is_first or is_cut:
            self._slot, self._bucket, self._bytes = slot, bucket, 0
        self._bytes += size_bytes
        return is_cut and not is_first

    def is_over(self, now_ms: int, grace_ms: int) -> bool:
        """Whether broker time, `now_ms` at least, has left the bucket of the batch begun last, by the grace."""
        return now_ms >= (self._bucket + 1) * self._rule.bucket_ms + grace_ms

    def restart(self) -> None:
        """The batch begun last was ended from outside: the next record begins a new one."""
        self._slot = -1
