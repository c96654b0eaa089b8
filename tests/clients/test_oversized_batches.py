"""A small batch that unpacks to more than the memory holds up nobody: it is one dead letter, and is passed over."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from cloudtag.config import Config
from tests.clients.librdkafka import flush, settings
from tests.streams.rig import Outputs, Rig
from tests.streams.worker.test_pauses import SICK, WELL, committed, send, target

LIMIT = 17 << 20
"""The least that may be configured."""
CODECS = ("gzip", "snappy", "lz4", "zstd")
AROUND_BYTES = 13
"""What Kafka's format puts around a key and a value of this size when they are the one record of a batch."""


def values() -> dict[str, list[tuple[bytes, str]]]:
    """Per codec a record that unpacks to the limit and one of a byte more, with what they are refused for."""
    room = LIMIT - AROUND_BYTES - len(SICK)
    return {codec: [(bytes(room), "too_large"), (bytes(room + 1), "batch_too_large")] for codec in CODECS}


async def publish(config: Config, where: tuple[str, int], codec: str, value: bytes, key: str = SICK) -> None:
    """One record in a batch of its own, packed by librdkafka. Raises ``AssertionError`` when it is refused."""
    more = {"compression.type": codec, "message.max.bytes": str(1 << 29), "queue.buffering.max.kbytes": str(1 << 20)}
    producer, refused = Producer(settings(config, **more)), list[Any]()
    producer.produce(where[0], value, key, partition=where[1], on_delivery=lambda error, _: refused.append(error))
    await flush(producer)
    assert refused == [None]


async def test_a_batch_of_the_limit_is_read_and_one_of_a_byte_more_is_a_letter(broker: str, tmp_path: Path) -> None:
    async with (
        Rig.on(broker, tmp_path, unpacked_batch_bytes=str(LIMIT), dead_letter_bytes_per_hour=str(1 << 30)) as rig,
        Outputs(rig) as outputs,
        Outputs(rig, "dead-letters") as letters,
    ):
        where, reasons = target(rig, SICK), []
        for codec, records in values().items():
            await send(rig, SICK, f"before {codec}")
            for value, reason in records:
                await publish(rig.config, where, codec, value)
                reasons.append(reason)
        await send(rig, SICK, "after")
        await send(rig, WELL, "w")
        worker = rig.start_worker()
        await rig.until(lambda: outputs.counts == {SICK: len(CODECS) + 1, WELL: 1}, "everything that is good counted")
        await rig.until(lambda: len(letters.records) >= len(reasons), "the others are letters")
        found: list[Any] = sorted(letters.records, key=lambda letter: letter.offset)
        assert [letter.reason for letter in found] == reasons
        for letter in found:
            if letter.reason == "batch_too_large":
                assert letter.is_cut
                assert f"it unpacks to more than {LIMIT} bytes" in letter.error
                assert f"a batch of 1 records from offset {letter.offset} on" in letter.error
        assert await rig.stop(worker) == 0
        assert await committed(rig, where) == len(reasons) + len(CODECS) + 1


async def test_who_only_looks_on_is_told_of_it_and_goes_on(broker: str, tmp_path: Path) -> None:
    async with Rig.on(broker, tmp_path, unpacked_batch_bytes=str(LIMIT)) as rig:
        where = target(rig, SICK)
        await send(rig, SICK, "before")
        await publish(rig.config, where, "zstd", bytes(LIMIT + 1))
        await send(rig, SICK, "after")
        # A letter of cloudtag's is never so large; whoever may write to the topic may send anything.
        await publish(rig.config, (rig.config.topic("dead-letters"), 0), "zstd", bytes(LIMIT + 1))
        place = f"{where[0]}/{where[1]}@1 cannot be read: batch_too_large"
        told = await asked(rig, "tail", "abuses", "--until-end", "--json")
        assert (told.returncode, told.stdout.count("\n")) == (0, 2), told
        assert place in told.stderr
        assert "1 could not be read" in told.stderr
        told = await asked(rig, "doctor", "--json")
        assert "Traceback" not in told.stderr
        assert f"packed with zstd, which this installation cannot read: it unpacks to more than {LIMIT}" in told.stdout
        assert "a worker passes over such a batch" in told.stdout
        listed = await asked(rig, "dead-letters", "list")
        assert listed.returncode == 0, listed
        assert "0 dead letters" in listed.stdout


async def asked(rig: Rig, *words: str) -> subprocess.CompletedProcess[str]:
    """What the command line says of an installation."""
    command = [sys.executable, "-m", "cloudtag.cli", *words]
    environ = {**os.environ, **rig.environ}
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=120, check=False, env=environ
    )
