"""What a broker remembers of a consumer's fetches, so that a request names only what has changed (Kafka's KIP-227).

Without it each request names every partition, and each answer repeats it: with some hundred partitions that is most of
what an idle consumer does, and what a record waits for. Pure: no broker, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

NO_SESSION = 0
"""The id that asks for a session, and the answer of a broker that gives none."""
FIRST_EPOCH = 0
"""A request of this epoch names everything; the session of its id, if there is one, ends."""
LAST_EPOCH = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class FetchChanges:
    """What a request says: of which session and epoch it is, what is new or stands elsewhere now, what has gone."""

    session_id: int
    epoch: int
    changed: Mapping[TopicPartition, int]
    """The offsets to read from. In a request of the first epoch all there are."""
    forgotten: frozenset[TopicPartition] = frozenset()


@dataclass(slots=True)
class FetchSession:
    """The session with one broker. One request at a time: the broker counts them."""

    _id: int = NO_SESSION
    _epoch: int = FIRST_EPOCH
    _known: dict[TopicPartition, int] = field(default_factory=dict)
    """What the broker has been told, as offsets."""
    _is_pending: bool = False
    """Whether a request has been made of which no answer has come."""

    def ask(self, wanted: Mapping[TopicPartition, int]) -> FetchChanges:
        """What the next request has to say so that the broker reads these partitions from these offsets.

        After a request that was never answered nobody knows what the broker has taken in: everything is said again.
        """
        if self._is_pending:
            self._epoch = FIRST_EPOCH
        self._is_pending = True
        known, self._known = self._known, dict(wanted)
        if self._epoch == FIRST_EPOCH:
            return FetchChanges(self._id, FIRST_EPOCH, wanted)
        return FetchChanges(self._id, self._epoch, *_difference(known, wanted))

    def answered(self, session_id: int, error_code: int) -> None:
        """An answer has come. With an error the broker knows no such session, or counts differently."""
        self._is_pending = False
        if error_code or session_id == NO_SESSION:
            self._id, self._epoch = NO_SESSION, FIRST_EPOCH
            return
        is_full = session_id != self._id or self._epoch == FIRST_EPOCH
        self._id = session_id
        self._epoch = FIRST_EPOCH + 1 if is_full or self._epoch == LAST_EPOCH else self._epoch + 1

    def restart(self) -> None:
        """Say everything again next time, and be told everything."""
        self._epoch = FIRST_EPOCH


def _difference(
    known: Mapping[TopicPartition, int], wanted: Mapping[TopicPartition, int]
) -> tuple[dict[TopicPartition, int], frozenset[TopicPartition]]:
    """What is new or stands elsewhere, and what has gone. Nearly always both name the same in the same order: then
    nothing is looked up."""
    if list(known) == list(wanted):
        sides = zip(wanted.items(), known.values(), strict=True)
        return {tp: offset for (tp, offset), before in sides if offset != before}, frozenset()
    changed = {tp: offset for tp, offset in wanted.items() if known.get(tp) != offset}
    return changed, frozenset(known.keys() - wanted.keys())
