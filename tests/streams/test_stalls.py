"""A worker that takes part in nothing ends with a reason; one whose broker is away waits for it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cloudtag.local.probe import free_port
from streams.health.watchdog import EXIT_STATUS, NO_MEMBER, UNASSIGNED
from streams.worker.process import FAILED
from tests.streams import toy
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig

pytestmark = pytest.mark.fault
FORSAKEN = Path(__file__).parent / "forsaken_worker.py"


async def test_a_worker_that_is_never_assigned_anything_ends_with_the_reason(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path, stall_seconds="12") as rig:
        worker = rig.start_worker(script=FORSAKEN)
        await rig.ended(worker)
        assert worker.returncode == EXIT_STATUS
        log = rig.log(worker)
        assert f"Ending the worker: {UNASSIGNED}" in log or f"Ending the worker: {NO_MEMBER}" in log


async def test_a_worker_that_its_group_has_lost_ends_with_the_reason_although_nothing_is_pending(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIES_AFTER_JOINING", "1")
    async with Rig.on(broker, tmp_path, stall_seconds="12") as rig, Outputs(rig) as outputs:
        await rig.produce(range(20), 4)
        worker = rig.start_worker(script=FORSAKEN)
        await rig.until(lambda: outputs.total == 20, "it has judged what there was")
        await rig.ended(worker)
        # Should it have had something to commit, the client has told it by then.
        told = {EXIT_STATUS: f"Ending the worker: {NO_MEMBER}", FAILED: "Unexpected error during coordination"}
        assert told[worker.returncode] in rig.log(worker)
        monkeypatch.delenv("DIES_AFTER_JOINING")
        rig.workers.clear()
        rig.start_worker(stall_seconds="120")
        await rig.produce(range(20, 40), 4)
        await rig.until(lambda: outputs.total == 40, "the next one goes on")
        assert outputs.counts == toy.expected(range(40), 4)


async def test_a_worker_with_nothing_to_do_stays(broker: str, tmp_path: Path) -> None:
    """Four partitions and five workers: one of them is assigned nothing, and there are no records at all."""
    ports = [free_port() for _ in range(5)]
    async with Rig.on(broker, tmp_path, stall_seconds="15") as rig:
        workers = [rig.start_worker(metrics_port=str(port)) for port in ports]
        await rig.until(lambda: all(asked(port, "/readyz") == READY for port in ports), "all are ready")
        loop = asyncio.get_running_loop()
        over_at = loop.time() + 25
        await rig.until(lambda: loop.time() > over_at, "longer than the stall time has passed")
        assert [worker.poll() for worker in workers] == [None] * 5


@asynccontextmanager
async def relay(port: int, broker: str) -> AsyncIterator[None]:
    """A way to the broker at a port of its own, where clients first ask who the brokers are."""
    host, _, number = broker.rpartition(":")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(host, int(number))
        await asyncio.gather(pump(reader, here), pump(there, writer))

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def test_a_broker_that_is_away_at_the_start_is_waited_for(broker: str, tmp_path: Path) -> None:
    port, metrics_port = free_port(), free_port()
    async with Rig.on(broker, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(20), 4)
        rig.environ["KAFKA"] = f"127.0.0.1:{port}"
        # Less than it waits below: it is not the worker that stands still.
        worker = rig.start_worker(stall_seconds="15", metrics_port=str(metrics_port))
        await rig.until(lambda: rig.log(worker).count("waited for") > 0, "it says what it waits for")
        loop = asyncio.get_running_loop()
        over_at = loop.time() + 16
        await rig.until(lambda: loop.time() > over_at, "longer than the stall time has passed")
        assert worker.poll() is None
        assert asked(metrics_port, "/healthz") == READY
        assert asked(metrics_port, "/readyz") == (503, "waiting for partitions\n")
        assert rig.log(worker).count("waited for") == 1
        async with relay(port, broker):
            await rig.until(lambda: outputs.total == 20, "all is judged once the broker is there")


async def test_a_worker_that_waits_for_its_broker_can_be_stopped(tmp_path: Path) -> None:
    rig = Rig.on(f"127.0.0.1:{free_port()}", tmp_path)
    try:
        worker = rig.start_worker()
        await rig.until(lambda: "waited for" in rig.log(worker), "it waits")
        assert await rig.stop(worker, signal.SIGTERM) == 0
    finally:
        await rig.__aexit__()
