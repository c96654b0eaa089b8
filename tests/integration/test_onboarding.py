"""A new installation: history is loaded, workers start, live events follow. All of it says what one replay says."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from cloudtag.cli import main
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.times import rfc3339
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from cloudtag.wire import encode_json
from tests.engine.standing import of_type, standing
from tests.integration.installation import Installation


def published(installation: Installation) -> list[Struct]:
    return [record for record in installation.watch.records if hasattr(record, "revision")]


async def test_history_and_then_live_events_are_judged_as_one_and_told_apart(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = list(simulate(Profile(events=6_000, seed=5)).events())
    until_ms = max(event.occurred_at for event in events) + 5 * DAY_MS
    found = of_type((record for _, record in judge(list(events), until_ms, shipped())), Alert)
    live_ms = sorted(alert.decided_at for alert in found)[len(found) // 2]
    said = standing(record for _, record in judge(list(events), until_ms, shipped(), live_ms))
    marks = {alert.historical for alert in of_type(said.values(), Alert)}
    assert marks == {True, False}, "the week has alerts on both sides"
    file = tmp_path / "history.jsonl"
    # The export reaches past the moment: what is live already comes from the producers as well.
    file.write_bytes(b"\n".join(msgspec.json.encode(encode_json(STREAM_OF[type(e)], e)) for e in events))
    async with Installation(broker, tmp_path, live_since=rfc3339(live_ms)) as place:
        for name, value in place.environ.items():
            monkeypatch.setenv(name, value)
        assert await asyncio.to_thread(main, ["backfill", str(file), "--checkpoint", str(tmp_path / "c")]) == 0
        place.start("worker")
        await place.settled()
        assert all(record.historical is True for record in published(place))  # type: ignore[attr-defined]
        await place.send(event for event in events if event.occurred_at >= live_ms)
        await place.settled()
        # Once more, from nothing and behind what is live: repeats change nothing.
        told = len(published(place))
        assert await asyncio.to_thread(main, ["backfill", str(file)]) == 1, "live events are there"
        assert await asyncio.to_thread(main, ["backfill", str(file), "--behind-live"]) == 0
        await place.settled()
        assert len(published(place)) == told
        await place.pass_time(until_ms)
        await place.settled()
        assert standing(published(place)) == said
