"""Workers of an older release are replaced one by one, and back: nothing is lost, doubled or told otherwise."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from cloudtag.cli.lines import read_events
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import STREAM_OF
from cloudtag.wire.replay_form import encode_json
from streams.health.watchdog import OTHER_PROTOCOL
from tests.engine.standing import latest
from tests.integration.installation import Installation
from tests.integration.older_release import (
    COMMIT,
    OTHER_PROTOCOL_COMMIT,
    Line,
    Stands,
    environ,
    origins,
    replayed,
    stands,
    unpack,
)

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.long]
EVENTS, SEED = 6_000, 7
UNTIL, UNTIL_MS = "2025-03-20T00:00:00Z", 1_742_428_800_000
MOST_DIFFERENT = 0.15
"""Of what stands, the releases may say so much differently: rules are mended, and which orders an alert names."""


@dataclass
class Releases:
    """The older release and this one, a week, and what stands by the replay of each."""

    older: dict[str, str]
    week: Path
    then: Stands
    now: Stands

    @property
    def agreed(self) -> set[tuple[str, str]]:
        """What both say."""
        return {key for key in self.then.keys() & self.now.keys() if self.then[key] == self.now[key]}


@pytest.fixture
def releases(request: pytest.FixtureRequest, tmp_path: Path) -> Releases:
    unpack(request.param, directory := tmp_path / "older")
    older, week = environ(directory), tmp_path / "week.jsonl"
    assert all(Path(place).is_relative_to(directory) for place in origins(older))
    command = [sys.executable, "-m", "cloudtag.cli", "simulate", "--events", str(EVENTS), "--seed", str(SEED)]
    subprocess.run([*command, "-o", str(week)], check=True, capture_output=True)
    found = Releases(older, week, replayed(week, UNTIL, older), replayed(week, UNTIL, {}))
    assert len(found.agreed) > (1 - MOST_DIFFERENT) * len(found.now) > 100
    return found


@pytest.mark.parametrize("releases", [COMMIT], indirect=True)
async def test_workers_are_replaced_one_by_one_and_back(
    kafka_bootstrap: str, tmp_path: Path, releases: Releases
) -> None:
    events, _ = read_events([releases.week])
    cuts = [len(events) * part // 6 for part in range(7)]
    sixths = (events[begin:end] for begin, end in pairwise(cuts))
    async with Installation(kafka_bootstrap, tmp_path) as place:

        async def send_a_sixth() -> None:
            seen = place.watch.counts["parcel-reports"]
            await place.send(next(sixths))
            await place.until(lambda: place.watch.counts["parcel-reports"] > seen + 10, "it goes on")

        first, second = (place.start("worker", **releases.older) for _ in range(2))
        await send_a_sixth()
        place.stop(first)
        third = place.start("worker")
        await send_a_sixth()
        place.kill(second)
        place.start("worker")
        await send_a_sixth()
        place.stop(third)
        back = place.start("worker", **releases.older)
        await send_a_sixth()
        place.kill(back)
        place.start("worker")
        await send_a_sixth()
        await send_a_sixth()
        await place.settled()
        await place.pass_time(UNTIL_MS)
        await place.settled()
        published = stands(_lines(place))
    check(published, releases)


@pytest.mark.parametrize("releases", [OTHER_PROTOCOL_COMMIT], indirect=True)
async def test_one_of_another_owner_protocol_is_refused_until_those_before_are_stopped(
    kafka_bootstrap: str, tmp_path: Path, releases: Releases
) -> None:
    events, _ = read_events([releases.week])
    half = len(events) // 2
    async with Installation(kafka_bootstrap, tmp_path) as place:
        older = place.start("worker", **releases.older)
        await place.send(events[:half])
        await place.until(lambda: place.watch.counts["parcel-reports"] > 10, "the older one judges")
        refused = place.start("worker")
        place.gone.append(refused)
        await place.until(lambda: not refused.is_running, "the newer one is refused")
        assert f"Ending the worker: {OTHER_PROTOCOL}" in refused.log.read_text()
        await place.settled()
        place.stop(older)
        place.start("worker")
        await place.send(events[half:])
        await place.settled()
        await place.pass_time(UNTIL_MS)
        await place.settled()
        published = stands(_lines(place))
    check(published, releases)


def check(published: Stands, releases: Releases) -> None:
    """What both releases say stands as they say; what they say differently, as one of them does; and nothing else."""
    then, now, agreed = releases.then, releases.now, releases.agreed
    assert {key: published.get(key) for key in agreed} == {key: now[key] for key in agreed}
    others = (then.keys() | now.keys() | published.keys()) - agreed
    assert [key for key in others if published.get(key) not in (then.get(key), now.get(key))] == []


def _lines(place: Installation) -> Iterator[Line]:
    # One id and revision says one thing, whichever release said it.
    for record in latest(record for record in place.watch.records if hasattr(record, "revision")).values():
        if not isinstance(record, DeadLetter):
            yield json.loads(json.dumps(encode_json(STREAM_OF[type(record)], record)))
