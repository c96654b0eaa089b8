"""The examples of the README run as they stand there; only the broker's address is that of the test."""

import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cloudtag.contract.events import Event, OrderChanged, ParcelScanned, RefundChanged
from cloudtag.contract.records import SEVERITIES, DeadLetter
from cloudtag.local.probe import free_port
from cloudtag.wire import decode
from tests.integration.installation import Installation
from tests.servers.brokers import tansu

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ADDRESS = "localhost:9092"
PATIENCE_SECONDS = 120


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def example(word: str, broker: str) -> list[str]:
    """The command that runs the one Python example in which a word occurs."""
    (text,) = [block for block in blocks("python") if word in block]
    assert text.count(ADDRESS) == 1
    return [sys.executable, "-u", "-W", "error", "-c", text.replace(ADDRESS, broker)]


def abuse(n: int) -> list[Event]:
    """A buyer who signed for a parcel and says that it never came."""
    hour_ms = 3_600_000
    now_ms = time.time_ns() // 1_000_000
    ids = (f"o{n}", f"b{n}", "s1")
    return [
        OrderChanged(f"{n}-1", now_ms - 72 * hour_ms, "taobao", *ids, "placed"),
        OrderChanged(f"{n}-2", now_ms - 48 * hour_ms, "taobao", *ids, "shipped", waybill_no=f"W{n}"),
        ParcelScanned(f"{n}-3", now_ms - 24 * hour_ms, "taobao", "sf", f"W{n}", scan="signed", signer="recipient"),
        RefundChanged(f"{n}-4", now_ms - hour_ms, "taobao", f"r{n}", *ids, "opened", "refund_only", "not_received"),
    ]


async def test_what_the_examples_publish_is_judged_and_what_is_published_reaches_them(tmp_path: Path) -> None:
    with tansu() as broker:
        async with Installation(broker, tmp_path, topic_prefix="") as place:
            place.start("worker")
            await asyncio.to_thread(subprocess.run, example("AIOKafkaProducer", broker), check=True)
            await place.settled()
            assert [record for record in place.watch.records if isinstance(record, DeadLetter)] == []
            (published,) = await events_of(place, "refunds")
            assert (published.event_id, published.waybill_no) == ("event-1", "SF123")
            status, severity = await first_words(place, example("AIOKafkaConsumer", broker))
            assert status == "open"
            assert severity in SEVERITIES


async def first_words(place: Installation, command: list[str]) -> list[str]:
    """What a subscriber prints first. It begins with what is published once it has joined: publish until then."""
    subscriber = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert subscriber.stdout is not None
    try:
        printed = asyncio.ensure_future(subscriber.stdout.readline())
        async with asyncio.timeout(PATIENCE_SECONDS):
            for n in count():
                await place.send(abuse(n))
                done, _ = await asyncio.wait([printed], timeout=1.0)
                if done:
                    return printed.result().decode().split()[:2]
        raise AssertionError
    finally:
        subscriber.kill()
        await subscriber.wait()


async def events_of(place: Installation, stream: str) -> list[Any]:
    from cloudtag.cli.kafka import read_to_end

    return [decode(stream, record.value) async for record in read_to_end(place.config, [place.config.topic(stream)])]


@pytest.mark.parametrize("word", ["cloudtag simulate"])
def test_the_commands_for_files_run_as_they_stand(word: str, tmp_path: Path) -> None:
    (text,) = [block for block in blocks("sh") if word in block]
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-ec", text], cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert b'"stream":"alerts"' in done.stdout


async def test_the_decision_is_asked_for_as_it_stands_there(one_bootstrap: str, tmp_path: Path) -> None:
    (text,) = [block for block in blocks("sh") if "/v1/decisions" in block]
    assert text.count("localhost:8090") == 1
    tokens, port = tmp_path / "tokens.toml", free_port()
    tokens.write_text(f'[desk]\nsha256 = "{hashlib.sha256(b"secret").hexdigest()}"\nrole = "platform"\n')
    async with Installation(one_bootstrap, tmp_path, tokens_file=str(tokens)) as place:
        place.start("decide", "--port", str(port))
        asked = text.replace("localhost:8090", f"localhost:{port}")
        for _ in range(PATIENCE_SECONDS * 10):
            told = await asyncio.to_thread(
                subprocess.run,
                ["sh", "-c", asked],
                capture_output=True,
                env={**os.environ, "TOKEN": "secret"},
                check=False,
            )
            if told.stdout:
                break
            place.check()
            await asyncio.sleep(0.1)
        assert json.loads(told.stdout)["answer"] in ("grant", "review")
