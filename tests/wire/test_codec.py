"""The framing, the limits, and the words in which a record is refused."""

import pytest

from cloudtag import wire
from cloudtag.contract.events import BuyerContacted, OrderChanged
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS, OrderLine
from cloudtag.wire.codec import Codec
from cloudtag.wire.schemas import current
from cloudtag.wire.undecodable import Undecodable
from cloudtag.wire.varints import written

NOON = 1_772_413_200_000
CONTACT = BuyerContacted("e1", NOON, "jd", "o1", "b1", "s1", "phone", True)
pytestmark = pytest.mark.usefixtures("both_ways")


def refusal_of(stream: str, data: bytes | None, codec: Codec | None = None) -> wire.Undecodable:
    with pytest.raises(wire.Undecodable) as refusal:
        (codec or Codec()).decode(stream, data)
    return refusal.value


def order(**fields: object) -> OrderChanged:
    usual = {"event_id": "e", "occurred_at": NOON, "platform": "jd", "order_id": "o", "buyer_id": "b", "shop_id": "s"}
    usual |= {"status": "paid"}
    return OrderChanged(**usual | fields)  # type: ignore[arg-type]


def test_a_record_starts_with_the_fingerprint_and_holds_the_fields_in_order() -> None:
    body = "04 6531 809af9c09567 04 6a64 04 6f31 04 6231 04 7331 04 01"
    assert wire.encode("contacts", CONTACT)[:2] == b"\xc3\x01"
    assert wire.encode("contacts", CONTACT)[2:10] == current("contacts").fingerprint
    assert wire.encode("contacts", CONTACT)[10:] == bytes.fromhex(body)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"{}", "not_avro"),
        (b"\xc3", "not_avro"),
        (b"\xc3\x02" + bytes(8), "not_avro"),
        (b"\x00\x00\x00", "not_avro"),
        (b"\xc3\x01\x00", "truncated"),
        (b"\xc3\x01" + bytes(8), "unknown_schema"),
        (b"\x00\x00\x00\x00\x07", "unknown_schema"),
        (b"\xc3\x01" + current("refunds").fingerprint, "wrong_stream"),
        (b"\xc3\x01" + current("contacts").fingerprint, "truncated"),
        (wire.encode("contacts", CONTACT) + b"\x00", "trailing_bytes"),
        (b"\xc3\x01" + bytes(1024 * 1024), "too_large"),
    ],
)
def test_each_kind_of_bad_bytes_has_its_reason(data: bytes | None, reason: str) -> None:
    assert refusal_of("contacts", data).reason == reason


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"buyer_id": ""}, "buyer_id: Expected `str` of length >= 1"),
        ({"buyer_id": "b" * 257}, "buyer_id: Expected `str` of length <= 256"),
        ({"occurred_at": LATEST_MS}, "occurred_at: 4102444800000 is not between 2000 and 2099"),
        ({"occurred_at": EARLIEST_MS - 1}, "occurred_at: 946684799999 is not between 2000 and 2099"),
        ({"occurred_at": 253_402_300_799_000}, "occurred_at: 253402300799000 is not between 2000 and 2099"),
        ({"occurred_at": NOON // 1000}, "occurred_at: 1772413200 looks like seconds: multiply by 1000"),
        ({"lines": (OrderLine("k", -1, 5),)}, "lines[0].quantity: Expected `int` >= 0"),
        ({"lines": (OrderLine("k", 1, 5), OrderLine("", 1, 5))}, "lines[1].sku_id: Expected `str` of length >= 1"),
        ({"lines": (OrderLine("k", 1, 5),) * 1001}, "lines: Expected `array` of length <= 1000"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(fields: dict[str, object], error: str) -> None:
    refusal = refusal_of("orders", Codec().write("orders", order(**fields)))
    assert (refusal.reason, refusal.error) == ("invalid_value", error)


def test_symbols_booleans_and_text_that_cannot_be_are_refused_by_name() -> None:
    whole = wire.encode("contacts", CONTACT)
    assert refusal_of("contacts", whole[:-1] + b"\x02").error == "answered: nothing is written as 2"
    assert refusal_of("contacts", whole[:-2] + b"\x63\x01").error == "channel: nothing is written as 99"
    assert refusal_of("contacts", whole[:10] + b"\x03" + whole[11:]).error == "event_id: a negative length"
    assert refusal_of("contacts", whole.replace(b"e1", b"\xff\xff")).reason == "invalid_value"
    overlong = whole[:10] + b"\xff" * 11 + whole[11:]
    assert refusal_of("contacts", overlong).error == "a whole number of more than 64 bits"


def test_blocks_with_their_size_are_read_as_others_are() -> None:
    record = order(lines=(OrderLine("k", 1, 5), OrderLine("m", 2, 7)))
    plain = wire.encode("orders", record)
    first, second = b"\x02k\x02\x0a\x00\x00", b"\x02m\x04\x0e\x00\x00"
    assert b"\x04" + first + second + b"\x00" in plain
    sized = plain.replace(b"\x04" + first + second, b"\x01\x0c" + first + b"\x02" + second)
    assert wire.decode("orders", sized) == record


def test_the_size_limit_can_be_set() -> None:
    data = wire.encode("contacts", CONTACT)
    assert Codec(max_bytes=len(data)).decode("contacts", data) == CONTACT
    assert refusal_of("contacts", data, Codec(max_bytes=len(data) - 1)).reason == "too_large"


@pytest.mark.parametrize("field", ["buyer_id", "status", "occurred_at", "address_valid", "lines"])
def test_a_record_that_cannot_be_written_says_so(field: str) -> None:
    with pytest.raises(ValueError, match="a record of orders cannot be written"):
        Codec().write("orders", order(**{field: object()}))


def test_private_streams_are_msgpack_and_ticks_carry_time() -> None:
    assert wire.decode(
        "watermarks-parcels", wire.encode("watermarks-parcels", WatermarkRecord(NOON))
    ) == WatermarkRecord(NOON)
    assert refusal_of("watermarks-parcels", b"\x92\xa2tp\xa1x").reason == "invalid_value"
    assert refusal_of("link-reports", b"\x99\xa2lr").reason == "truncated"


def test_an_unknown_stream_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        wire.decode("nothing", b"\x00\x00\x00\x00\x01")
    with pytest.raises(KeyError):
        wire.encode("nothing", CONTACT)


def test_what_was_wrong_fits_one_line() -> None:
    refusal = wire.Undecodable("invalid_value", "two\nlines " + "x" * 1000)
    assert refusal.error.startswith("two lines x")
    assert len(refusal.error) == 500


def test_fields_are_read_without_a_look_at_their_bounds() -> None:
    order = OrderChanged("e", 1_772_409_600_000, "jd", "o", "b", "s", "paid", (OrderLine("sku", 2, 999),))
    data = wire.encode("orders", order)
    fields = Codec().fields("orders", data)
    assert (fields["event_id"], fields["occurred_at"], fields["custom_made"]) == ("e", 1_772_409_600_000, False)
    line = {"sku_id": "sku", "quantity": 2, "unit_price_minor": 999, "item_id": None, "components": []}
    assert fields["lines"] == [line]
    in_seconds = data.replace(written(1_772_409_600_000), written(1_772_409_600))
    assert Codec().fields("orders", in_seconds) == {**fields, "occurred_at": 1_772_409_600}
    with pytest.raises(Undecodable, match="invalid_value"):
        Codec().decode("orders", in_seconds)
    with pytest.raises(Undecodable, match="truncated"):
        Codec().fields("orders", data[:-3])
