"""Bad input ends as a dead letter or a rejected status with a reason, and the partition goes on."""

from pathlib import Path

from msgspec.structs import replace

from cloudtag.contract.events import AccountChanged, OrderChanged, TagSubmitted
from cloudtag.contract.records import Alert, DeadLetter, TagStatus
from cloudtag.contract.types import TaggedOrder
from cloudtag.wire import encode
from tests.engine.standing import of_type, standing
from tests.integration.installation import Installation

T0 = 1_772_409_600_000
IDS = ("o1", "b1", "s1")


def varint_of_year_9999() -> bytes:
    """An order whose time is patched past what any schema check sees: the bytes are well-formed Avro."""
    good = encode("orders", OrderChanged("event", T0, "taobao", *IDS, "placed"))
    return good.replace(_zigzag(T0), _zigzag(253_370_764_800_000))


def _zigzag(number: int) -> bytes:
    number <<= 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


async def test_bad_input_is_accounted_for(broker: str, tmp_path: Path) -> None:
    good = encode("orders", OrderChanged("good", T0, "taobao", *IDS, "placed"))
    bad = {
        "truncated": good[:-7],
        "unknown_schema": b"\xc3\x01" + b"\x07" * 8 + good[10:],
        "not_avro": b"\x02hello",
        "invalid_value": varint_of_year_9999(),
        "too_large": good + b"\x00" * 5_000_000,
        "wrong_stream": encode("accounts", AccountChanged("a", T0, "jd", "s1", "main", "exam_passed")),
    }
    orders = tuple(TaggedOrder(f"o{n}", "b1") for n in range(21))
    tag = TagSubmitted("t1", T0 + 2, "jd", "sub", "s1", "main", ("worn_return",), orders)
    async with Installation(broker, tmp_path) as place:
        place.start("worker")
        await place.send_bytes("orders", [good, *bad.values(), good])
        await place.send([AccountChanged("a1", T0, "jd", "s1", "main", "exam_passed"), tag])
        await place.settled()
        records = place.watch.records
        letters = [record for record in records if isinstance(record, DeadLetter)]
        assert {letter.reason: letter.value for letter in letters} == bad
        assert all(letter.topic == place.config.topic("orders") and letter.error for letter in letters)
        statuses = [record for record in records if isinstance(record, TagStatus)]
        assert {(s.status, s.reason) for s in statuses} == {("rejected", "too_many_orders")}
        assert len(statuses) == 21


async def test_the_partition_goes_on_after_bad_input(broker: str, tmp_path: Path) -> None:
    from cloudtag.detectors.registry import all_detectors
    from cloudtag.wire import decode_json

    example = all_detectors()["outbound_waybill_as_return"].examples[0]
    events = [replace(decode_json(event)[1], platform="taobao") for event in example.events]
    async with Installation(broker, tmp_path) as place:
        place.start("worker")
        for event in events:
            for stream in ("orders", "refunds", "logistics"):
                await place.send_bytes(stream, [b"garbage"])
            await place.send([event])
        await place.settled()
        stand = standing(record for record in place.watch.records if isinstance(record, Alert))
        assert "outbound_waybill_as_return" in [alert.detector for alert in of_type(stand.values(), Alert)]
