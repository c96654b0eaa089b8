"""Which order a complaint is about that names none: the latest at the shop before it, however things came."""

from collections.abc import Callable
from functools import partial
from itertools import permutations

from cloudtag.contract.events import ComplaintChanged
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Complainant
from cloudtag.detection.windows import CLOCK_TOLERANCE_MS
from cloudtag.processors.buyers.buyer_index import BuyerIndex

START_MS = 1_772_409_600_000
ABOUT = ("s1", "k1")


def word(at_ms: int, complaint_id: str = "k1", shop_id: str = "s1", by: Complainant = "buyer") -> ComplaintChanged:
    said = f"{complaint_id}-{at_ms}"
    return ComplaintChanged(said, START_MS + at_ms, "taobao", complaint_id, "b1", shop_id, by, "opened", "other")


def order(order_id: str, shop_id: str = "s1") -> str:
    return scoped(shop_id, order_id)


def index_of(orders: dict[str, int], *words: ComplaintChanged) -> BuyerIndex:
    index = BuyerIndex("taobao")
    for name, at_ms in orders.items():
        index.begin(name, START_MS + at_ms)
    for said in words:
        index.add_loose(said)
    return index


def subject(orders: dict[str, int], *words: ComplaintChanged) -> str | None:
    index = index_of(orders, *words)
    assert index.loose is not None
    return index.loose.subject(ABOUT)


def test_it_is_the_latest_order_before_the_complaint() -> None:
    orders = {order("o1"): 0, order("o2"): 1000, order("o3"): CLOCK_TOLERANCE_MS + 2001}
    assert subject(orders, word(2000)) == order("o2")
    assert subject(orders, word(2001)) == order("o3")
    assert subject({order("o1"): CLOCK_TOLERANCE_MS + 2001}, word(2000)) is None


def test_it_is_the_one_with_the_greater_name_of_two_that_began_at_once() -> None:
    assert subject({order("o2"): 0, order("o1"): 0}, word(1)) == order("o2")


def test_orders_of_another_shop_and_complaints_by_the_shop_do_not_count() -> None:
    assert subject({order("o1", "s2"): 0}, word(1)) is None
    assert subject({order("o1"): 0}, word(1, by="shop")) is None
    assert subject({order("o1"): 0, order("o2"): 5}, word(1, by="shop"), word(9)) == order("o2")


def test_a_complaint_of_which_any_event_names_the_order_is_about_no_other() -> None:
    index = index_of({order("o1"): 0}, word(1))
    assert index.loose is not None
    assert index.add_complaint(word(2), order("o7")) == order("o1")
    assert index.loose.subject(ABOUT) is None
    assert index.add_complaint(word(3), order("o7")) is None
    assert index.add_loose(word(4)) == {order("o7")}
    assert index.loose.about(order("o7"), None, [ABOUT]) == [word(1), word(4)]
    assert index.loose.about(order("o1"), START_MS, []) == []


def test_an_order_has_the_words_of_the_complaints_that_are_about_it() -> None:
    orders = {order("o1"): 0, order("o2"): 10 * CLOCK_TOLERANCE_MS}
    later = 10 * CLOCK_TOLERANCE_MS
    said = (word(1), word(later - CLOCK_TOLERANCE_MS - 1, "k2"), word(later - CLOCK_TOLERANCE_MS, "k3"))
    loose = index_of(orders, *said).loose
    assert loose is not None
    assert loose.about(order("o1"), START_MS, []) == list(said[:2])
    assert loose.about(order("o2"), START_MS + later, []) == [said[2]]
    assert loose.about(order("o1"), None, []) == []


def test_those_are_named_of_whom_a_complaint_may_have_been_until_now() -> None:
    index = index_of({order("o1"): 0, order("o3"): 3000, order("o4"): 4000}, word(5000))
    assert index.begin(order("o2"), START_MS + 2000) == [order("o1")]
    assert index.begin(order("o2"), START_MS + 2000) == []
    assert index.begin(order("o4"), START_MS + 2500) == [order("o2"), order("o3")]
    assert index.begin(order("o5"), START_MS + 6000) == [order("o3")]
    assert index_of({order("o1"): 0}).begin(order("o2"), START_MS + 1) == []


def test_it_is_the_same_in_whatever_order_things_come() -> None:
    said = word(2000), word(1500, by="unknown"), word(400)
    began = ("o1", 0), ("o1", 900), ("o2", 500)
    steps: list[Callable[[BuyerIndex], object]] = [
        *(partial(BuyerIndex.begin, name=order(order_id), at_ms=START_MS + at_ms) for order_id, at_ms in began),
        *(partial(BuyerIndex.add_loose, word=each) for each in (*said, said[0])),
    ]
    found = []
    for arranged in permutations(steps):
        index = BuyerIndex("taobao")
        for step in arranged:
            step(index)
        found.append((index.loose, index.began))
    assert all(each == found[0] for each in found)
