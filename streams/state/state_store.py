"""The rows of one processor: first on the broker, then in the store."""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cloudtag.changelog.records import QUARANTINE_PREFIX, own_rows, reason_of
from cloudtag.changelog.writing import EndedError, Found, LogWriter, ReplacedError
from cloudtag.engine.task_row import TASK_KEY
from streams.kafka.producer import Target
from streams.state.changelog import Changelogs, OwnerTerm, RecoveryStalledError, as_read, checkpoint_of
from streams.state.open_rows import OpenRows
from streams.state.recovery import ClaimedInVainError, Recovery
from streams.state.store import Store, StoredRows, StorePartition

logger = logging.getLogger(__name__)


MOST_CLAIMS = 10
"""So often a partition is claimed: each time somebody else came between who had slept that long."""


class ForeignOwnerError(RuntimeError):
    """Another worker has taken over a changelog partition that this one still writes to: this one must end."""


class WrittenRows(NamedTuple):
    """What one call has written to a changelog: rows, and the bytes of their keys and values."""

    rows: int = 0
    size_bytes: int = 0


class NoStateError(RuntimeError):
    """A partition has no state although it should; the text says what to do. The worker must end."""


CheckFresh = Callable[[Collection[int]], Awaitable[None]]
"""Asked about partitions on which no task has ever been opened; raises ``NoStateError``."""


async def _any(partitions: Collection[int]) -> None:
    del partitions


