"""What an order event shows again changes nothing, whatever else it shows: not looking at it again is exact."""

from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import OrderChanged
from cloudtag.detection.attributes import NOTHING_SHOWN
from cloudtag.engine.rows import Row
from cloudtag.processors.buyers.buyer_index import BuyerIndex

T0, DAY = 1_772_409_600_000, 86_400_000
value = st.sampled_from((None, "1", "2"))
moments = st.sampled_from((0, 0, 1, 2, 3, 29, 30, 31, 40, 60, 200, 215))
shows = st.tuples(moments, st.sampled_from(("s1", "s2")), value, value, value, value)
histories = st.lists(shows, max_size=12)


def order(number: int, said: tuple[int, str, str | None, str | None, str | None, str | None]) -> OrderChanged:
    day, shop_id, address, area, phone, device = said
    return OrderChanged(
        f"e{number % 3}{number}", T0 + day * DAY, "taobao", "o1", "b1", shop_id, "placed", address_hash=address,
        address_area=area, phone_hash=phone, device_hash=device,
    )  # fmt: skip


@given(histories)
def test_looking_at_all_that_is_shown_finds_the_same(history: list[tuple[int, str, str | None, str, str, str]]) -> None:
    """In any order of arrival, within a period and over several."""
    quick, slow, row = BuyerIndex(""), BuyerIndex(""), Row("os1|o1")
    for number, said in enumerate(history):
        slow.shown, slow.shown_at = NOTHING_SHOWN, 0
        event = order(number, said)
        assert quick.add_order(event, row) is slow.add_order(event, row)
        assert (quick.attributes, quick.used_at) == (slow.attributes, slow.used_at)
        # Of whatever was shown before, something is told.
        assert quick.attributes.keys() == quick.used_at.keys()
