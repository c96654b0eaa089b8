"""Disks that are full, topics that may not be read or are gone: who is concerned waits alone, and nothing is lost."""

import asyncio
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

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

from cloudtag.local.kafka import Kafka, KafkaSecurity
from cloudtag.local.probe import free_port
from streams.kafka import topics
from streams.kafka.security import client_settings
from tests.servers.brokers import need_kafka
from tests.streams import toy
from tests.streams.probe import READY, asked
from tests.streams.rig import Outputs, Rig
from tests.streams.worker.test_pauses import PAUSED, SICK, metric, send, target

pytestmark = pytest.mark.fault
SHOPS, EVENTS = 40, 2_000
USER, PASSWORD = "cloudtag", "not-so-secret"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 400 kB; skips where none may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "cloudtag", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here; the limit of a file's size shows the same")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_pauses_what_would_be_stored_and_loses_nothing(
    one_bootstrap: str, tmp_path: Path, small_disk: Path
) -> None:
    def make_room(_: int) -> None:
        subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)

    # So many rows fill it by themselves: RocksDB claims room ahead, so that there is none for a filler.
    rig = Rig.on(one_bootstrap, tmp_path, store="rocksdb")
    await _full(rig, small_disk, lambda _: None, make_room, more=20_000)


async def test_a_store_that_may_not_grow_pauses_what_would_be_stored_and_loses_nothing(
    one_bootstrap: str, tmp_path: Path
) -> None:
    """The same where nothing may be mounted: no file of the worker may become larger than its largest is."""

    def limit(pid: int) -> None:
        largest = max(path.stat().st_size for path in (tmp_path / "rows").rglob("*") if path.is_file())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def lift(pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    await _full(Rig.on(one_bootstrap, tmp_path, store="rocksdb"), tmp_path, limit, lift, more=4_000)


Deed = Callable[[int], None]
"""Something done to a worker, given with its process's number."""


async def _full(rig_: Rig, place: Path, fill: Deed, make_room: Deed, more: int) -> None:
    events = EVENTS + more
    async with rig_ as rig, Outputs(rig) as outputs, Outputs(rig, "dead-letters") as letters:
        await rig.produce(range(EVENTS), SHOPS)
        port = free_port()
        worker = rig.start_worker(str(place), metrics_port=str(port))
        await rig.until(lambda: outputs.total == EVENTS, "all events counted")
        fill(worker.pid)
        # Asked all the while: a store that was opened anew may have room again for a moment, and a pause be short.
        is_told = asyncio.create_task(rig.until(lambda: asked(port, "/readyz") == PAUSED, "the pause is told"))
        await rig.produce(range(EVENTS, events), SHOPS)
        await rig.until(lambda: "is paused (store)" in rig.log(worker), "the partitions are paused")
        await is_told
        assert asked(port, "/healthz") == READY
        make_room(worker.pid)
        await rig.until(lambda: outputs.total == events, "everything counted, by itself")
        await rig.until(lambda: asked(port, "/readyz") == READY, "it is ready again")
        assert outputs.counts == toy.expected(range(events), SHOPS)
        assert not letters.records
        assert await rig.stop(worker) == 0


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Kafka, dict[str, str]]]:
    """A node of its own that obeys access rules, and the settings to come in."""
    need_kafka()
    with Kafka(tmp_path / "kafka", security=KafkaSecurity({USER: PASSWORD})) as broker:
        yield (
            broker,
            {
                "CLOUDTAG_KAFKA_SECURITY": "SASL_SSL",
                "CLOUDTAG_KAFKA_USER": USER,
                "CLOUDTAG_KAFKA_CA_FILE": str(broker.certificate),
                "KAFKA_PASSWORD": PASSWORD,
            },
        )


