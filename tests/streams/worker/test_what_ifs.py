"""Questions are answered again after whatever went wrong while the broker was away; one that is too long is refused."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cloudtag.config import Config
from cloudtag.contract.what_ifs import MOST_EVENTS, NOT_HERE, TOO_MANY_EVENTS, WhatIfAsked
from cloudtag.detection.example import day, event
from cloudtag.local.broker import Tansu
from cloudtag.wire import Codec
from streams.kafka.topics import create
from streams.worker import what_ifs
from streams.worker.what_ifs import WhatIfAnswers
from tests.detectors.judged import events_of


class Failing:
    """Tasks: one that can be asked, until the broker is stopped under whoever looks at them."""

    def __init__(self, broker: Tansu) -> None:
        self._broker = broker
        self.looks = 0

    def __iter__(self) -> Iterator[Any]:
        self.looks += 1
        if self.looks == 2:
            self._broker.stop()
        if self.looks == 4:
            # By now the client knows that the broker is away.
            raise RuntimeError("whatever may be wrong")
        return iter([SimpleNamespace(partition=0, is_paused=False)])


async def test_who_fails_while_the_broker_is_away_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_ifs, "AGAIN_SECONDS", 0.01)
    with Tansu() as broker:
        config = Config(brokers=broker.bootstrap, partitions=1)
        await create(config)
        tasks: Any = Failing(broker)
        stopped = asyncio.Event()

        async def stop(client: Any) -> None:
            await real(client)
            stopped.set()

        real = what_ifs._stop
        monkeypatch.setattr(what_ifs, "_stop", stop)
        answers = asyncio.ensure_future(WhatIfAnswers(config, {"buyers": tasks}, Codec(), None).run())  # type: ignore[arg-type]
        async with asyncio.timeout(60):
            await stopped.wait()
        assert tasks.looks == 4
        assert not answers.done()
        answers.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answers


@pytest.mark.parametrize(("count", "obstacle"), [(MOST_EVENTS, NOT_HERE), (MOST_EVENTS + 1, TOO_MANY_EVENTS)])
async def test_of_a_question_nothing_is_left_out(count: int, obstacle: str) -> None:
    """One with more events than are taken is not answered as if it had fewer."""
    [said] = events_of([event("verdicts", day(0), alert_id="a", buyer_id="b1", verdict="normal")])
    codec = Codec()
    asked = WhatIfAsked("q", 0, (("verdicts", codec.encode("verdicts", said)),) * count)
    answers = WhatIfAnswers(Config(partitions=1), {"buyers": {}}, codec, None)  # type: ignore[arg-type, dict-item]
    assert (await answers._answer(0, asked)).obstacle == obstacle
