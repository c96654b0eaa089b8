"""Apache Kafka on this machine: what it acknowledged survives a crash, and the command line agrees."""

import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cloudtag.local.kafka import Kafka
from cloudtag.local.kafka.jars import version
from tests.servers.brokers import kafka_server, need_kafka

pytestmark = pytest.mark.kafka
SCRIPT = Path(__file__).parents[2] / "deploy" / "kafka" / "kafka"
PARTITION = TopicPartition("kept", 0)


async def test_acknowledged_records_survive_a_kill() -> None:
    with kafka_server() as broker:
        address = broker.bootstrap
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
            for number in range(20):
                await producer.send_and_wait("kept", str(number).encode())
        broker.kill()
        broker.start()
        assert broker.bootstrap == address
        assert await _held(broker) == 20


async def _held(broker: Kafka) -> int:
    async with AIOKafkaConsumer(bootstrap_servers=broker.bootstrap) as consumer:
        ends = await consumer.end_offsets([PARTITION])
    return int(ends[PARTITION])


def _command(*arguments: str) -> tuple[int, str]:
    # The script of the checkout, under a Python that has nothing but its standard library.
    done = subprocess.run([sys.executable, "-S", str(SCRIPT), *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_command_line_starts_and_stops_one_node(tmp_path: Path) -> None:
    need_kafka()
    place = ["--data-dir", str(tmp_path / "node")]
    assert _command("stop", *place) == (0, "not running\n")
    try:
        assert f"Apache Kafka {version()} answers at" in _command("start", *place, "--port", "0")[1]
        assert _command("wait", *place)[0] == 0
        assert "already running" in _command("start", *place)[1]
    finally:
        assert _command("stop", *place) == (0, "stopped\n")


def test_waiting_for_nothing_ends_with_a_reason(tmp_path: Path) -> None:
    code, told = _command("wait", "--data-dir", str(tmp_path), "--timeout", "0")
    assert code == 1
    assert "no broker of" in told
