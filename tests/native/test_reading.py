"""Whatever the bytes: the native reader and the pure one come to the same value, or to the same words."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.streams import CONTRACTS
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS, OrderLine
from cloudtag.native.choice import Way, only, why_not
from cloudtag.wire import Codec, Undecodable
from cloudtag.wire.body import BodyReader, struct_of
from cloudtag.wire.reading_plan import plan_of
from cloudtag.wire.schemas import current
from cloudtag.wire.varints import written
from tests.effort import examples
from tests.native.bytes_of import NOON, avro_bytes, order

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
THOROUGH = settings(max_examples=examples(1500), suppress_health_check=list(HealthCheck), deadline=None)


def outcome(codec: Codec, stream: str, data: bytes) -> object:
    """The record with the types of all its values, or what is wrong with it."""
    try:
        record = codec.decode(stream, data)
    except Undecodable as error:
        return error.reason, error.error
    # `True == 1`, but they are not written alike.
    return record, repr(record), type(record)


def both(stream: str, data: bytes) -> tuple[object, object]:
    found = []
    for way, codec in CODECS:
        with only(way):
            found.append(outcome(codec, stream, data))
    return found[0], found[1]


CODECS: tuple[tuple[Way, Codec], ...] = (("pure", Codec()), ("native", Codec()))
EMPTY = b"\xc3\x01" + current("contacts").fingerprint


@given(avro_bytes(st.sampled_from(sorted(CONTRACTS))))
@example(("contacts", EMPTY))
@example(("contacts", EMPTY + b"\x02"))
@THOROUGH
def test_any_bytes_come_to_the_same(given_bytes: tuple[str, bytes]) -> None:
    pure, native = both(*given_bytes)
    assert native == pure


def test_every_stream_has_a_plan() -> None:
    assert [stream for stream in CONTRACTS if plan_of(struct_of(stream), current(stream).raw) is None] == []


LINE = OrderLine("k", 2, 5)


@pytest.mark.parametrize(
    ("data", "is_plain"),
    [
        (order(), True),
        (order(occurred_at=EARLIEST_MS), True),
        (order(occurred_at=EARLIEST_MS - 1), False),
        (order(occurred_at=LATEST_MS - 1), True),
        (order(occurred_at=LATEST_MS), False),
        (order(buyer_id="b" * 256), True),
        (order(buyer_id="b" * 257), False),
        (order(buyer_id="買" * 256), True),
        (order(buyer_id="買" * 257), False),
        (order(buyer_id=""), False),
        (order(buyer_note=""), True),
        (order(lines=(LINE,) * 1000), True),
        (order(lines=(LINE,) * 1001), False),
        (order(lines=(OrderLine("k", 0, -(10**15)),)), True),
        (order(lines=(OrderLine("k", 0, -(10**15) - 1),)), False),
        (order(lines=(OrderLine("k", -1, 5),)), False),
        (order(lines=(OrderLine("k", 1, 5), OrderLine("", 1, 5))), False),
        (order() + b"\x00", False),
        (order()[:-1], False),
        (order().replace(written(NOON), written(NOON)[:-1] + bytes([written(NOON)[-1] | 128, 0])), True),
        (order().replace(written(NOON), b"\xff" * 9 + b"\x01"), False),
        (order().replace(written(NOON), b"\xff" * 9 + b"\x02"), False),
        (order().replace(written(NOON), b"\xff" * 10), False),
        (order(order_id="zz").replace(b"\x04zz", b"\x03zz"), False),
        (order(order_id="zz").replace(b"\x04zz", b"\x04\xff\xff"), False),
        (order(order_id="zzz").replace(b"\x06zzz", b"\x06\xed\xa0\x80"), False),
        (order(order_id="zz").replace(b"\x04zz", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01zz"), False),
    ],
)
def test_the_native_reader_takes_what_is_right_and_leaves_the_rest(data: bytes, is_plain: bool) -> None:
    pure, native = both("orders", data)
    assert native == pure
    assert plainly("orders", data) is is_plain


def plainly(stream: str, data: bytes) -> bool:
    """Whether the native reader reads it without the help of the pure one."""
    from cloudtag.native._compiled import Reader

    asked: list[int] = []

    def otherwise(data: bytes, start: int) -> OrderChanged:
        asked.append(start)
        return OrderChanged("", 0, "", "", "", "")

    Reader(plan_of(struct_of(stream), current(stream).raw), otherwise).read(data, 10)
    return not asked


@pytest.mark.parametrize("start", [-1, 10**6, 1 << 62])
def test_no_place_outside_of_the_bytes_is_read(start: int) -> None:
    with only("native"):
        reader = BodyReader("orders", current("orders").raw)
    with pytest.raises(Undecodable):
        reader.read(order(), start)


def test_what_is_no_bytes_is_left_to_the_pure_reader() -> None:
    with only("native"):
        reader = BodyReader("orders", current("orders").raw)
    assert reader.read(memoryview(order()).tobytes(), 10) == reader.read(type("Own", (bytes,), {})(order()), 10)
    with pytest.raises(TypeError):
        reader.read("text", 0)  # type: ignore[arg-type]
