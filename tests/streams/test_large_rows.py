"""Rows larger than any record: what valid input can make of one order stops no partition, and is read back whole."""

from types import SimpleNamespace

import pytest
from faust.types import TP

from cloudtag.changelog.parts import SNAPSHOT_BYTES
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.types import Component, OrderLine
from cloudtag.engine.rows import key_prefix
from cloudtag.wire import Codec
from streams.transport.decoded import DecodedBatch
from streams.transport.in_flight import Batch, RecordRun
from tests.changelog.test_model import compacted
from tests.streams.failing import NAME, Place
from tests.streams.test_every_await import opened
from tests.streams.test_failing_steps import place

__all__ = ["place"]

AT_MS = 1_760_000_000_000
KEY = key_prefix("buyer") + b"row"


def order(number: int, lines: int) -> OrderChanged:
    goods = tuple(OrderLine(f"{n:03}" + "s" * 240, 1, 100, "i" * 240, (Component("c" * 240, 1),)) for n in range(lines))
    return OrderChanged(f"e{number:07}", AT_MS + number, "taobao", "order", "buyer", "shop", "paid", lines=goods)


def batch_of(place: Place, events: list[OrderChanged]) -> Batch:
    content, topic = DecodedBatch(), place.config.topic("orders")
    for offset, event in enumerate(events):
        content.facts.append(event)
        content.sources.append(SimpleNamespace(topic=topic, partition=0, offset=offset, key=b"k", value=b""))
    return Batch(NAME, 0, [RecordRun(TP(topic, 0), len(events), len(events) - 1)], content)


@pytest.mark.parametrize(("count", "lines", "per_batch"), [(24, 1000, 4), (260_000, 0, 130_000)])
async def test_an_order_of_many_or_large_events_stops_no_partition(
    place: Place, count: int, lines: int, per_batch: int
) -> None:
    events = [order(number, lines) for number in range(count)]
    if lines:
        assert 735_000 < len(Codec().encode("orders", events[0])) < 1 << 20
    owner = await opened(place)
    batches = [batch_of(place, events[start : start + per_batch]) for start in range(0, count, per_batch)]
    await place.judge(owner, batches)
    assert not owner.tasks.is_paused(0)
    held = dict(owner.tasks.table.rows(0).all_rows())
    assert max(map(len, held.values())) > 16 << 20
    heir = place.worker().tasks.table
    await heir.catch_up({0}, lambda: True)
    assert dict(heir.rows(0).all_rows()) == held


@pytest.mark.parametrize("size", [SNAPSHOT_BYTES - 1, SNAPSHOT_BYTES, SNAPSHOT_BYTES + 1, 2 * SNAPSHOT_BYTES + 17])
async def test_a_row_of_any_size_is_read_back(place: Place, size: int) -> None:
    """As large as a record may be, one byte less and one byte more; and small again after that."""
    owner = place.worker().tasks.table
    await owner.catch_up({0}, lambda: True)
    rows: list[bytes | None] = [bytes([0] * 7 + [1]) + bytes(8) + bytes(n % 251 for n in range(size - 16))]
    rows += [bytes([0] * 7 + [2]) + bytes(8) + b"small", None]
    for row in rows:
        await owner.put_many(0, {KEY: row})
        owner = place.worker().tasks.table
        await owner.catch_up({0}, lambda: True)
        assert owner.store_part(0).get(KEY) == row
    log = await place.log(owner._writers[0].next_offset)
    assert not [record for record in compacted(tuple(log)) if KEY in record.key and record.value is not None]
