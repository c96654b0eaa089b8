"""Whatever librdkafka is set to, what stands in the end is what `cloudtag replay --final` says of the same events.

A table per broker says beforehand what becomes of the records of each setting: judged where they were put, or found
there and passed on, and why. The alerts are those of replay in every cell, and the warehouse has every event once.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from cloudtag.cli.kafka import read_to_end
from cloudtag.contract.records import DeadLetter
from cloudtag.wire import decode
from streams.kafka.topics import all_misplaced
from tests.clients import scene
from tests.clients.batches import codecs_of
from tests.clients.librdkafka import KEYINGS, publish
from tests.integration.installation import Installation

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
STORED = ("orders", "refunds", "logistics", "tags", "accounts")
KAFKA = """
                        none           gzip           snappy         lz4            zstd
murmur2_random          in place       in place       in place       in place       in place
default partitioner     partitioner    partitioner    partitioner    partitioner    partitioner
number as typed         key            key            key            key            key
wrong key               key            key            key            key            key
null key                null_key       null_key       null_key       null_key       null_key
"""
TANSU = KAFKA
"""The embedded broker takes every codec and hands it on as it is."""
TABLES = {"kafka": KAFKA, "tansu": TANSU}


def cells(table: str) -> dict[tuple[str, str], str]:
    """(keying, codec) to what becomes of the records."""
    lines = [[part.strip() for part in line.split("  ") if part.strip()] for line in table.strip("\n").splitlines()]
    return {(keying, codec): cell for keying, *row in lines[1:] for codec, cell in zip(lines[0], row, strict=True)}


CELLS = [
    pytest.param(kind, *cell, outcome, id=f"{kind}: {' '.join(cell)}", marks=[pytest.mark.kafka] * (kind == "kafka"))
    for kind, table in TABLES.items()
    for cell, outcome in cells(table).items()
]


def prefix_of(keying: str, codec: str) -> str:
    return f"{keying.replace(' ', '_')}-{codec}-"


class Outcome:
    """All cells on one broker: what was published, what was passed on, and how the batches lay on the broker."""

    def __init__(
        self, records: list[Any], stored: list[tuple[str, str]], passed_on: list[Any], codecs: Counter[str]
    ) -> None:
        self.records = records
        self.stored = stored
        self.passed_on = passed_on
        self.codecs = codecs

    @classmethod
    async def of(cls, bootstrap: str, directory: Path, warehouse_url: str) -> Self:
        """One worker judges what every cell publishes, one sink stores it."""
        async with Installation(bootstrap, directory, warehouse_url) as place:
            place.start("worker")
            place.start_sink()
            for keying in KEYINGS:
                for codec in CODECS:
                    await publish(place.config, codec, keying, scene.events(prefix_of(keying, codec)))
            await place.settled()
            await place.pass_time(scene.UNTIL_MS)
            await place.settled()
            topics = [place.config.topic(stream) for stream in all_misplaced(place.config)]
            moved = [record async for record in read_to_end(place.config, topics)]
            stored = [row for stream in STORED for row in place.ask(f"SELECT '{stream}', event_id FROM {stream}")]
            return cls(place.watch.records, stored, moved, await codecs_of(place.config, "orders"))


@pytest.fixture(scope="module")
def outcome_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warehouse_url: str
) -> Callable[[str], Outcome]:
    """The outcome on a broker, worked out once."""
    known: dict[str, Outcome] = {}

    def get(kind: str) -> Outcome:
        if kind not in known:
            bootstrap = request.getfixturevalue(f"{kind}_bootstrap")
            known[kind] = asyncio.run(Outcome.of(bootstrap, tmp_path_factory.mktemp(kind), warehouse_url))
        return known[kind]

    return get


@pytest.mark.parametrize(("kind", "keying", "codec", "becomes"), CELLS)
def test_what_stands_is_what_replay_says(
    outcome_on: Callable[[str], Outcome], kind: str, keying: str, codec: str, becomes: str
) -> None:
    outcome, prefix = outcome_on(kind), prefix_of(keying, codec)
    assert scene.of_scene(prefix, outcome.records) == scene.said_by_replay(prefix)
    causes = Counter(
        dict(record.headers)["cloudtag-cause"].decode()
        for record in outcome.passed_on
        if prefix in f"{decode(dict(record.headers)['cloudtag-stream'].decode(), record.value)}"
    )
    assert set(causes) == ({becomes} if becomes != "in place" else set())
    assert not [record for record in outcome.records if isinstance(record, DeadLetter)]
    published = sorted((scene.stream_of(event), event.event_id) for event in scene.events(prefix))
    # No FINAL: nothing is stored twice to begin with.
    assert sorted(row for row in outcome.stored if row[1].startswith(prefix)) == published


@pytest.mark.parametrize("kind", [pytest.param("kafka", marks=pytest.mark.kafka), "tansu"])
def test_the_batches_were_really_compressed(outcome_on: Callable[[str], Outcome], kind: str) -> None:
    assert set(outcome_on(kind).codecs) == set(CODECS)


def test_the_tables_are_whole() -> None:
    for table in TABLES.values():
        assert set(cells(table)) == {(keying, codec) for keying in KEYINGS for codec in CODECS}
