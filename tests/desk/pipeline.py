"""The pipeline in one process: what the desk sends is checked, judged and stored, as worker and sink would."""

import asyncio
import threading
import uuid
from collections.abc import Iterable, Sequence
from itertools import count, groupby
from typing import Any

from clickhouse_connect.driver.client import Client
from msgspec import Struct

from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.wire.produced import check
from tests.warehouse.batches import SECRET

_offsets = count(0, 100_000)


class Pipeline:
    """All events so far, and a warehouse that has them and what they gave."""

    def __init__(self, client: Client, database: str) -> None:
        self._into = Inserter(client, database, Pseudonymizer(SECRET))
        self._lock = threading.Lock()
        self._stored: set[tuple[str, str, int]] = set()
        self.events: list[Any] = []
        self.sent: list[Any] = []
        """What was published by the desk."""
        self.is_down = False
        self.holds = False
        """Whether what is sent waits in Kafka and is not judged yet."""

    def take(self, events: Sequence[Any]) -> None:
        """Judge and store events, each as if it came right after it happened."""
        with self._lock:
            self._take(events)

    def _take(self, events: Sequence[Any]) -> None:
        self.events += events
        self.store((STREAM_OF[type(event)], event) for event in events)
        if not any(STREAM_OF[type(event)] in INPUTS for event in events):
            return
        judged = [event for event in self.events if STREAM_OF[type(event)] in INPUTS]
        records = []
        for stream, record in judge(list(judged), None, shipped()):
            key = (stream, str(getattr(record, _ID.get(stream, ""), "")), getattr(record, "revision", 0))
            if stream != "dead-letters" and key not in self._stored:
                self._stored.add(key)
                records.append((stream, record))
        self.store(records)

    async def publish(self, events: Sequence[Struct]) -> None:
        """Take what the desk sends."""
        from cloudtag.desk.publishing import NotSentError

        if self.is_down:
            raise NotSentError("no broker answers")
        for event in events:
            if STREAM_OF[type(event)] in INPUTS:
                check(STREAM_OF[type(event)], event)
        self.sent += events
        if not self.holds:
            await asyncio.to_thread(self.take, list(events))

    def store(self, records: Iterable[tuple[str, Any]]) -> None:
        """Store records and events by their streams, each taken in when it was made."""
        for stream, group in groupby(sorted(records, key=lambda each: each[0]), key=lambda each: each[0]):
            first = next(_offsets)
            rows = tuple(
                LogRow(first + n, getattr(record, "occurred_at", None) or _time_of(record), record, b"k", b"v")
                for n, (_, record) in enumerate(group)
            )
            self._into.insert(InsertBatch(stream, f"{stream}-{uuid.uuid4().hex}", 0, 1000, rows))


_ID = {
    "alerts": "alert_id",
    "tag-statuses": "tag_id",
    "tag-confirmations": "confirmation_id",
    "report-statuses": "report_id",
    "consequences": "consequence_id",
    "labels": "label_id",
}


def _time_of(record: Any) -> int:
    times = ("decided_at", "confirmed_at", "starts_at", "labelled_at", "put_at", "asked_at", "changed_at")
    return int(next(getattr(record, name) for name in times if hasattr(record, name)))
