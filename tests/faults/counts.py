"""What is lost, extra, wrong or conflicting: of the topics against replay, and of the tables against the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from cloudtag.contract.records import Alert, Consequence, DeadLetter, Label, TagConfirmation, TagStatus
from cloudtag.contract.standing import record_id, record_key
from cloudtag.contract.streams import STREAM_OF
from tests.engine.standing import Final, Published, latest, of_type, standing

Ask = Callable[[str], list[tuple[Any, ...]]]
"""A query's answer."""

HISTORIES: dict[type[Published], tuple[str, str, str]] = {
    Alert: ("alerts_history", "alert_id", "status"),
    TagStatus: ("tag_statuses_history", "tag_id", "status"),
    TagConfirmation: ("confirmations_history", "confirmation_id", "status"),
    Consequence: ("consequences_history", "consequence_id", "status"),
    Label: ("labels_history", "label_id", "label"),
}
"""The table that keeps every revision of each kind, the column of its id, and the one that says what holds."""


class Tally(msgspec.Struct):
    """What is not as it should be, each by name."""

    lost: list[str] = msgspec.field(default_factory=list)
    extra: list[str] = msgspec.field(default_factory=list)
    wrong: list[str] = msgspec.field(default_factory=list)
    conflicts: list[str] = msgspec.field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing of the kind."""
        return not (self.lost or self.extra or self.wrong or self.conflicts)

    def take(self, name: str, wanted: Counter[Any], found: Counter[Any]) -> None:
        """Compare what is counted of something."""
        self.lost += [f"{name} {one}" for one in (wanted - found).elements()]
        self.extra += [f"{name} {one}" for one in (found - wanted).elements()]


def of_topics(records: Iterable[Any], said: Final, refused: Counter[str]) -> tuple[Tally, list[Any]]:
    """Compare what was published with what replay says and refuses, counted by reason; also the records, of conflicting
    ones the first."""
    tally, first = Tally(), dict[Any, Any]()
    kept: list[Any] = []
    letters = set[tuple[str, str, int, int]]()
    for record in records:
        if isinstance(record, DeadLetter):
            letters.add((record.reason, record.topic, record.partition, record.offset))
            continue
        revision = (record_key(record), record.revision)
        if first.setdefault(revision, record) == record:
            kept.append(record)
        else:
            tally.conflicts.append(f"{revision} is {first[revision]} and {record}")
    tally.take("dead letters", refused, Counter(reason for reason, *_ in letters))
    found = standing(kept)
    for key in found.keys() | said.keys():
        if key not in found:
            tally.lost.append(f"{key}")
        elif key not in said:
            tally.extra.append(f"{key}")
        elif found[key] != said[key]:
            tally.wrong.append(f"{key} is {found[key]} and not {said[key]}")
    return tally, kept


def of_tables(tally: Tally, ask: Ask, records: Sequence[Any], events: Sequence[Any]) -> None:
    """Compare the warehouse with what was published and what was sent."""
    for kind, (table, identity, says) in HISTORIES.items():
        told = {(record_id(r), r.revision): getattr(r, says) for r in of_type(records, kind)}
        rows = ask(f"SELECT {identity}, revision, {says} FROM {table}")
        tally.take(table, Counter(told.keys()), Counter((row[0], row[1]) for row in rows))
        tally.wrong += [f"{table} {row}" for row in rows if told.get((row[0], row[1]), row[2]) != row[2]]
    sent = {(STREAM_OF[type(event)], event.event_id) for event in events}
    for stream in sorted({stream for stream, _ in sent}):
        wanted = Counter(event_id for name, event_id in sent if name == stream)
        tally.take(stream, wanted, Counter(row[0] for row in ask(f"SELECT event_id FROM {stream} FINAL")))
    _rollups(tally, ask, [r for r in latest(records).values() if isinstance(r, Alert)], sent)


def _rollups(tally: Tally, ask: Ask, alerts: Sequence[Alert], sent: Iterable[tuple[str, str]]) -> None:
    counted = ask("SELECT detector, uniqExactMerge(alerts) FROM daily_scenarios_states GROUP BY detector")
    tally.take("daily_scenarios", Counter(alert.detector for alert in alerts), Counter(dict(counted)))
    (per_buyer,) = ask("SELECT sum(alerts) FROM buyer_profiles")
    tally.take("buyer_profiles", Counter({"alerts": len(alerts)}), Counter({"alerts": per_buyer[0]}))


def of_inserts(tally: Tally, ask: Ask, counts: Counter[str], tables: Iterable[str], *, is_exact: bool = True) -> None:
    """Compare how many rows were ever inserted with how many records there are: none may come a second time, or, where
    it may, none may be missing."""
    for table in tables:
        (found,) = ask(f"SELECT count() FROM {table}_witness")
        rows = found[0] if is_exact else min(found[0], counts[table])
        tally.take(f"inserts into {table}", Counter(rows=counts[table]), Counter(rows=rows))
