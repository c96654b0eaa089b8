"""A worker that sleeps while one of its tasks is paused: when it wakes it ends, and takes nothing from its successor.

The repair of a paused task takes the changelog over anew. Of one that was replaced meanwhile this would be a theft: the
successor would find the other's record, and end.
"""

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from streams.state.changelog import RecoveryGivenUpError, RecoveryStalledError
from streams.state.state_store import ForeignOwnerError
from streams.worker.runner import Runner
from tests.streams.failing import Place, oracle, told
from tests.streams.test_every_await import SIZE, opened
from tests.streams.test_failing_steps import place

__all__ = ["place"]

BEFORE = 3


async def begun(run: Place) -> Runner:
    """A worker that has judged some batches; then its task is paused."""
    runner = await opened(run)
    await run.judge(runner, run.batches(SIZE)[:BEFORE])
    runner.tasks[0].is_paused = True
    return runner


@pytest.mark.parametrize("is_behind", [False, True], ids=["it only took over", "it went on judging"])
async def test_who_was_replaced_while_its_task_was_paused_ends(place: Place, is_behind: bool) -> None:
    asleep = await begun(place)
    awake = await opened(place)
    rest = place.batches(SIZE)[BEFORE:]
    if is_behind:
        await place.judge(awake, rest[:1])
    with pytest.raises(ForeignOwnerError):
        await asleep._revive(asleep.tasks[0])
    await place.judge(awake, rest[is_behind:])
    assert not awake.tasks.is_paused(0)
    assert told(await place.published()) == oracle()


async def test_who_was_not_replaced_goes_on(place: Place) -> None:
    runner = await begun(place)
    for _ in range(2):
        runner.tasks[0].is_paused = True
        await runner._revive(runner.tasks[0])
    await place.judge(runner, place.batches(SIZE)[BEFORE:])
    assert told(await place.published()) == oracle()


async def test_a_repair_that_failed_after_it_had_taken_over_is_no_stranger(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = await begun(place)
    table = runner.tasks.table

    async def refused(*_: object) -> None:
        raise TopicAuthorizationFailedError

    with monkeypatch.context() as patched:
        patched.setattr(table, "_begin", refused)
        with pytest.raises(TopicAuthorizationFailedError):
            await runner._revive(runner.tasks[0])
    await runner._revive(runner.tasks[0])
    await place.judge(runner, place.batches(SIZE)[BEFORE:])
    assert told(await place.published()) == oracle()


@pytest.mark.parametrize("failing", ["claim", "read"])
async def test_a_partition_that_is_assigned_anew_is_taken_over_without_asking(
    place: Place, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    first = await begun(place)
    second = await opened(place)
    await place.judge(second, place.batches(SIZE)[BEFORE : BEFORE + 1])

    # Assigned back, and not recovered at once: whoever had it in between has no claim to it any more.
    async def refused(*_: object) -> None:
        raise TopicAuthorizationFailedError

    with monkeypatch.context() as patched:
        patched.setattr(first.tasks.table._changelogs, failing, refused)
        with pytest.raises(TopicAuthorizationFailedError):
            await first.tasks.table.catch_up({0}, lambda: True)
        first.pause(0, TopicAuthorizationFailedError())
    await place.judge(first, place.batches(SIZE)[BEFORE + 1 :])
    assert told(await place.published()) == oracle()


async def test_who_is_replaced_before_it_was_ever_recovered_gives_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known of a term whose log was never read: it is claimed anew, and so the group is asked."""
    assigned = ["first"]

    async def is_member() -> bool:
        return assigned == ["first"]

    first, second = place.worker(is_member=is_member), place.worker()

    async def refused(*_: object) -> None:
        raise TopicAuthorizationFailedError

    with monkeypatch.context() as patched:
        patched.setattr(first.tasks.table, "_begin", refused)
        with pytest.raises(TopicAuthorizationFailedError):
            await first.tasks.table.catch_up({0}, lambda: True)
    assigned[:] = ["second"]
    await second.tasks.table.catch_up({0}, lambda: True)
    await second.open(0)
    with pytest.raises(RecoveryGivenUpError):
        await first.tasks.table.go_on(0, lambda: assigned == ["first"])
    await place.judge(second, place.batches(SIZE))
    assert told(await place.published()) == oracle()


async def test_a_group_that_does_not_answer_is_waited_for_and_no_longer_than_allowed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, True])

    async def at_last() -> bool:
        return next(answers)

    slow = place.worker(is_member=at_last)
    await slow.tasks.table.catch_up({0}, lambda: True)
    assert next(answers, None) is None

    async def never() -> bool:
        return False

    unheard = place.worker(is_member=never)
    monkeypatch.setattr(unheard.tasks.table._changelogs, "_stall_seconds", 0.3)
    with pytest.raises(RecoveryStalledError, match="the group has not answered"):
        await unheard.tasks.table.catch_up({0}, lambda: True)
    await slow.open(0)
    await place.judge(slow, place.batches(SIZE))
    assert told(await place.published()) == oracle()
