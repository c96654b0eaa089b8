"""Disks that are full, topics that may not be read or are gone: who is concerned waits alone, and nothing is lost."""

import asyncio
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from cloudtag.local.kafka import Kafka
from cloudtag.local.probe import free_port
from streams.kafka import topics
from streams.kafka.security import client_settings
from tests.servers.brokers import kafka_bootstrap, need_kafka, tansu_bootstrap
from tests.streams import toy
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig
from tests.streams.worker.test_pauses import PAUSED, SICK, WELL, metric, paused, send, target

__all__ = ["kafka_bootstrap", "tansu_bootstrap"]

pytestmark = pytest.mark.fault
SHOPS, EVENTS = 40, 4_000
USER, PASSWORD = "cloudtag", "not-so-secret"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 64 MB; skips where none may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "cloudtag", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here; the limit of a file's size shows the same")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_pauses_what_would_be_stored_and_loses_nothing(
    tansu_bootstrap: str, tmp_path: Path, small_disk: Path
) -> None:
    filler = small_disk / "filler"

    def fill(_: int) -> None:
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 12))
                    file.flush()
            except OSError:
                pass

    await _full(Rig.on(tansu_bootstrap, tmp_path, store="rocksdb"), small_disk, fill, lambda _: filler.unlink())


async def test_a_store_that_may_not_grow_pauses_what_would_be_stored_and_loses_nothing(
    tansu_bootstrap: str, tmp_path: Path
) -> None:
    """The same where nothing may be mounted: no file of the worker may become larger than its largest is."""

    def limit(pid: int) -> None:
        largest = max(path.stat().st_size for path in (tmp_path / "rows").rglob("*") if path.is_file())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def lift(pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    await _full(Rig.on(tansu_bootstrap, tmp_path, store="rocksdb"), tmp_path, limit, lift)


async def _full(rig_: Rig, place: Path, fill: Callable[[int], None], make_room: Callable[[int], None]) -> None:
    async with rig_ as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        await rig.produce(range(EVENTS), SHOPS)
        port = free_port()
        worker = rig.start_worker(str(place), metrics_port=str(port))
        await rig.until(lambda: outputs.total == EVENTS, "all events counted")
        fill(worker.pid)
        await rig.produce(range(EVENTS, EVENTS + 400), SHOPS)
        await rig.until(lambda: "is paused (store)" in rig.log(worker), "the partitions are paused")
        assert asked(port, "/readyz") == PAUSED
        assert asked(port, "/healthz") == READY
        make_room(worker.pid)
        await rig.until(lambda: outputs.total == EVENTS + 400, "everything counted, by itself")
        await rig.until(lambda: asked(port, "/readyz") == READY, "it is ready again")
        assert outputs.counts == toy.expected(range(EVENTS + 400), SHOPS)
        assert not letters.records
        assert await rig.stop(worker) == 0
