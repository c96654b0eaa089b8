"""A changelog that is empty although it should not be: the worker says so and ends, unless it is told otherwise."""

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka import topics
from streams.kafka.producer import OutRecord
from streams.kafka.security import client_settings
from streams.kafka.topics import Declared
from tests.streams import toy
from tests.streams.rig import Outputs, Rig

pytestmark = pytest.mark.fault
SHOPS = 8


async def test_a_changelog_that_is_gone_is_an_error_until_it_is_said_to_be_wanted(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path, partitions="1") as rig, Outputs(rig) as outputs:
        await rig.produce(range(100), SHOPS)
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == 100, "all events counted")
        assert await rig.stop(worker) == 0
        await made_anew(rig)
        await rig.produce(range(100, 120), SHOPS)
        refused = rig.start_worker()
        await rig.ended(refused)
        assert refused.returncode == 1
        assert "the state of what was judged is gone" in rig.log(refused)
        assert "CLOUDTAG_START_EMPTY" in rig.log(refused)
        rig.workers.remove(refused)
        outputs.counts.clear()
        rig.start_worker("told", start_empty="true")
        await rig.until(lambda: outputs.total == 20, "what came since is counted, and nothing before")


async def made_anew(rig: Rig) -> None:
    """The changelog is deleted, and created again."""
    admin = AIOKafkaAdminClient(**client_settings(rig.config))
    await admin.start()
    await admin.delete_topics([rig.config.changelog(toy.PROCESSOR)])
    await admin.close()
    await topics.create(rig.config)


async def test_a_changelog_that_is_made_anew_under_a_worker_ends_it(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path, partitions="1", batch_records="20") as rig, Outputs(rig) as outputs:
        await rig.produce(range(200), SHOPS)
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == 200, "all events counted")
        await made_anew(rig)
        rig.may_end.append(worker)
        await rig.produce(range(200, 220), SHOPS)
        await rig.ended(worker)
        assert worker.returncode == 1
        assert "the state of what was judged is gone" in rig.log(worker)


@pytest.mark.parametrize("rows", [0, 1])
async def test_rows_in_the_first_format_are_to_be_migrated_first(broker: str, tmp_path: Path, rows: int) -> None:
    rig = Rig.on(broker, tmp_path, partitions="1")
    first = rig.config.first_changelog(toy.PROCESSOR)
    await topics.create(rig.config, [Declared(first, 1, 1, {"cleanup.policy": "compact"})])
    async with rig, Outputs(rig) as outputs:
        await rig.produce_raw(((first, 0), OutRecord(b"\x00\x01ka", bytes(20))) for _ in range(rows))
        await rig.produce(range(100), SHOPS)
        worker = rig.start_worker()
        if not rows:
            await rig.until(lambda: outputs.total == 100, "an old topic without rows is no obstacle")
            return
        await rig.ended(worker)
        assert worker.returncode == 1
        assert "cloudtag state migrate" in rig.log(worker)
