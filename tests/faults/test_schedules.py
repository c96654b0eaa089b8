"""Several faults at once, drawn by a seed: nothing is lost, extra, wrong or conflicting, up to the tables.

A schedule that fails is told in words that play it again, and with as few faults as still make it fail:
`python -m tests.faults --schedule "…"`.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.faults.__main__ import servers, told
from tests.faults.play import play
from tests.faults.schedule import Schedule, draw
from tests.faults.shrink import shrink
from tests.faults.system import Servers
from tests.faults.taken_out import FIXES
from tests.servers.brokers import need_kafka

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1_200)]
SEEDS = 40
OFTEN = (16, 34)
"""Played in every run: one with each store, on the embedded broker."""
TRIES = 4
"""So often a failing one is played again, each time with a fault less."""


class Places:
    """The servers of each kind, started when they are first needed and struck by one schedule after the other."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self._stack, self._directory, self._known = stack, directory, dict[str, Servers]()

    def __getitem__(self, broker: str) -> Servers:
        if broker not in self._known:
            if broker == "kafka":
                need_kafka()
            self._known[broker] = self._stack.enter_context(servers(broker, self._directory / broker))
        return self._known[broker]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(stack, tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    "schedule",
    [
        pytest.param(
            draw(seed),
            id=str(seed),
            marks=[pytest.mark.long] * (seed not in OFTEN) + [pytest.mark.kafka] * (draw(seed).broker == "kafka"),
        )
        for seed in range(SEEDS)
    ],
)
async def test_several_faults_at_once_change_nothing(places: Places, tmp_path: Path, schedule: Schedule) -> None:
    on = places[schedule.broker]
    played = await play(schedule, on, tmp_path / "first")
    assert played.struck, "nothing came to strike"
    if played.is_well:
        return
    numbers = count()

    async def fails(less: Schedule) -> bool:
        return not (await play(less, on, tmp_path / f"less{next(numbers)}")).is_well

    least = await shrink(schedule, fails, TRIES)
    pytest.fail(f'{told(played)}\nplay it again: python -m tests.faults --schedule "{least}"')


@pytest.mark.long
@pytest.mark.parametrize("name", FIXES)
async def test_a_schedule_notices_when_a_fix_is_taken_out(places: Places, tmp_path: Path, name: str) -> None:
    schedule = FIXES[name].schedule
    assert (await play(schedule, places[schedule.broker], tmp_path / "with")).is_well
    assert not (await play(schedule, places[schedule.broker], tmp_path / "without", name)).is_well
