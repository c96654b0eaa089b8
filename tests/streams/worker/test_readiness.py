"""A worker is ready when its partitions are assigned, their state is restored and records move; else it says why."""

import asyncio
import os
import signal
import time
from functools import partial
from pathlib import Path

from cloudtag.local.broker import Tansu
from cloudtag.local.probe import free_port
from tests.streams.probe import READY, Probe, asked
from tests.streams.rig import Outputs, Rig

BLOCKED = (503, "records are pending and none is finished\n")


async def test_a_worker_is_ready_once_its_partitions_are_restored(broker: str, tmp_path: Path) -> None:
    port = free_port()
    async with Rig.on(broker, tmp_path, metrics_port=str(port)) as rig, Outputs(rig) as outputs:
        probe = Probe(port)
        rig.start_worker()
        await rig.until(lambda: probe.says(READY), "it is ready")
        # The group waits for more members for seconds: the states before cannot be missed.
        states = [text.strip() for status, text in probe.said[:-1] if status == 503]
        assert states
        assert set(states) <= {"starting", "waiting for partitions", "rebalancing or restoring state"}
        await rig.produce(range(100), 5)
        await rig.until(lambda: outputs.total == 100, "all events counted")
        assert asked(port, "/readyz") == READY


async def test_a_worker_is_not_ready_while_the_group_rebalances(broker: str, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    # Longer than it takes to start a third worker, on whatever machine: else the frozen one is out before it comes.
    async with Rig.on(broker, tmp_path, session_timeout_seconds="60") as rig:
        first, second = (Probe(port) for port in ports)
        workers = [rig.start_worker(metrics_port=str(port)) for port in ports]
        for probe in (first, second):
            await rig.until(partial(probe.says, READY), "it is ready")
        # The group waits for one that is frozen as long as its session lasts: the state cannot be missed.
        workers[1].send_signal(signal.SIGSTOP)
        rig.start_worker()
        await rig.until(lambda: first.says((503, "rebalancing or restoring state\n")), "it lets partitions go")
        workers[1].send_signal(signal.SIGCONT)
        for probe in (first, second):
            await rig.until(partial(probe.says, READY), "it is ready again")


async def test_a_worker_whose_broker_stands_still_is_blocked_but_alive(tmp_path: Path) -> None:
    port = free_port()
    with Tansu() as server:
        assert server.pid
        settings = {"metrics_port": str(port), "stall_seconds": "20", "batch_records": "20"}
        async with Rig.on(server.bootstrap, tmp_path, **settings, session_timeout_seconds="12") as rig:
            await rig.produce(range(20_000), 40)
            probe = Probe(port)
            rig.start_worker()
            await rig.until(lambda: probe.says(READY), "it is ready")
            await asyncio.to_thread(_until_records_move, port)
            os.kill(server.pid, signal.SIGSTOP)
            await rig.until(lambda: probe.says(BLOCKED), "it is blocked")
            os.kill(server.pid, signal.SIGCONT)
            await rig.until(lambda: probe.says(READY), "it goes on")


def _until_records_move(port: int) -> None:
    deadline = time.monotonic() + 60
    while 'cloudtag_records_total{processor="shops",stream="abuses"} 0.0' in asked(port, "/metrics")[1]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
