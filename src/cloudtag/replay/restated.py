"""State made anew of all events that are known: the rows the tasks would have had they judged them in event time.

The conclusions follow from the set of events, so they are those that stood before, but for what rests on events that
are not known any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from cloudtag.engine.processor import Processor
from cloudtag.engine.rows import RowCodec, split_key
from cloudtag.engine.task_result import RowKey
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.model import Policies
from cloudtag.processors import build
from cloudtag.replay.driver import drive
from cloudtag.replay.topology import ORDER, Topology, memory_rows

PartitionOf = Callable[[str], int]
"""The partition of a Kafka key."""


class Restated(Struct):
    """Rows by processor and partition, without the tasks' own, and the ids of all that is published about them."""

    rows: dict[str, dict[int, dict[RowKey, bytes]]]
    published_ids: set[str]


def restated(
    events: list[Any],
    policies: Policies,
    partition_of: PartitionOf,
    lateness_ms: int,
    live_since_ms: int | None,
    until_ms: int,
) -> Restated:
    """Judge events, each of them once however often it is there, and move event time on to `until_ms`.

    `events` is sorted in place.
    """
    stores = memory_rows()
    topology = Topology(policies, lateness_ms, stores, live_since_ms=live_since_ms)
    topology.open()
    for _ in drive(topology, policies.networks, events, until_ms):
        pass
    made = Restated({name: {} for name in ORDER}, set())
    for name in ORDER:
        processor = build(name, policies, lateness_ms)
        _split(made, name, processor, stores[name].all_rows(), partition_of)
    return made


def codec_for(processor: Processor) -> RowCodec:
    """What reads and writes a processor's rows."""
    return RowCodec(processor.kinds.fact_type, lambda fact: processor.identities[type(fact)](fact))


def _split(
    made: Restated, name: str, processor: Processor, rows: Iterable[tuple[RowKey, bytes]], partition_of: PartitionOf
) -> None:
    codec = codec_for(processor)
    for key, value in rows:
        if key == TASK_KEY:
            continue
        partition = partition_of(processor.new_state(split_key(key)[0]).id)
        made.rows[name].setdefault(partition, {})[key] = value
        made.published_ids.update(codec.decode(key, value).published)