@pytest.mark.kafka
async def test_a_rule_that_denies_a_topic_holds_up_what_needs_it(
    secured: tuple[Kafka, dict[str, str]], tmp_path: Path
) -> None:
    broker, settings = secured
    rig_ = Rig.on(broker.bootstrap, tmp_path)
    rig_.environ |= settings
    rig_.config = rig_.config.read(rig_.environ)
    async with rig_ as rig, Outputs(rig) as outputs:
        await send(rig, SICK, "s0")
        port = free_port()
        worker = rig.start_worker(metrics_port=str(port))
        await rig.until(lambda: outputs.counts == {SICK: 1}, "the worker counts")
        # Nobody may read one of the two inputs any more; the other goes on in all partitions.
        accounts, abuses = rig.config.topic("accounts"), rig.config.topic("abuses")
        await asyncio.to_thread(_deny, broker, abuses)
        await rig.until(lambda: f"{abuses}/" in rig.log(worker) and OUT_LINE in rig.log(worker), "the alarm is raised")
        await send(rig, SICK, "s1", "s2")
        numbers = [number for number in range(40) if toy.event(number, 2)[0] == "accounts"]
        await rig.produce(numbers, 2)
        await rig.until(lambda: outputs.total > 1, f"{accounts} goes on")
        line = f'cloudtag_input_paused{{partition="{target(rig, SICK)[1]}",stream="abuses"}}'
        await rig.until(lambda: metric(port, line) == 1, "it is shown as paused")
        await asyncio.to_thread(_allow, broker, abuses)
        counted = len(numbers) + 3
        await rig.until(lambda: outputs.total == counted, "everything counted")
        await rig.until(lambda: metric(port, line) == 0, "it is shown as going on")
        assert await rig.stop(worker) == 0


OUT_LINE = "cannot be fetched"


def _admin(broker: Kafka) -> AdminClient:
    return AdminClient(
        {
            "bootstrap.servers": broker.bootstrap,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": USER,
            "sasl.password": PASSWORD,
            "ssl.ca.location": str(broker.certificate),
        }
    )


Rule = TypeVar("Rule", AclBinding, AclBindingFilter)


def _rule(kind: type[Rule], topic: str, operation: AclOperation, permission: AclPermissionType) -> Rule:
    named = (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{USER}", "*")
    return kind(*named, operation, permission)


def _deny(broker: Kafka, topic: str) -> None:
    # Once there is a rule for a topic, nothing is allowed there that no rule allows.
    rules = [
        _rule(AclBinding, topic, AclOperation.ALL, AclPermissionType.ALLOW),
        _rule(AclBinding, topic, AclOperation.READ, AclPermissionType.DENY),
    ]
    admin = _admin(broker)
    for done in admin.create_acls(rules).values():
        done.result(30)


def _allow(broker: Kafka, topic: str) -> None:
    rule = _rule(AclBindingFilter, topic, AclOperation.ANY, AclPermissionType.DENY)
    admin = _admin(broker)
    for done in admin.delete_acls([rule]).values():
        done.result(30)


@pytest.mark.kafka
async def test_a_topic_deleted_under_a_running_worker(kafka_bootstrap: str, tmp_path: Path) -> None:
    async with Rig.on(kafka_bootstrap, tmp_path) as rig, Outputs(rig) as outputs:
        await rig.produce(range(EVENTS), SHOPS)
        worker = rig.start_worker()
        await rig.until(lambda: outputs.total == EVENTS, "all events counted")
        gone = rig.config.topic("accounts")
        admin = AIOKafkaAdminClient(**client_settings(rig.config))
        await admin.start()
        await admin.delete_topics([gone])
        await admin.close()
        await rig.ended(worker)
        assert worker.returncode == 1
        rig.workers.clear()
        again = rig.start_worker("again")
        await rig.ended(again)
        assert f"{gone} does not exist" in rig.log(again)
        rig.workers.clear()
        await topics.create(rig.config)
        await rig.produce(range(EVENTS, EVENTS + 100), SHOPS)
        mended = rig.start_worker("mended")
        await rig.until(lambda: outputs.total == EVENTS + 100, "all events counted")
        assert outputs.counts == toy.expected(range(EVENTS + 100), SHOPS)
        assert await rig.stop(mended) == 0
