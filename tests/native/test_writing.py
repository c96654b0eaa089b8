"""Whatever the record: the native writer and the pure one come to the same bytes, or to the same words."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.streams import CONTRACTS
from cloudtag.contract.types import OrderLine
from cloudtag.native.choice import Way, only, why_not
from cloudtag.wire import Codec
from cloudtag.wire.schemas import current
from cloudtag.wire.writing_plan import writing_plan_of
from tests.effort import examples
from tests.wire.drawn import records_of

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
THOROUGH = settings(max_examples=examples(1000), suppress_health_check=list(HealthCheck), deadline=None)
CODECS: tuple[tuple[Way, Codec], ...] = (("pure", Codec()), ("native", Codec()))


class OwnText(str):
    """As a caller may have it."""


ODD: tuple[object, ...] = (
    *(
        None,
        UNSET,
        True,
        False,
        0,
        1,
        -1,
        1.0,
        1 << 63,
        -(1 << 63),
        (1 << 63) - 1,
        -(1 << 63) - 1,
        1 << 200,
        "",
        "unknown",
    ),
    *(
        "paid",
        "買" * 700,
        "x" * 5000,
        "\ud800",
        OwnText("paid"),
        b"",
        b"\x00" * 3000,
        (),
        [],
        ("a", "b"),
        ["a"],
        (1, "b"),
    ),
    *((OrderLine("k", 1, 2),), [OrderLine("k", 1, 2)], (None,), (UNSET,), {}, {"a": "b"}, {"a": 1}, {1: "a"}, object),
)
"""What may stand in any field, meant or not."""


def outcome(codec: Codec, stream: str, record: Struct) -> object:
    """The bytes; or what is wrong, which is raised so by both."""
    try:
        return codec.write(stream, record)
    except ValueError as error:
        return type(error), str(error)


def both(stream: str, record: Struct) -> tuple[object, object]:
    found = []
    for way, codec in CODECS:
        with only(way):
            found.append(outcome(codec, stream, record))
    return found[0], found[1]


@st.composite
def records(draw: st.DrawFn) -> tuple[str, Any]:
    """A stream and a record of it, with odd values in none of its fields or in some."""
    stream = draw(st.sampled_from(sorted(CONTRACTS)))
    record: Any = draw(records_of(CONTRACTS[stream].struct))
    names = draw(st.lists(st.sampled_from(record.__struct_fields__), max_size=3))
    return stream, msgspec.structs.replace(record, **{name: draw(st.sampled_from(ODD)) for name in names})


@given(records())
@THOROUGH
def test_any_record_comes_to_the_same(given_record: tuple[str, Struct]) -> None:
    pure, native = both(*given_record)
    assert native == pure


def test_every_stream_has_a_plan() -> None:
    assert [stream for stream in CONTRACTS if writing_plan_of(current(stream).raw) is None] == []


def order(**fields: Any) -> OrderChanged:
    usual: dict[str, Any] = {"event_id": "e", "occurred_at": 1, "platform": "jd", "order_id": "o", "buyer_id": "b"}
    return OrderChanged(**{"shop_id": "s"} | usual | fields)


@pytest.mark.parametrize(
    ("record", "is_plain"),
    [
        (order(), True),
        (order(occurred_at=(1 << 63) - 1), True),
        (order(occurred_at=-(1 << 63)), True),
        (order(occurred_at=1 << 63), False),
        (order(occurred_at=True), False),
        (order(occurred_at=1.0), False),
        (order(freight_insured=1), False),
        (order(status="no-such"), False),
        (order(buyer_id="\ud800"), False),
        (order(buyer_id=OwnText("b")), False),
        (order(buyer_id="買" * 5000), True),
        (order(buyer_id="b" * 1_000_000), True),
        (order(buyer_id=None), False),
        (order(lines=[OrderLine("k", 1, 2)]), False),
        (order(lines=(OrderLine("k", 1, 2),) * 3000), True),
        (order(lines=(None,)), False),
    ],
    ids=lambda value: value if isinstance(value, bool) else "",
)
def test_the_native_writer_takes_what_is_meant_and_leaves_the_rest(record: OrderChanged, is_plain: bool) -> None:
    from cloudtag.native._compiled import Writer

    pure, native = both("orders", record)
    assert native == pure
    asked: list[Struct] = []

    def otherwise(head: bytes, record: Struct) -> bytes:
        asked.append(record)
        return b""

    Writer(writing_plan_of(current("orders").raw), otherwise).write(b"head", record)
    assert (not asked) is is_plain
