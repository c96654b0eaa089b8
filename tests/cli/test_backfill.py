"""`cloudtag backfill`: what is sent, in which order, what is left to the producers, refused, resumed."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudtag.backfill.checkpoint import Checkpoint
from cloudtag.backfill.ordered import HistoryRecord
from cloudtag.cli.backfill_sending import send_history
from cloudtag.cli.kafka import read_to_end, sender
from cloudtag.config import Config
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.times import millis
from cloudtag.wire import decode, encode
from streams.kafka import topics
from tests.cli.conftest import Run

LIVE = "2026-03-02T00:00:00Z"
LIVE_MS = millis(LIVE)
HOUR_MS = 3_600_000


def order(number: int, at_ms: int, **fields: Any) -> dict[str, Any]:
    return {
        "stream": "orders", "event_id": f"e{number}", "occurred_at": at_ms, "platform": "jd", "order_id": f"o{number}",
        "buyer_id": f"b{number % 5}", "shop_id": "s", "status": "placed", **fields,
    }  # fmt: skip


def scan(number: int, at_ms: int) -> dict[str, Any]:
    return {
        "stream": "logistics", "event_id": f"p{number}", "occurred_at": at_ms, "platform": "jd", "carrier": "sf",
        "waybill_no": f"sf-{number} 0", "scan": "accepted",
    }  # fmt: skip


def written(path: Path, events: list[dict[str, Any]], *more: str) -> Path:
    path.write_text("\n".join([*map(json.dumps, events), *more]))
    return path


PAST = [order(n, LIVE_MS - n * HOUR_MS) for n in range(1, 20)]


@pytest.fixture
def config(broker: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation of its own on the broker, with its topics, that goes live at a moment."""
    return installed(broker, monkeypatch)


def installed(broker: str, monkeypatch: pytest.MonkeyPatch, partitions: int = 1) -> Config:
    monkeypatch.setenv("KAFKA", broker)
    monkeypatch.setenv("CLOUDTAG_TOPIC_PREFIX", f"fill-{uuid.uuid4().hex[:6]}-")
    monkeypatch.setenv("CLOUDTAG_PARTITIONS", str(partitions))
    monkeypatch.setenv("CLOUDTAG_LIVE_SINCE", LIVE)
    made = Config.read()
    asyncio.run(topics.create(made))
    return made


def held(config: Config, *streams: str) -> list[Any]:
    async def read() -> list[Any]:
        return [record async for record in read_to_end(config, [config.topic(stream) for stream in streams])]

    return asyncio.run(read())


def ids(config: Config, stream: str = "orders") -> list[str]:
    return [decode(stream, record.value).event_id for record in held(config, stream)]  # type: ignore[attr-defined]


def test_a_dry_run_says_what_there_is_and_what_is_blind_and_sends_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA", "127.0.0.1:1")
    filled = [order(n, LIVE_MS - n * HOUR_MS) for n in range(1, 202)]
    done = run("backfill", written(tmp_path / "f", filled), "--dry-run", "--live-since", LIVE)
    assert done.code == 0, done.err
    assert done.lines[0] == "201 events from 2026-02-21T15:00:00Z to 2026-03-01T23:00:00Z"
    assert "201  orders" in done.out
    assert "reaches back 8 days before going live; detectors look back up to 180" in done.out
    assert "ends 1 h before going live" in done.out
    assert "no refunds: blind: affiliate_abuse, " in done.out
    assert "no accounts" not in done.out, "no detector rests on them"
    assert "orders.parcels is never filled: weaker: light_return, outbound_waybill_as_return, " in done.out


def test_enough_history_up_to_the_end_is_not_complained_of(run: Run, tmp_path: Path) -> None:
    day = 24 * HOUR_MS
    near, far = order(1, LIVE_MS - HOUR_MS + 1), order(2, LIVE_MS - 180 * day)
    said = run("backfill", written(tmp_path / "f", [near, far]), "--dry-run", "--live-since", LIVE).out
    assert "reaches back" not in said
    assert "before going live" not in said
    far["occurred_at"] += 1
    said = run("backfill", written(tmp_path / "f", [near, far]), "--dry-run", "--live-since", LIVE).out
    assert "reaches back 179 days" in said


