"""Input topics made up record by record, as a broker would hold them."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.streams import INPUTS
from cloudtag.doctor.diagnosis import Diagnosis
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, read
from cloudtag.doctor.sample import SampledBatch, SampledRecord, TopicSample
from cloudtag.wire import Codec
from streams.kafka.partitioner import partition_of

NOW = 1_772_409_600_000
DAY = 86_400_000
HOUR = 3_600_000
PARTITIONS = 8
PLATFORMS = frozenset({"default", "taobao", "tmall", "jd", "aliexpress"})
LOOK = Look(
    decoder=Codec(), letter_decoder=Codec(), partition_of=partition_of, platforms=PLATFORMS, future_ms=DAY
)  # fmt: skip
BATCH = SampledBatch("none", 2, True, 1)


def order(number: int = 0, **changes: Any) -> OrderChanged:
    """An order of a buyer of its own."""
    made = OrderChanged(f"e{number}", NOW, "taobao", f"o{number}", f"b{number}", "s1", status="paid")
    return replace(made, **changes)


def record(
    event: Struct,
    stream: str = "orders",
    *,
    key: Callable[[Any, str], bytes | None] = lambda _, own: own.encode(),
    place: Callable[[str, int], int] = partition_of,
    partitions: int = PARTITIONS,
    offset: int = 0,
    broker_ms: int = NOW,
) -> SampledRecord:
    """An event as a producer would send it: `key` makes the Kafka key, `place` the partition of the own key."""
    own = getattr(event, INPUTS[stream].key)
    value = LOOK.decoder.write(stream, event)  # type: ignore[attr-defined]
    return SampledRecord(place(own, partitions), offset, key(event, own), value, broker_ms)


def topic(records: Sequence[SampledRecord], stream: str = "orders", **changes: Any) -> InputTopic:
    """An input topic with these records."""
    count = len(records)
    made = {"partitions": PARTITIONS, "replication": 1, "held": count, "written": count, "batches": [BATCH] * count}
    sample = TopicSample(name=f"x-{stream}", records=records, **{**made, **changes})
    return InputTopic(INPUTS[stream], sample, [read(stream, each, LOOK.decoder) for each in records])


def orders(count: int, **how: Any) -> list[SampledRecord]:
    """So many orders of different buyers, all sent in the same way."""
    return [record(order(number), offset=number, **how) for number in range(count)]


def severities(findings: Sequence[Diagnosis]) -> list[str]:
    return [finding.severity for finding in findings]
