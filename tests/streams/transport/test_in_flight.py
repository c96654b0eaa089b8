"""Laws of the in-flight offsets, against a slow model that remembers everything."""

from typing import Any

from faust.types import TP
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch, InFlightOffsets, RecordRun

TPS = [TP("a", 0), TP("b", 0), TP("a", 1)]


class InFlightLaws(RuleBasedStateMachine):
    """Whatever the order of deliveries, acknowledgements and seeks: only a fully done prefix may be committed."""

    taken = Bundle("taken")
    delivered = Bundle("delivered")

    def __init__(self) -> None:
        super().__init__()
        self.in_flight = InFlightOffsets()
        self.next_offset = dict.fromkeys(TPS, 0)
        self.order: dict[TP, list[tuple[Batch, int]]] = {tp: [] for tp in TPS}
        self.done: set[Batch] = set()
        self.held: set[Batch] = set()

    @rule(target=delivered, tps=st.sets(st.sampled_from(TPS), min_size=1), count=st.integers(1, 5))
    def deliver(self, tps: set[TP], count: int) -> Batch:
        chunks = []
        for tp in sorted(tps):
            # A gap now and then, as compaction and transactions leave them.
            last = self.next_offset[tp] + count + (count == 3) - 1
            self.next_offset[tp] = last + 1
            chunks.append(RecordRun(tp, count, last))
        batch = Batch("group", 0, chunks, DecodedBatch())
        for chunk in chunks:
            self.order[chunk.tp].append((batch, chunk.last_offset + 1))
        self.in_flight.deliver(batch)
        return batch

    @rule(target=taken, batch=consumes(delivered))
    def take(self, batch: Batch) -> Any:
        is_taken = self.in_flight.take(batch)
        assert is_taken == any((batch, end) in self.order[c.tp] for c in batch.chunks for end in [c.last_offset + 1])
        if is_taken:
            self.held.add(batch)
        return batch

    @rule(batch=consumes(taken))
    def ack(self, batch: Batch) -> None:
        if batch in self.held:
            self.held.discard(batch)
            self.in_flight.ack(batch)
            self.done.add(batch)

    @rule(batch=consumes(taken))
    def abandon(self, batch: Batch) -> None:
        if batch in self.held:
            self.held.discard(batch)
            self.in_flight.abandon(batch)

    @rule(back=st.integers(0, 4))
    def seek(self, back: int) -> None:
        self.in_flight.clear()
        for tp in TPS:
            self.order[tp] = []
            self.next_offset[tp] = max(0, self.next_offset[tp] - back)

    @invariant()
    def commits_the_longest_done_prefix(self) -> None:
        expected = {}
        for tp, order in self.order.items():
            for batch, end in order:
                if batch not in self.done:
                    break
                expected[tp] = end
        assert self.in_flight.committable() == expected

    @invariant()
    def counts_what_is_behind_the_done_prefix(self) -> None:
        ends = self.in_flight.committable()
        left = {
            tp: sum(
                chunk.count
                for batch, end in order
                if end > ends.get(tp, -1)
                for chunk in batch.chunks
                if chunk.tp == tp
            )
            for tp, order in self.order.items()
        }
        assert dict(self.in_flight.counts()) == {tp: count for tp, count in left.items() if count}

    @invariant()
    def knows_what_is_in_hands(self) -> None:
        assert set(self.in_flight.in_flight) == self.held


TestInFlight = InFlightLaws.TestCase


async def test_a_late_ack_of_an_old_assignment_does_not_mark_the_same_records_fetched_again() -> None:
    in_flight, tp = InFlightOffsets(), TPS[0]
    old, new = (Batch("g", 0, [RecordRun(tp, 10, 9)], DecodedBatch()) for _ in range(2))
    in_flight.deliver(old)
    assert in_flight.take(old)
    in_flight.clear()
    in_flight.deliver(new)
    in_flight.ack(old)
    assert in_flight.committable() == {}
    assert dict(in_flight.counts()) == {tp: 10}
    await in_flight.wait_idle()


async def test_waiting_for_idle_ends_when_a_batch_is_abandoned() -> None:
    in_flight = InFlightOffsets()
    batch = Batch("g", 0, [RecordRun(TPS[0], 1, 0)], DecodedBatch())
    in_flight.deliver(batch)
    in_flight.take(batch)
    in_flight.abandon(batch)
    await in_flight.wait_idle()
    assert in_flight.committable() == {}
