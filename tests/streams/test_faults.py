"""Lost 0, doubled 0, wrong 0: the counting task against its oracle, on both brokers, while workers come and go."""

import signal
from itertools import product
from pathlib import Path

import pytest

from tests.streams import toy
from tests.streams.rig import Outputs, Rig

pytestmark = pytest.mark.fault
SHOPS = 40
EVENTS = 10_000
FEW = 3_000
"""So many where nothing has to be hit while it runs."""
WAYS = {signal.SIGTERM: "graceful stop", signal.SIGKILL: "kill -9"}
OFTEN = {
    ("tansu", signal.SIGTERM, "rocksdb"),
    ("tansu", signal.SIGKILL, "memory"),
    ("kafka", signal.SIGTERM, "memory"),
    ("kafka", signal.SIGKILL, "rocksdb"),
}
"""Any two of broker, way and store meet in one of these; `make faults` tries all there are."""
ENDS = [
    pytest.param(
        *(kind, how, store),
        marks=[pytest.mark.kafka] * (kind == "kafka") + [pytest.mark.long] * ((kind, how, store) not in OFTEN),
        id=f"{kind}-{WAYS[how]}-{store}",
    )
    for kind, how, store in product(("tansu", "kafka"), WAYS, ("memory", "rocksdb"))
]


async def test_every_event_counts_once_and_a_stop_leaves_nothing_behind(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(FEW), SHOPS)
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == FEW, "all events counted")
        assert await rig.stop(worker) == 0
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(FEW), SHOPS)
        assert not [path for path in tmp_path.iterdir() if path.suffix != ".log"]


@pytest.mark.parametrize(("broker", "how", "store"), ENDS, indirect=["broker"])
async def test_workers_ended_in_the_middle_of_batches_lose_nothing(
    broker: str, tmp_path: Path, how: signal.Signals, store: str
) -> None:
    # Small batches, so that there is a middle to hit.
    async with Rig.on(broker, tmp_path, batch_records="20", store=store) as rig, Outputs(rig) as outputs:
        for round_ in range(3):
            await rig.produce(range(round_ * EVENTS, (round_ + 1) * EVENTS), SHOPS)
            before = outputs.total
            worker = rig.start_worker("same")
            await rig.until(lambda seen=before: outputs.total > seen, "the worker counts")  # type: ignore[misc]
            assert await rig.stop(worker, how) == (0 if how is signal.SIGTERM else -how)
            assert outputs.total < (round_ + 1) * EVENTS, "ended too late to show anything"
        rig.start_worker("same", batch_records="1000")
        await rig.until(lambda: outputs.total == 3 * EVENTS, "all events counted")
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(3 * EVENTS), SHOPS)


async def test_one_two_one_workers_under_load(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS), SHOPS)
        first = rig.start_worker()
        await rig.until(lambda: outputs.total > 0, "the first worker counts")
        second = rig.start_worker()
        await rig.until(lambda: "Worker ready" in rig.log(second), "the second worker is ready")
        await rig.produce(range(EVENTS, 2 * EVENTS), SHOPS)
        await rig.until(lambda: outputs.total > EVENTS, "both count")
        assert await rig.stop(first) == 0
        await rig.produce(range(2 * EVENTS, 3 * EVENTS), SHOPS)
        await rig.until(lambda: outputs.total == 3 * EVENTS, "all events counted")
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(3 * EVENTS), SHOPS)


async def test_every_event_twice_counts_once(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(2_000), SHOPS)
        await rig.produce(range(2_000), SHOPS)
        await rig.produce(range(2_000, 2_100), SHOPS)
        rig.start_worker()
        await rig.until(lambda: outputs.total >= 2_100, "all events counted")
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(2_100), SHOPS)


async def test_kill_9_during_recovery_loses_nothing(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS), SHOPS)
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == EVENTS, "all events counted")
        await rig.stop(worker, signal.SIGKILL)
        await rig.produce(range(EVENTS, EVENTS + 100), SHOPS)
        dying = rig.start_worker()
        await rig.until(lambda: "_on_partitions_assigned" in rig.log(dying), "recovery begins")
        await rig.stop(dying, signal.SIGKILL)
        rig.start_worker()
        await rig.until(lambda: outputs.total == EVENTS + 100, "all events counted")
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(EVENTS + 100), SHOPS)
