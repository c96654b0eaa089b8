"""Alive means that the loop turns, ready that nothing stands in the way; another thread is told so."""

import asyncio
import time

from streams.health.beat import Health, beating


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def states(health: Health) -> tuple[str | None, str | None]:
    """Why it is not alive, and why it is not ready, as they are now."""
    return health.death, health.obstacle


def test_a_process_is_alive_as_long_as_its_loop_comes_round() -> None:
    clock = Clock()
    health = Health(10, clock)
    clock.now = 10
    assert states(health)[0] is None
    clock.now = 10.1
    assert states(health)[0] == "the event loop does not turn"
    health.beat(None)
    assert states(health)[0] is None


def test_it_is_ready_when_it_says_so_and_is_alive() -> None:
    clock = Clock()
    health = Health(10, clock)
    assert states(health)[1] == "starting"
    health.beat("rebalancing")
    assert states(health) == (None, "rebalancing")
    health.beat(None)
    assert states(health)[1] is None
    clock.now = 11
    assert states(health)[1] == "the event loop does not turn"


def turn_until(loop: asyncio.AbstractEventLoop, health: Health, obstacle: str | None) -> None:
    async def wait() -> None:
        async with asyncio.timeout(30):
            while health.obstacle != obstacle:  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0)

    loop.run_until_complete(wait())


def test_the_loop_beats_from_its_first_turn_on_and_a_fault_in_the_question_does_not_stop_it() -> None:
    loop, health = asyncio.new_event_loop(), Health()
    answers = iter(["joining", RuntimeError("a fault"), None])

    def obstacle() -> str | None:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with beating(loop, health, obstacle):
        for told in ("joining", "unknown", None):
            turn_until(loop, health, told)
            assert health.death is None
    loop.close()


def test_a_loop_that_hangs_is_seen_from_outside() -> None:
    loop, health = asyncio.new_event_loop(), Health(0.2)
    with beating(loop, health, lambda: None):
        turn_until(loop, health, None)

        async def hang() -> str | None:
            while health.death is None:
                time.sleep(0.01)  # noqa: ASYNC251 - the loop is blocked on purpose, as a bug would
            return health.obstacle

        assert loop.run_until_complete(hang()) == "the event loop does not turn"
    loop.close()