def test_the_moment_itself_is_live_and_the_millisecond_before_is_past(run: Run, tmp_path: Path) -> None:
    events = [order(1, LIVE_MS - 1), order(2, LIVE_MS), order(3, LIVE_MS + 1)]
    said = run("backfill", written(tmp_path / "f", events), "--dry-run", "--live-since", LIVE).out
    assert said.startswith("1 events from 2026-03-01T23:59:59.999Z")
    assert f"2 from {LIVE} on are left to the producers" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("FILE",), "Set CLOUDTAG_LIVE_SINCE="),
        (("--live-since", LIVE), "give files, or the topics to copy"),
        (("FILE", "--from-prefix", "old-", "--live-since", LIVE), "give files, or the topics to copy"),
        (("--from-prefix", "", "--live-since", LIVE), "the installation's own"),
        (("FILE", "--live-since", "soon"), "not a time"),
        (("FILE", "--stream", "order", "--live-since", LIVE), "no input stream"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    file = written(tmp_path / "f", PAST)
    refused = run("backfill", *(file if word == "FILE" else word for word in arguments))
    assert (refused.code, refused.out) == (2, "")
    assert told in refused.err


def test_files_are_sent_as_one_in_order_of_event_time_keyed_and_once(run: Run, config: Config, tmp_path: Path) -> None:
    live = [order(100, LIVE_MS), scan(100, LIVE_MS + 5)]
    one = written(tmp_path / "one", [*PAST[::2], live[0], scan(1, LIVE_MS - 7)], "{", "")
    two = written(tmp_path / "two", [*PAST[1::2], live[1], *PAST[:3]])
    done = run("backfill", one, two, "--rate", 1000)
    assert done.code == 1, "a line was refused"
    assert "20 events sent, 3 repeats left out, 1 refused (1 not_json), 2 left to the producers" in done.err
    assert f"workers must run with CLOUDTAG_LIVE_SINCE={LIVE}" in done.err
    assert ids(config) == [f"e{n}" for n in range(19, 0, -1)]
    (parcel,) = held(config, "logistics")
    assert (parcel.key, decode("logistics", parcel.value).waybill_no) == (b"SF10", "sf-1 0")  # type: ignore[attr-defined]
    moved = {record.topic: record for record in held(config, *map(topics.watermarks, config.processors))}
    assert len(moved) == len(config.processors)
    assert all(
        decode(name.removeprefix(config.topic_prefix), record.value).occurred_at == LIVE_MS  # type: ignore[attr-defined]
        for name, record in moved.items()
    )


def test_a_finished_load_with_its_checkpoint_sends_nothing_again(run: Run, config: Config, tmp_path: Path) -> None:
    file, checkpoint = written(tmp_path / "f", PAST), tmp_path / "checkpoint"
    assert "19 events sent" in run("backfill", file, "--checkpoint", checkpoint).err
    again = run("backfill", file, "--checkpoint", checkpoint)
    assert again.code == 0
    assert "going on after 19 events" in again.err
    assert "0 events sent" in again.err
    other = run("backfill", written(tmp_path / "g", PAST[1:]), "--checkpoint", checkpoint)
    assert other.code == 1
    assert "not the one that was begun" in other.err
    assert len(ids(config)) == 19


def test_a_checkpoint_of_one_installation_is_refused_by_another(
    run: Run, broker: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, checkpoint = written(tmp_path / "f", PAST), tmp_path / "checkpoint"
    installed(broker, monkeypatch)
    assert run("backfill", file, "--checkpoint", checkpoint).code == 0
    other = installed(broker, monkeypatch)
    refused = run("backfill", file, "--checkpoint", checkpoint)
    assert refused.code == 1
    assert "another installation" in refused.err
    assert ids(other) == []


def records_of(events: list[dict[str, Any]]) -> list[HistoryRecord]:
    made = [OrderChanged(**{k: v for k, v in each.items() if k != "stream"}) for each in events]
    found = [HistoryRecord(e.occurred_at, "orders", e.event_id, e.buyer_id, encode("orders", e)) for e in made]
    return sorted(found)


class SourceBrokeError(Exception):
    """The source gave no more."""


def broken_after(records: list[HistoryRecord], count: int) -> Iterator[HistoryRecord]:
    yield from records[:count]
    raise SourceBrokeError


def test_a_load_that_was_cut_off_goes_on_where_the_broker_had_it(config: Config, tmp_path: Path) -> None:
    """Chunks of five: after twelve records the broker has ten, and the file says so."""
    records, path = records_of(PAST), tmp_path / "checkpoint"

    async def load(history: Any) -> Checkpoint:
        async with sender(config) as out:
            return await send_history(out, history, Checkpoint.read(path, "here", LIVE_MS), path, rate=5)

    with pytest.raises(SourceBrokeError):
        asyncio.run(load(broken_after(records, 12)))
    assert Checkpoint.read(path, "here", LIVE_MS).sent == 10
    assert asyncio.run(load(records)).sent == 19
    assert ids(config) == [record.event_id for record in records]


@pytest.mark.parametrize(("offset_ms", "code"), [(0, 1), (-1, 0)])
def test_live_events_in_the_topics_stop_it_and_older_ones_do_not(
    run: Run, config: Config, tmp_path: Path, offset_ms: int, code: int
) -> None:
    assert run("produce", written(tmp_path / "live", [order(500, LIVE_MS + offset_ms)])).code == 0
    done = run("backfill", written(tmp_path / "f", PAST))
    assert done.code == code, done.err
    assert ("holds live events already" in done.err) == (code == 1)
    assert len(ids(config)) == 1 + (0 if code else 19)
    assert run("backfill", tmp_path / "f", "--behind-live").code == 0


def test_master_data_may_be_there_already(run: Run, config: Config, tmp_path: Path) -> None:
    shop = {"stream": "shops", "event_id": "d1", "occurred_at": LIVE_MS, "platform": "jd", "shop_id": "s"}
    assert run("produce", written(tmp_path / "live", [shop])).code == 0
    assert run("backfill", written(tmp_path / "f", PAST)).code == 0


def test_topics_under_another_prefix_are_copied_in_order(
    run: Run, broker: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = installed(broker, monkeypatch, partitions=3)
    # As producers sent them: each partition in an order of its own, another key, and a record that is none.
    events = [*PAST[::-2], *PAST[::2][:5], order(200, LIVE_MS + 1)]
    assert run("produce", written(tmp_path / "f", events)).code == 0

    async def spoil() -> None:
        from streams.kafka.producer import OutRecord

        async with sender(old) as out:
            await out.put((old.topic("orders"), 0), OutRecord(b"k", b"\xc3\x01nonsense"))

    asyncio.run(spoil())
    new = installed(broker, monkeypatch)
    done = run("backfill", "--from-prefix", old.topic_prefix)
    assert done.code == 1
    assert f"{old.topic('orders')}/0@" in done.err
    times = [decode("orders", record.value).occurred_at for record in held(new, "orders")]  # type: ignore[attr-defined]
    assert times == sorted({event["occurred_at"] for event in events if event["occurred_at"] < LIVE_MS})
    assert "1 left to the producers" in done.err
