"""Workers that freeze (SIGSTOP) inside a step and wake (SIGCONT) when another has done their work: real processes."""

import signal
from pathlib import Path

import pytest

from tests.streams import toy
from tests.streams.probe import is_frozen
from tests.streams.rig import Outputs, Rig

pytestmark = pytest.mark.fault
SHOPS, EVENTS = 40, 400


@pytest.mark.parametrize("store", ["memory", pytest.param("rocksdb", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "where",
    [
        *("before bid 1", "after bid 1", "before owner 1", "after owner 1"),
        *("before -state-2 6", "after -state-2 6", "before consequences 3", "after consequences 3"),
    ],
)
async def test_a_worker_that_freezes_and_wakes_changes_nothing(
    broker: str, tmp_path: Path, where: str, store: str
) -> None:
    rig = Rig.on(broker, tmp_path, store=store, partitions="1", batch_records="20")
    async with rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS), SHOPS)
        sleeper = rig.start_worker(freezes=where)
        await rig.until(lambda: is_frozen(sleeper.pid), "it freezes")
        assert outputs.total < EVENTS
        rig.start_worker("heir")
        await rig.until(lambda: outputs.total == EVENTS, "another counts what was left")
        # Its successor has work in hand when it wakes: what the sleeper writes lies in the way of the next step.
        await rig.produce(range(EVENTS, 2 * EVENTS), SHOPS)
        await rig.until(lambda: outputs.total > EVENTS, "the other judges on")
        sleeper.send_signal(signal.SIGCONT)
        rig.may_end.append(sleeper)
        await rig.until(
            lambda: sleeper.poll() is not None or rig.log(sleeper).count("_on_partitions_assigned") > 1,
            "it ends, or is a member of the group again",
        )
        await rig.until(lambda: outputs.total == 2 * EVENTS, "what came later counted")
        for worker in rig.workers:
            worker.kill()
            worker.wait()
        # Nobody remembers anything but the changelog, and every event comes a second time.
        rig.start_worker("another", store="memory")
        await rig.produce(range(2 * EVENTS), SHOPS)
        await rig.produce(range(2 * EVENTS, 2 * EVENTS + 40), SHOPS)
        await rig.until(lambda: outputs.total >= 2 * EVENTS + 40, "what came last counted")
        assert outputs.counts == toy.expected(range(2 * EVENTS + 40), SHOPS)
