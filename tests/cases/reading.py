"""Cases as they lie in `tests/data/cases`, and what the engine makes of one."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.standing import latest
from cloudtag.contract.streams import STREAM_OF
from cloudtag.replay.driver import replay
from cloudtag.wire import encode_json
from tests.cases.matching import Match, Record, first, id_of

_FOLDER = Path(__file__).parents[1] / "data" / "cases"
Raw = dict[str, Any]
"""An event in the replay form."""


class Case(Struct, frozen=True):
    """A situation; `README.md` beside the files says what its fields mean."""

    rule: str
    why: str
    platform: str
    events: list[Raw]
    until: str | None
    must: list[Match]
    must_not: list[Match]


class _Kind(Struct, frozen=True):
    kind: str
    cases: dict[str, Case]


@cache
def cases() -> dict[str, Case]:
    """All cases, by name."""
    found: dict[str, Case] = {}
    for path in sorted(_FOLDER.glob("*.json")):
        for name, case in msgspec.json.decode(path.read_bytes(), type=_Kind).cases.items():
            assert name not in found, name
            found[name] = case
    return found


def lines_of(case: Case) -> list[bytes]:
    """A case's events as lines in the replay form, with the ids of outputs put in."""
    known = list[Raw]()
    for event in sorted(_written_out(case), key=_names_an_output):
        known.append(event | {name: _id_by(known, event, match) for name, match in _asked(event)})
    return [msgspec.json.encode(event) for event in known]


def records_of(published: Iterable[tuple[str, Any]]) -> list[Record]:
    """What stands last of what was published, and every dead letter, in the replay form."""
    told = list(published)
    final = [(STREAM_OF[type(record)], record) for record in latest(record for _, record in told).values()]
    letters = [(stream, record) for stream, record in told if stream == "dead-letters"]
    return [msgspec.to_builtins(encode_json(*each)) for each in (*final, *letters)]


def milliseconds(time: str | None) -> int | None:
    """A time in milliseconds since the epoch."""
    return None if time is None else round(datetime.fromisoformat(time).timestamp() * 1000)


def _written_out(case: Case) -> Iterator[Raw]:
    """The events in full."""
    for place, event in enumerate(case.events):
        whole = {"event_id": f"e{place:04d}", "platform": case.platform, **event}
        if event["stream"] == "orders":
            whole.setdefault("currency", "CNY")
        until = whole.pop("hourly_until", None)
        yield from (whole,) if until is None else _hourly(whole, datetime.fromisoformat(until))


def _hourly(scan: Raw, until: datetime) -> Iterator[Raw]:
    """Such a scan of another parcel every hour: a courier at work."""
    begun, count = datetime.fromisoformat(scan["occurred_at"]), 0
    while (at := begun + timedelta(hours=count)) <= until:
        own = {name: f"{scan[name]}-{count}" for name in ("event_id", "waybill_no")}
        yield {**scan, **own, "occurred_at": at.isoformat()}
        count += 1


def _asked(event: Raw) -> list[tuple[str, Match]]:
    return [(name, value["id_of"]) for name, value in event.items() if isinstance(value, dict) and "id_of" in value]


def _names_an_output(event: Raw) -> tuple[bool, str]:
    """Those last that need what the others bring about, in order of time."""
    return bool(_asked(event)), event["occurred_at"]


def _id_by(known: list[Raw], event: Raw, match: Match) -> str:
    """The id of the output that the events up to this one bring about."""
    now_ms = milliseconds(event["occurred_at"])
    assert now_ms is not None
    before = [one for one in known if (milliseconds(one["occurred_at"]) or 0) <= now_ms]
    found = first(records_of(replay([msgspec.json.encode(one) for one in before], now_ms)), match)
    assert found is not None, f"nothing is there yet that {event['event_id']} could be about"
    return id_of(found)
