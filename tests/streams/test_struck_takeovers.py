"""Workers that freeze or die at an await between an assignment and the first batch, or while they end: real processes.

Another takes the partitions over meanwhile, and is not to be ended by whoever wakes.
"""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.streams import toy
from tests.streams.probe import is_frozen
from tests.streams.rig import Outputs, Rig

pytestmark = pytest.mark.fault
SHOPS, EVENTS = 40, 200
TAKING_OVER = (
    "BatchConsumerThread.is_member>QueueServiceThread.call_thread",
    "BatchConsumerThread._beats>GroupCoordinator._do_heartbeat",
    "Changelogs.read>AIOKafkaConsumer.start",
    "Changelogs._read_all>AIOKafkaConsumer.getmany",
    "Changelogs.read>AIOKafkaConsumer.stop",
    "BatchConsumerThread.seek_to_committed>QueueServiceThread.call_thread",
    "BatchConsumerThread._seek_to_committed>GroupCoordinator.fetch_committed_offsets",
    "Runner.run>_ContextManagerMixin.__aenter__",
)
ENDING = (
    "BatchConsumer.wait_empty>wait_for",
    "BatchConsumerThread._commit>AIOKafkaConsumer.commit",
    "Tails.stop>AIOKafkaConsumer.stop",
)
OFTEN = ("BatchConsumerThread._beats>GroupCoordinator._do_heartbeat", "BatchConsumer.wait_empty>wait_for")
"""Tried in every run; the others in a long one."""


def tried(places: tuple[str, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("kind", "place"),
        [
            pytest.param(kind, place, marks=[pytest.mark.long] * (kind == "SIGKILL" or place not in OFTEN))
            for place in places
            for kind in ("SIGSTOP", "SIGKILL")
        ],
    )


def has_struck(worker: subprocess.Popen[bytes]) -> bool:
    return worker.poll() is not None or is_frozen(worker.pid)


@tried(TAKING_OVER)
async def test_one_struck_while_it_takes_over_changes_nothing(
    broker: str, tmp_path: Path, kind: str, place: str
) -> None:
    rig = Rig.on(broker, tmp_path, partitions="1", batch_records="20")
    async with rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS), SHOPS)
        first = rig.start_worker("first")
        await rig.until(lambda: outputs.total == EVENTS, "the first counts")
        assert await rig.stop(first) == 0
        await rig.produce(range(EVENTS, EVENTS + 40), SHOPS)
        rig.armed.touch()
        struck = rig.start_worker("struck", strikes=f"{kind} {place}")
        await rig.until(lambda: has_struck(struck), "it is struck")
        await heir_goes_on(rig, outputs, struck)


@tried(ENDING)
async def test_one_struck_while_it_ends_changes_nothing(broker: str, tmp_path: Path, kind: str, place: str) -> None:
    rig = Rig.on(broker, tmp_path, partitions="1", batch_records="20", commit_seconds="30")
    async with rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS + 40), SHOPS)
        struck = rig.start_worker("struck", strikes=f"{kind} {place}")
        await rig.until(lambda: outputs.total > EVENTS // 2, "it counts")
        rig.armed.touch()
        struck.send_signal(signal.SIGTERM)
        await rig.until(lambda: has_struck(struck), "it is struck")
        await heir_goes_on(rig, outputs, struck)


async def heir_goes_on(rig: Rig, outputs: Outputs, struck: subprocess.Popen[bytes]) -> None:
    """Another counts what was left, has work in hand when the struck one wakes, and is there to the end."""
    rig.may_end.append(struck)
    # It commits at once: that it does is waited for.
    heir = rig.start_worker("heir", commit_seconds="0.2")
    await rig.until(lambda: outputs.total == EVENTS + 40, "another counts what was left")
    await rig.produce(range(EVENTS + 40, 2 * EVENTS), SHOPS)
    await rig.until(lambda: outputs.total > EVENTS + 40, "it judges on")
    if struck.poll() is None:
        struck.send_signal(signal.SIGCONT)
        await rig.until(
            lambda: struck.poll() is not None or rig.log(struck).count("_on_partitions_assigned") > 1,
            "it ends, or is a member of the group again",
        )
    await rig.produce(range(2 * EVENTS, 2 * EVENTS + 40), SHOPS)
    await rig.until(lambda: outputs.total == 2 * EVENTS + 40, "what came last is counted")
    assert heir.poll() is None
    await rig.settled(outputs)
    assert outputs.counts == toy.expected(range(2 * EVENTS + 40), SHOPS)
