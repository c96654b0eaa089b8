"""The first job by hand: a window for each buyer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from benchmarks.peers import generic
from benchmarks.peers.by_hand import Told, run
from benchmarks.peers.job import Task, Window

_pack = msgspec.msgpack.Encoder().encode


def judge(windows: dict[str, Window], records: Sequence[Any]) -> tuple[Told, Told]:
    """The changed rows and the alerts of some records of one partition, each with its key."""
    dirty: dict[bytes, Window] = {}
    alerts: Told = []
    for record in records:
        fields = generic.dealing(record.value)
        buyer, event_id, at_ms = fields["buyer_id"], fields["event_id"], fields["occurred_at"]
        window = windows.get(buyer)
        if window is None:
            window = windows[buyer] = Window()
        if window.add(event_id, at_ms, generic.KINDS[fields["kind"]], fields["amount"]):
            alerts.append((record.key, generic.opened(window.opened(buyer, event_id, at_ms))))
        dirty[record.key] = window
    return [(key, _pack(window.stored())) for key, window in dirty.items()], alerts


def main() -> None:
    """Until all is done."""
    windows: dict[str, Window] = {}
    asyncio.run(run(Task.read(), lambda _, records: judge(windows, records)))


if __name__ == "__main__":
    main()
