"""The broker goes away and comes back: the worker waits, and nothing is lost or counted twice."""

import asyncio
from pathlib import Path

import pytest

from tests.servers.brokers import kafka_server
from tests.streams import toy
from tests.streams.rig import Outputs, Rig

pytestmark = [pytest.mark.fault, pytest.mark.kafka]
SHOPS, EVENTS = 40, 10_000


@pytest.mark.parametrize("how", ["kill", pytest.param("stop", marks=pytest.mark.long)])
async def test_a_broker_that_dies_in_the_middle_and_returns(tmp_path: Path, how: str) -> None:
    with kafka_server() as server:
        async with Rig.on(server.bootstrap, tmp_path, batch_records="20") as rig:
            await rig.produce(range(EVENTS), SHOPS)
            worker = rig.start_worker()
            async with Outputs(rig) as outputs:
                await rig.until(lambda: outputs.total > 0, "the worker counts")
            await asyncio.to_thread(getattr(server, how))
            await rig.until(lambda: "Unable connect" in rig.log(worker), "the worker notices")
            await asyncio.to_thread(server.start)
            await rig.produce(range(EVENTS, EVENTS + 100), SHOPS)
            async with Outputs(rig) as outputs:
                await rig.until(lambda: outputs.total == EVENTS + 100, "all events counted")
                assert outputs.counts == toy.expected(range(EVENTS + 100), SHOPS)
            assert await rig.stop(worker) == 0
