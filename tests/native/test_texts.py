"""Texts that come again: one object natively, the same value as ever, and looked at as strictly as the first time."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.native.choice import Way, only, why_not
from cloudtag.wire import Codec, Undecodable
from tests.effort import examples
from tests.native.bytes_of import order

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
LONGEST_HELD, TRIES = 64, 4096
"""As in `texts.pxi`."""
WORDS = st.sampled_from(
    ["s", "t", "shop-1", "shop-2", "shop-1234", "shop-1235", "1234-shop", "12341234shop", "12351234shop", "店", "店s"]
    + ["x" * (LONGEST_HELD - 1) + end for end in ("y", "z", "é", "yy")]
)


def read(data: bytes, codec: Codec, way: Way = "native") -> Any:
    with only(way):
        return codec.decode("orders", data)


def outcome(data: bytes, codec: Codec, way: Way) -> str:
    """The shop, or what is wrong."""
    try:
        return str(read(data, codec, way).shop_id)
    except Undecodable as error:
        return error.error


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=40))
def test_a_record_says_what_it_says_whatever_was_read_before(said: list[tuple[str, str, str]]) -> None:
    native, pure = Codec(), Codec()
    for order_id, buyer_id, shop_id in said:
        data = order(order_id=order_id, buyer_id=buyer_id, shop_id=shop_id)
        expected, found = read(data, pure, "pure"), read(data, native)
        assert found == expected
        assert (found.order_id, found.buyer_id, found.shop_id) == (order_id, buyer_id, shop_id)


def test_what_comes_again_is_one_object() -> None:
    codec = Codec()
    first, again, other = (read(order(shop_id=shop), codec) for shop in ("shop-17", "shop-17", "shop-18"))
    assert first.shop_id is again.shop_id
    assert other.shop_id == "shop-18"
    # A field at a time: what one may say another may not.
    assert read(order(order_id="shop-17"), codec).order_id is not first.shop_id


@pytest.mark.parametrize("text", ["x" * (LONGEST_HELD + 1), "店17"])
def test_long_texts_and_others_than_letters_are_made_each_time(text: str) -> None:
    codec = Codec()
    first, again = (read(order(shop_id=text), codec).shop_id for _ in range(2))
    assert first == again == text
    assert first is not again


@pytest.mark.parametrize("wrong", [b"\xff", b"a\x00", b" "])
def test_what_is_refused_is_refused_again(wrong: bytes) -> None:
    native, right = Codec(), order(shop_id="q" * len(wrong))
    bad = right.replace(b"q" * len(wrong), wrong)
    told = [outcome(data, native, "native") for data in (bad, right, bad, right, bad)]
    assert told[0] == told[2] == told[4] == outcome(bad, Codec(), "pure")
    assert told[1] == told[3] == "q" * len(wrong)


def test_texts_that_hardly_ever_come_again_are_not_held() -> None:
    codec = Codec()
    first = read(order(event_id="e-again", shop_id="shop-17"), codec)
    assert read(order(event_id="e-again"), codec).event_id is first.event_id
    for number in range(TRIES + 1):
        assert read(order(event_id=f"e{number}", shop_id="shop-17"), codec).event_id == f"e{number}"
    one, two = (read(order(event_id="e-again", shop_id="shop-17"), codec) for _ in range(2))
    assert one.event_id == two.event_id == "e-again"
    assert one.event_id is not two.event_id
    assert one.shop_id is two.shop_id is first.shop_id
