"""How many bytes of dead letters a partition may cause: a client that sends nothing that can be read fills no disk.

Kafka does not say which client wrote a record; a topic's partition is as near as one comes to it. Each has a budget
that refills with time. While it is used up nothing more is read of that partition: its records stay where they are,
all others go on.
"""

import time
from collections.abc import Callable, Collection

LETTER_BYTES = 1024
"""What a dead letter takes on the broker besides its record, in the warehouse as well, rounded up."""
HOUR_SECONDS = 3600.0

LetterSource = tuple[str, int]
"""A topic and a partition."""


class TooManyDeadLettersError(Exception):
    """A partition has used up what its dead letters may take for now."""


class DeadLetterBudget:
    """The budgets of one worker; a partition begins with that of an hour."""

    def __init__(self, bytes_per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_hour = bytes_per_hour
        self._clock = clock
        self._left: dict[LetterSource, tuple[float, float]] = {}
        """What was left, and when; of partitions that have caused any. There are no more than are read."""
        self.used_by: Collection[LetterSource] = self._left.keys()
        """The partitions that have caused any: until there are some nothing has to be asked of a record."""
        self.held: set[LetterSource] = set()
        """The partitions of which nothing is read for now."""

    def check(self, intake: LetterSource) -> None:
        """Raise ``TooManyDeadLettersError`` while the partition has used up its budget."""
        if intake not in self._left:
            return
        left = self._now_left(intake)
        if left < 0:
            self.held.add(intake)
            seconds = -left * HOUR_SECONDS / self._per_hour
            raise TooManyDeadLettersError(
                f"its dead letters take more than {self._per_hour} bytes an hour, the next is taken in {seconds:.0f} s"
            )
        self.held.discard(intake)

    def charge(self, intake: LetterSource, size_bytes: int) -> None:
        """A record of the partition, of so many bytes, becomes a dead letter."""
        self._left[intake] = self._now_left(intake) - size_bytes - LETTER_BYTES, self._clock()

    def forget(self, intakes: set[LetterSource]) -> None:
        """Of these nothing is read here any more."""
        self.held -= intakes
        for intake in intakes:
            self._left.pop(intake, None)

    def _now_left(self, intake: LetterSource) -> float:
        now = self._clock()
        left, at = self._left.get(intake, (float(self._per_hour), now))
        return min(self._per_hour, left + (now - at) * self._per_hour / HOUR_SECONDS)
