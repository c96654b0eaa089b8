"""Events under one id: repeats, which change nothing, and different events, of which only one is judged."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cloudtag.doctor.diagnosis import Diagnosis, graded, share
from cloudtag.doctor.limits import LOOKS_LIKE, REPEATS
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, ReadRecord


def event_id(topic: InputTopic, _: Look) -> Iterator[Diagnosis]:
    """Ids with different contents, the share of repeats, or that every id is its event's own."""
    by_id: dict[str, list[ReadRecord]] = {}
    for reading in topic.values:
        name = (reading.fields or {}).get("event_id")
        if isinstance(name, str) and reading.reason is None:
            by_id.setdefault(name, []).append(reading)
    total = sum(map(len, by_id.values()))
    versions = {name: len(contents(readings)) for name, readings in by_id.items()}
    conflicts = [by_id[name] for name, count in versions.items() if count > 1]
    repeats = total - sum(versions.values())
    if conflicts:
        count = sum(map(len, conflicts))
        yield Diagnosis(
            check="event_id",
            severity=graded(count, total),
            topic=topic.name,
            text=f"{share(count, total)} share an event_id with a different event, so that only one of them counts"
            f"{_hint(conflicts)}; for example {conflicts[0][0].place} and {_other(conflicts[0]).place}",
            advice="give every event an id of its own, the same only when the same event is sent again",
            figures={"ids": len(conflicts), "records": count, "sampled": total},
        )
    if repeats:
        is_much = repeats >= REPEATS * total
        yield Diagnosis(
            check="event_id",
            severity="warn" if is_much else "ok",
            topic=topic.name,
            text=f"{share(repeats, total)} are repeats of another one",
            advice="repeats change nothing but cost as much as events: see why the producer sends so many twice"
            if is_much
            else None,
            figures={"records": repeats, "sampled": total},
        )
    elif total and not conflicts:
        yield Diagnosis(check="event_id", severity="ok", topic=topic.name, text="no event_id stands twice")


def contents(readings: Iterable[ReadRecord]) -> set[bytes]:
    """The different contents of some records."""
    return {msgspec.msgpack.encode(reading.fields) for reading in readings}


def _other(readings: Sequence[ReadRecord]) -> ReadRecord:
    return next(reading for reading in readings if reading.fields != readings[0].fields)


def _hint(conflicts: Sequence[Sequence[ReadRecord]]) -> str:
    """Which field the producer takes the id from, if it is one of the record's own."""
    same: Counter[str] = Counter()
    for readings in conflicts:
        fields = readings[0].fields or {}
        same.update(name for name, value in fields.items() if name != "event_id" and value == fields["event_id"])
    name, count = max(same.items(), key=lambda item: item[1], default=("", 0))
    return f" (event_id is {name})" if name and count >= LOOKS_LIKE * len(conflicts) else ""
