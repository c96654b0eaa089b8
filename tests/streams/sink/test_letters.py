"""Dead letters of several partitions go out at a time, through one client, which is closed in the end."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from streams.sink import dead_letters
from streams.sink.dead_letters import DeadLetterProducer
from tests.streams.sink.log import Log
from tests.warehouse.test_erasure import letter


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """All that were made."""
    made: list[Any] = []

    def counted(**options: Any) -> Any:
        made.append(AIOKafkaProducer(**options))
        return made[-1]

    monkeypatch.setattr(dead_letters, "AIOKafkaProducer", counted)
    return made


async def test_those_who_begin_together_share_a_client(one_bootstrap: str, clients: list[Any]) -> None:
    log = Log(one_bootstrap)
    await log.create()
    letters = DeadLetterProducer(log.bootstrap, f"{log.prefix}dead-letters", {})
    await asyncio.gather(*(letters.send([letter(number, None, b"x")]) for number in range(5)))
    await letters.stop()
    assert [client._closed for client in clients] == [True]
    await log.read_up_to("dead-letters")
    assert sum(log.ends.values()) == 5


async def test_a_client_that_finds_no_broker_is_closed_and_the_next_try_has_another(clients: list[Any]) -> None:
    letters = DeadLetterProducer("127.0.0.1:1", "dead-letters", {"request_timeout_ms": 500})
    for _ in range(2):
        with pytest.raises(KafkaConnectionError):
            await letters.send([letter(1, None, b"x")])
    await letters.stop()
    assert [client._closed for client in clients] == [True, True]
