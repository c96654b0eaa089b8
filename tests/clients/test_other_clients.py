"""Programs that share no line with cloudtag publish to it: fastavro alone encodes, Apache Kafka's Java client sends."""

import asyncio
import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudtag.cli.kafka import read_to_end
from cloudtag.contract.records import DeadLetter
from cloudtag.local.kafka.jars import resolve
from cloudtag.wire import encode
from streams.kafka.topics import all_misplaced
from tests.clients import scene
from tests.integration.installation import Installation
from tests.servers.brokers import need_kafka

FOREIGN = Path(__file__).parent / "foreign"
IMPATIENT = ["enable.idempotence=false", "delivery.timeout.ms=9000", "request.timeout.ms=4000", "max.block.ms=8000"]
"""For the embedded broker, which gives out no producer ids either."""
JAVA = [
    pytest.param("kafka", "zstd", True, id="kafka: as it is"),
    pytest.param("kafka", "lz4", False, id="kafka: without a key"),
    pytest.param(
        "tansu",
        "none",
        True,
        id="tansu: as it is",
        marks=pytest.mark.xfail(
            strict=True, reason="Tansu does not answer the Produce requests of Kafka 4's Java client"
        ),
    ),
]
SCHEMAS = Path(__file__).parents[2] / "schemas"


def plain(value: object) -> object:
    """A struct by the names of its fields, as another program would hold it."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


async def run(command: list[str], lines: list[str]) -> None:
    done = await asyncio.to_thread(
        subprocess.run, command, input="\n".join(lines), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


async def outcome_of(place: Installation, prefix: str) -> tuple[dict[Any, Any], list[Any]]:
    """What stands of a scene once everything is judged, and how many records had to be passed on."""
    await place.settled()
    await place.pass_time(scene.UNTIL_MS)
    await place.settled()
    assert not [record for record in place.watch.records if isinstance(record, DeadLetter)]
    topics = [place.config.topic(stream) for stream in all_misplaced(place.config)]
    return scene.of_scene(prefix, place.watch.records), [one async for one in read_to_end(place.config, topics)]


async def test_fastavro_alone_is_enough_to_publish(broker: str, tmp_path: Path) -> None:
    told = [
        {"stream": scene.stream_of(event), "key": scene.key_of(event), "event": plain(event)}
        for event in scene.events("fastavro-")
    ]
    async with Installation(broker, tmp_path) as place:
        place.start("worker")
        program = str(FOREIGN / "fastavro_producer.py")
        lines = [msgspec.json.encode(line).decode() for line in told]
        await run([sys.executable, program, broker, place.config.topic_prefix, str(SCHEMAS)], lines)
        stands, passed_on = await outcome_of(place, "fastavro-")
        assert stands == scene.said_by_replay("fastavro-")
        assert not passed_on


def test_the_foreign_encoder_uses_nothing_of_cloudtag() -> None:
    text = (FOREIGN / "fastavro_producer.py").read_text()
    assert "import cloudtag" not in text
    assert "from cloudtag" not in text


@pytest.mark.kafka
@pytest.mark.parametrize(("kind", "codec", "has_key"), JAVA)
async def test_the_java_client(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, codec: str, has_key: bool
) -> None:
    need_kafka()
    broker = request.getfixturevalue(f"{kind}_bootstrap")
    prefix = f"java-{codec}-"
    async with Installation(broker, tmp_path) as place:
        place.start("worker")
        lines = []
        for event in scene.events(prefix):
            stream = scene.stream_of(event)
            key = scene.key_of(event) if has_key else ""
            value = base64.b64encode(encode(stream, event)).decode()
            lines.append(f"{place.config.topic(stream)}\t{key}\t{value}")
        jars = f"{await asyncio.to_thread(resolve)}/*"
        settings = [f"bootstrap.servers={broker}", f"compression.type={codec}", *(IMPATIENT if kind == "tansu" else [])]
        await run(["java", "-cp", jars, str(FOREIGN / "JavaProducer.java"), *settings], lines)
        stands, passed_on = await outcome_of(place, prefix)
        assert stands == scene.said_by_replay(prefix)
        causes = {dict(record.headers)["cloudtag-cause"] for record in passed_on}
        assert causes == (set() if has_key else {b"null_key"})
