"""Dead letters are sent again once each, wherever a replay is killed and however many are begun."""

import asyncio
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from cloudtag.config import Config
from tests.cli.conftest import Run
from tests.cli.test_kafka_commands import bury, config, held, letter

__all__ = ["config"]


class Killed(BaseException):
    """As if the process were gone: nothing that follows is carried out."""


SENT = [0, 2, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 3, 4))]
"""After how many records it is killed; each takes half a minute, for nobody takes over at once."""


@pytest.mark.parametrize("sent", SENT, ids=lambda n: f"after {n} records")
def test_a_replay_that_is_killed_in_its_middle_and_run_again_sends_each_once(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    """Wherever it is killed: after the intents, after some of the records, after all of them and before the marks."""
    values = [b"\x00\x00\x00\x00\x07" + bytes([n]) for n in range(4)]
    bury(config, [letter(config, 10 + n, value, "unknown_schema") for n, value in enumerate(values)])
    send, counts = AIOKafkaProducer.send, Counter[str]()

    async def until_killed(producer: AIOKafkaProducer, topic: str, *args: Any, **kwargs: Any) -> Any:
        if topic == config.topic("orders") and counts[topic] == sent:
            raise Killed
        if counts[config.topic("orders")] == len(values) == sent:
            raise Killed
        counts[topic] += 1
        written = await send(producer, topic, *args, **kwargs)
        if topic == config.topic("orders"):
            await asyncio.wait([written])  # what was sent before the end is on the broker
        return written

    with monkeypatch.context() as patched:
        patched.setattr(AIOKafkaProducer, "send", until_killed)
        with pytest.raises(Killed):
            run("dead-letters", "replay")
    assert len(held(config, "orders")) == sent
    again = run("dead-letters", "replay")
    assert f"{len(values) - sent} sent again, {sent} not" in again.err
    assert [record.value for record in held(config, "orders")] == values
    assert "0 sent again, 4 not" in run("dead-letters", "replay").err
    assert len(held(config, "orders")) == len(values)


def test_of_two_replays_at_once_one_goes_on(config: Config) -> None:
    values = [b"\x00\x00\x00\x00\x07" + n.to_bytes(2) for n in range(1500)]
    bury(config, [letter(config, 10 + n, value, "unknown_schema") for n, value in enumerate(values)])
    command = [sys.executable, "-m", "cloudtag.cli", "dead-letters", "replay"]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate(timeout=240)[1].decode() for process in both]
    codes = sorted(process.returncode for process in both)
    # Where the first is through before the second has its turn, both are: the second sends nothing.
    assert codes in ([0, 0], [0, 1]), told
    assert codes == [0, 0] or any("another replay" in text for text in told)
    assert sorted(record.value for record in held(config, "orders")) == values
