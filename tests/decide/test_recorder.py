"""What is recorded while whoever asked goes on: in order, again where it was not acknowledged, the lost counted."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec import Struct

from cloudtag.decide import recorder as recording
from cloudtag.decide.recorder import DecisionRecorder, GroupCommit, NotAcknowledgedError
from tests.decide.service import ListPublisher
from tests.decisions.alerts import an_alert

RECORDS = [an_alert(f"a{number}") for number in range(5)]


class FailingOnce(ListPublisher):
    """Acknowledges nothing the first time, though it has it."""

    times = 0

    async def publish(self, records: Sequence[Struct]) -> None:
        self.times += 1
        await super().publish(records)
        if self.times == 1:
            raise NotAcknowledgedError("once")


async def test_records_go_out_in_order_while_it_runs() -> None:
    publisher = ListPublisher()
    recorder = DecisionRecorder(publisher)
    task = asyncio.ensure_future(recorder.run())
    for record in RECORDS:
        assert recorder.put(record)
        await asyncio.sleep(0)
    while recorder.waiting:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0)
    task.cancel()
    assert publisher.records == RECORDS
    assert (recorder.recorded, recorder.lost) == (5, 0)


async def test_what_is_not_acknowledged_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "AGAIN_SECONDS", 0)
    publisher = FailingOnce()
    recorder = DecisionRecorder(publisher)
    recorder.put(RECORDS[0])
    await recorder.finish(10)
    assert publisher.records == [RECORDS[0], RECORDS[0]]
    assert (recorder.recorded, recorder.lost, recorder.waiting) == (1, 0, 0)


async def test_what_there_is_no_room_for_is_lost_and_counted() -> None:
    recorder = DecisionRecorder(ListPublisher(), most=2)
    assert [recorder.put(record) for record in RECORDS[:3]] == [True, True, False]
    assert (recorder.waiting, recorder.lost) == (2, 1)


async def test_what_still_waits_at_the_end_is_lost_and_counted() -> None:
    recorder = DecisionRecorder(ListPublisher(is_away=True))
    for record in RECORDS:
        recorder.put(record)
    await recorder.finish(0.01)
    assert (recorder.waiting, recorder.lost) == (0, 5)


class Slow(ListPublisher):
    """Acknowledges when it is let, each batch by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.let = asyncio.Event()

    async def publish(self, records: Sequence[Struct]) -> None:
        self.batches.append(len(records))
        await self.let.wait()
        await super().publish(records)


async def test_what_is_asked_for_meanwhile_goes_out_together() -> None:
    slow = Slow()
    group = GroupCommit(slow)
    tasks = [asyncio.ensure_future(group.publish([record])) for record in RECORDS[:1]]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks += [asyncio.ensure_future(group.publish([record])) for record in RECORDS[1:]]
    tasks[-1].cancel()
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks[:-1])
    slow.let.set()
    await asyncio.gather(*tasks[:-1])
    assert slow.batches == [1, 3]
    assert slow.records == RECORDS[:4]


async def test_whoever_waited_for_what_failed_is_told() -> None:
    publisher = ListPublisher(is_away=True)
    group = GroupCommit(publisher)
    done = await asyncio.gather(*(group.publish([record]) for record in RECORDS), return_exceptions=True)
    assert [type(each) for each in done] == [NotAcknowledgedError] * 5
    publisher.is_away = False
    await group.publish(RECORDS)
    assert publisher.records == RECORDS
