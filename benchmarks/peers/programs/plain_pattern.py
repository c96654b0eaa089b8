"""The second job by hand: moves wait until no earlier one can come, then each shipment until something follows it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from benchmarks.peers import generic
from benchmarks.peers.by_hand import Told, run
from benchmarks.peers.job import Task
from benchmarks.peers.pattern import Partition

_pack = msgspec.msgpack.Encoder().encode


def judge(held: Partition, records: Sequence[Any]) -> tuple[Told, Told]:
    """The changed rows and the alerts of some records of one partition, each with its key."""
    told: Told = []
    for record in records:
        for alert in held.add(generic.move(record.value)):
            told.append((alert[1].encode(), generic.undelivered(alert)))
    rows: Told = []
    for order_id in held.dirty:
        stored = held.stored(order_id)
        rows.append((order_id.encode(), None if stored is None else _pack(stored)))
    held.dirty.clear()
    return rows, told


def main() -> None:
    """Until all is done."""
    partitions: defaultdict[int, Partition] = defaultdict(Partition)
    asyncio.run(run(Task.read(), lambda partition, records: judge(partitions[partition], records)))


if __name__ == "__main__":
    main()
