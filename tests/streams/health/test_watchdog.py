"""The watchdog ends what no longer moves, and nothing else."""

import threading

from streams.health.watchdog import Pulse, StallJudge, Watchdog


def judge() -> StallJudge:
    return StallJudge(loop_seconds=10, stall_seconds=60, now=0)


def test_a_loop_that_hangs_is_ended() -> None:
    it = judge()
    it.beat(Pulse(1, is_pending=False), 5)
    assert it.verdict(14) is None
    assert "loop" in (it.verdict(16) or "")


def test_pending_records_without_progress_end_the_worker() -> None:
    it = judge()
    for now in range(0, 61, 5):
        it.beat(Pulse(7, is_pending=True), now)
        assert it.verdict(now) is None
    it.beat(Pulse(7, is_pending=True), 65)
    assert "pending" in (it.verdict(65) or "")


def test_slow_progress_and_idleness_are_fine() -> None:
    it = judge()
    for now in range(0, 600, 5):
        it.beat(Pulse(now // 50, is_pending=True), now)
        assert it.verdict(now) is None
    for now in range(600, 1200, 5):
        it.beat(Pulse(12, is_pending=False), now)
        assert it.verdict(now) is None


def test_of_several_things_the_one_that_does_not_move_is_named() -> None:
    it = judge()
    for now in range(0, 66, 5):
        it.beat(Pulse(now, is_pending=True), now)
        it.beat(Pulse(0, is_pending=now < 60, stall="no partitions have been assigned"), now)
        it.beat(Pulse(0, is_pending=True, stall="nothing was fetched"), now)
        assert it.verdict(now) == (None if now <= 60 else "nothing was fetched for 65 s")


def test_what_can_never_come_about_is_not_waited_for() -> None:
    it = judge()
    it.beat(Pulse(1, is_pending=True), 0)
    it.beat(Pulse(0, is_pending=True, stall="refused", is_over=True), 1)
    it.beat(Pulse(2, is_pending=True), 2)
    assert it.verdict(2) == "refused"


async def test_the_thread_ends_the_process_while_the_loop_is_blocked() -> None:
    ended = threading.Event()
    reasons: list[str] = []

    def end(reason: str) -> None:
        reasons.append(reason)
        ended.set()

    watchdog = Watchdog(lambda: [Pulse(0, is_pending=False)], 60, loop_seconds=0.7, end=end)
    await watchdog.start()
    # This blocks the loop on purpose, as a bug would.
    assert ended.wait(20)
    await watchdog.stop()
    assert "loop" in reasons[0]