class StateStore:
    """A changelog topic and this worker's store partitions of it."""

    def __init__(
        self, processor: str, topic: str, store: Store, changelogs: Changelogs, check_fresh: CheckFresh = _any
    ) -> None:
        """``check_fresh`` is asked about partitions without any state."""
        self._check_fresh = check_fresh
        self.processor = processor
        self.topic = topic
        self._store = store
        self._changelogs = changelogs
        self._writers: dict[int, LogWriter] = {}
        self._looked_at: dict[int, float] = {}
        self._aside: dict[int, dict[bytes, bytes]] = {}
        self.lost = 0
        """Records found of which not even the key can be read."""

    def store_part(self, partition: int) -> StorePartition:
        """The partition's rows as far as they are in the store, and what the changelog keeps beside them."""
        return self._store.store_part(self.processor, partition)

    def rows(self, partition: int) -> OpenRows:
        """What a task sees of the partition."""
        return OpenRows(self.store_part(partition), self.aside(partition))

    def aside(self, partition: int) -> dict[bytes, bytes]:
        """The keys that are set aside, as they are stored, and why."""
        return self._aside.setdefault(partition, {})

    def release(self, partition: int) -> None:
        """The partition has gone elsewhere."""
        self._writers.pop(partition, None)
        self._aside.pop(partition, None)
        self._store.release(self.processor, partition)

    async def go_on(self, partition: int, is_wanted: Callable[[], bool]) -> dict[int, int]:
        """Begin a new term of a partition after a failed step, as ``catch_up`` does, and take nothing from anybody.

        An owner record would: whoever slept does not know that it was replaced, and would replace its successor. Raises
        ``ForeignOwnerError`` as well.
        """
        writer, target = self._writers.get(partition), (self.topic, partition)
        if writer is None:
            return await self.catch_up({partition}, is_wanted)
        renewal, found = writer.renewal(), list[Any]()
        epoch = (await self._changelogs.write({target: [renewal]}))[target][0].start
        if epoch < writer.next_offset:
            # The log was made anew, and with it everybody's terms.
            return await self.catch_up({partition}, is_wanted)
        if between := range(writer.judged_offset, epoch):
            await self._changelogs.read(
                {target: between}, lambda _, batches: found.extend(chain.from_iterable(batches)), is_wanted
            )
        try:
            writer.may_renew(map(as_read, found), self._changelogs.is_own)
        except ReplacedError as error:
            raise ForeignOwnerError(f"{self.topic}/{partition}: {error}") from None
        return await self._bring_up({target: OwnerTerm(epoch, checkpoint_of(renewal))}, is_wanted)

    async def catch_up(self, partitions: Collection[int], is_wanted: Callable[[], bool]) -> dict[int, int]:
        """Take the partitions over and bring their rows up to date; returns how many records were read of each.

        Raises ``RecoveryStalledError``, ``UnreadableTaskError``, ``NoStateError``, or ``RecoveryGivenUpError`` as soon
        as ``is_wanted`` says no.
        """
        # What was known of earlier terms is over; of a new one nothing is known before all before it is read.
        for partition in partitions:
            self._writers.pop(partition, None)
        targets = [(self.topic, partition) for partition in partitions]
        for _ in range(MOST_CLAIMS):
            terms = await self._changelogs.claim(targets, is_wanted)
            try:
                return await self._bring_up(terms, is_wanted)
            except ClaimedInVainError:
                logger.warning("%s: another owner has come between, claimed anew", self.topic)
        raise RecoveryStalledError(f"{self.topic}: others take it over again and again")

    async def _bring_up(self, terms: dict[Target, OwnerTerm], is_wanted: Callable[[], bool]) -> dict[int, int]:
        epochs = {target: term.epoch for target, term in terms.items()}
        gone = await self._expose_foreign(epochs, is_wanted)
        recoveries = {target: Recovery(self.store_part(target[1])) for target in epochs}
        missing = {target: range(self.store_part(target[1]).next_offset, epoch) for target, epoch in epochs.items()}
        await self._changelogs.read(
            {target: offsets for target, offsets in missing.items() if offsets},
            lambda target, batches: recoveries[target].take(batches),
            is_wanted,
        )
        for (_, partition), recovery in recoveries.items():
            await self._begin(partition, recovery, terms[self.topic, partition])
            if partition in gone:
                # A step was written before anybody knew: without the rest it is no state to go on from, now or later.
                await self.put_many(partition, {TASK_KEY: None})
        if fresh := [partition for _, partition in epochs if self.store_part(partition).get(TASK_KEY) is None]:
            await self._check_fresh(fresh)
        return {partition: recovery.count for (_, partition), recovery in recoveries.items()}

    async def _begin(self, partition: int, recovery: Recovery, term: OwnerTerm) -> None:
        writer, mended = recovery.finish(term, self._changelogs.owner)
        if recovery.lost:
            self.lost += len(recovery.lost)
            count, first = len(recovery.lost), min(recovery.lost)
            logger.error(
                "%s/%d: of %d records not even the key can be read, the first is at offset %d",
                *(self.topic, partition, count, first),
            )
        self._writers[partition], self._looked_at[partition] = writer, time.monotonic()
        aside = self.aside(partition)
        aside.clear()
        aside |= {
            key[len(QUARANTINE_PREFIX) :]: reason
            for key, reason in self.store_part(partition).rows_of(QUARANTINE_PREFIX)
        }
        if mended:
            logger.warning("%s/%d: %d records of its changelog are mended", self.topic, partition, len(mended))
            await self.put_many(partition, mended)

    async def _expose_foreign(self, epochs: dict[Target, int], is_wanted: Callable[[], bool]) -> set[int]:
        """Wipe the store partitions whose last record is not the changelog's: a topic made anew, another cluster.

        Returns the partitions whose changelog was made anew while this worker had them.
        """
        parts = {target: self.store_part(target[1]) for target in epochs}
        doubtful = {target: store_part for target, store_part in parts.items() if not store_part.is_trusted}
        foreign = {target for target, store_part in parts.items() if store_part.next_offset > epochs[target]}
        gone = {target[1] for target in foreign if parts[target].is_trusted}

        def compare(target: Target, batches: list[Sequence[Any]]) -> None:
            store_part, first = parts[target], batches[0][0]
            if first.offset == store_part.next_offset - 1 and checkpoint_of(first) != store_part.checkpoint:
                foreign.add(target)

        last = {target: range(part.next_offset - 1, part.next_offset) for target, part in doubtful.items()}
        await self._changelogs.read(
            {target: at for target, at in last.items() if target not in foreign}, compare, is_wanted
        )
        for target in foreign:
            logger.warning("the rows stored for %s/%d are of another changelog, wiped", *target)
            parts[target].wipe()
        for store_part in doubtful.values():
            store_part.is_trusted = True
        return gone

    async def set_aside(self, partition: int, state_key: bytes, reason: str) -> None:
        """Set a key aside: its rows are not read any more. The partition's task is to be opened anew."""
        about = reason_of(self._writers[partition].next_offset, reason)
        await self.put_many(partition, {QUARANTINE_PREFIX + state_key: about})

    async def put_many(self, partition: int, rows: StoredRows) -> WrittenRows:
        """Make rows durable: returns once the broker has them in the changelog, nobody else is known to have taken it
        over before, and the store holds them. Other partitions are written meanwhile: what it says is of this call
        alone, and of what it had to write over.

        Where it raises, or is cancelled, what the changelog holds of it is not known: the partition is to be caught up
        with before anything else is written. Raises ``ForeignOwnerError`` when another worker has taken it over, and
        ``EndedError`` when this one has, or a write before this has failed.
        """
        writer = self._writers.get(partition)
        if writer is None:
            raise EndedError(f"{self.topic}/{partition} was not taken over")
        if not rows:
            return WrittenRows()
        try:
            return await self._put(partition, writer, rows)
        except BaseException:
            writer.is_ended = True
            raise

    async def _put(self, partition: int, writer: LogWriter, rows: StoredRows) -> WrittenRows:
        records, stored = writer.records(rows)
        target = (self.topic, partition)
        written = (await self._changelogs.write({target: records}))[target]
        # Between our own records there should be nothing: look first, so that nothing is published on what is not ours.
        strange: list[Any] = []
        for gap in writer.landed(written):
            await self._changelogs.read(
                {target: gap}, lambda _, more: strange.extend(chain.from_iterable(more)), lambda: True
            )
        checkpoint = checkpoint_of(records[-1])
        found = self._judge(partition, writer, strange, stored)
        store_part = self.store_part(partition)
        stored |= found.rows
        store_part.apply(stored, writer.next_offset, checkpoint)
        self._note_aside(partition, stored)
        self._looked_at[partition] = time.monotonic()
        size_bytes = sum([len(record.key) + len(record.value or b"") for record in records])
        again = await self._write_over(partition, writer, found.wrong)
        return WrittenRows(len(rows) + again.rows, size_bytes + again.size_bytes)

    async def take_in(self, partition: int, offset: int, strange: list[Any]) -> bool:
        """Judge what lies behind the last own write, read from `offset` on; whether keys were released or set aside by
        hand, so that the task is to be opened anew.

        Nothing happens if something was written since. Raises as ``put_many`` does.
        """
        writer = self._writers.get(partition)
        if writer is None or writer.is_ended or writer.next_offset != offset:
            return False
        try:
            found = self._judge(partition, writer, strange, {})
            writer.landed([range(offset, strange[-1].offset + 1)])
            self.store_part(partition).apply(found.rows, writer.next_offset, checkpoint_of(strange[-1]))
            self._note_aside(partition, found.rows)
            await self._write_over(partition, writer, found.wrong)
        except BaseException:
            writer.is_ended = True
            raise
        return bool(found.released)

    def idle_since(self, before: float) -> dict[int, int]:
        """The partitions to which nothing was written since a moment of the monotonic clock; where each goes on."""
        return {
            partition: writer.next_offset
            for partition, writer in self._writers.items()
            if not writer.is_ended and self._looked_at[partition] < before
        }

    def _judge(self, partition: int, writer: LogWriter, strange: Iterable[Any], stored: StoredRows) -> Found:
        if self._writers.get(partition) is not writer:
            raise EndedError(f"{self.topic}/{partition} was taken over anew meanwhile")
        try:
            found = writer.judge(map(as_read, strange), stored, self.store_part(partition).get)
        except ReplacedError as error:
            if self._changelogs.is_own(error.owner):
                raise EndedError(f"{self.topic}/{partition} was taken over anew meanwhile") from None
            raise ForeignOwnerError(f"{self.topic}/{partition}: {error}") from None
        return found

    async def _write_over(self, partition: int, writer: LogWriter, wrong: set[bytes]) -> WrittenRows:
        if not wrong:
            return WrittenRows()
        logger.warning("%s/%d: %d rows of an earlier owner written over", self.topic, partition, len(wrong))
        store_part = self.store_part(partition)
        return await self._put(partition, writer, {key: store_part.get(key) for key in wrong})

    def _note_aside(self, partition: int, rows: StoredRows) -> None:
        aside = self.aside(partition)
        for key, reason in own_rows(rows).items():
            if not key.startswith(QUARANTINE_PREFIX):
                continue
            if reason is None:
                aside.pop(key[len(QUARANTINE_PREFIX) :], None)
            else:
                aside[key[len(QUARANTINE_PREFIX) :]] = reason
