"""The shops a buyer asks about, and what they say of themselves."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered, OrderChanged, ParcelScanned, ShopDescribed
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.contract.shops import ShopAsked, ShopReported
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.topology import Topology, memory_rows
from tests.processors.buyers.acts import complained, linked, on_stage, ordered, refunded, scanned
from tests.processors.scene import DAY, HOUR, T0, Scene
from tests.processors.shops.rows.test_question import answers, described, returned


def answer(shop: str = "s1", at: int = T0) -> ShopReported:
    return ShopReported(0, True, shop, "b1", at, network="taobao")


def rival() -> LinkReported:
    """A shop shows the buyer's device."""
    use = AttributeUsed(0, True, "device:d1", T0, "e", "taobao", "", shop_id="s9", network="taobao")
    return LinkReported(0, True, "b1", "device:d1", T0, (use,), "taobao")


def sent_back(destination: str | None = "w1") -> list[Any]:
    back = refunded(at=T0 + 1, type="return_refund", waybill_no="R1")
    return [ordered(), back, scanned("R1", "accepted", T0 + HOUR, destination_hash=destination)]


def asked(scene: Scene) -> list[tuple[str, ShopAsked]]:
    return [(output.key, output.record) for output in scene.published if output.stream == "shop-questions"]


def test_each_shop_has_one_answer_in_one_row() -> None:
    scene = on_stage(answer(), answer("s2"), replace(answer(), revision=1))
    assert (scene.names("shops"), scene.ids("shops")) == ([""], ["s1", "s2"])


def test_a_shop_to_which_a_parcel_is_known_to_go_is_asked_about_under_its_name() -> None:
    assert asked(on_stage(*sent_back())) == [("s1", ShopAsked(0, True, "s1", "b1", T0, "taobao"))]
    assert asked(on_stage(*sent_back(None))) == []


@pytest.mark.parametrize(
    ("platform", "said", "shop", "shops"),
    [
        ("aliexpress", "abnormal", "s1", ["s1"]),
        ("aliexpress", "abnormal", None, ["s1", "s2"]),
        ("aliexpress", "normal", "s1", []),
        ("aliexpress", "ignore", "s1", []),
        ("taobao", "abnormal", "s1", []),
    ],
)
def test_a_shop_whose_word_is_a_cause_of_a_sanction_is_asked_whose_it_is(
    platform: str, said: Any, shop: str | None, shops: list[str]
) -> None:
    bought = replace(ordered(), platform=platform), replace(ordered(n=2), shop_id="s2", platform=platform)
    scene = Scene("buyers", "b1", network=platform)
    scene.come(*bought, AlertAnswered("v1", T0 + DAY, platform, "a1", "b1", shop, "main", said))
    assert sorted((name, question.occurred_at) for name, question in asked(scene)) == [(s, T0 + DAY) for s in shops]


def test_where_a_linked_shop_competes_all_shops_are_asked_about_until_it_is_gone() -> None:
    scene = on_stage(ordered(), replace(ordered(n=2), shop_id="s2"))
    scene.come(rival())
    assert sorted(shop for shop, _ in asked(scene)) == ["s1", "s2"]
    scene.come(replace(rival(), revision=1, others=()))
    assert sorted((shop, question.is_held) for shop, question in asked(scene)) == [("s1", False), ("s2", False)]


def test_the_question_is_taken_back_when_the_parcel_goes_elsewhere_than_is_known() -> None:
    scene = on_stage(*sent_back())
    other = scanned("R1", "accepted", T0 + HOUR)
    scene.come(replace(other, carrier="SF"))
    assert [(shop, question.revision, question.is_held) for shop, question in asked(scene)] == [("s1", 1, False)]


def test_an_order_asks_for_it_only_where_something_goes_somewhere_or_a_shop_is_linked() -> None:
    scene = on_stage(*sent_back(None))
    scene.come(ordered("paid", T0 + 1))
    assert scene.judged("shops") == set()
    scene.come(*sent_back()[2:], scanned("R1", "arrived", T0 + 2 * HOUR, destination_hash="w1"))
    scene.come(ordered("completed", T0 + 2))
    assert scene.judged("shops") == {""}
    rivals = on_stage(rival(), ordered())
    assert rivals.judged("shops") == {""}


def test_a_parcel_asks_for_it_only_where_something_comes_back_and_links_only_where_a_shop_is_linked() -> None:
    scene = on_stage(ordered("shipped", waybill_no="W1"))
    scene.come(scanned("W1", "signed", T0 + HOUR))
    assert scene.judged("shops") == set()
    scene.come(refunded(at=T0 + HOUR))
    scene.come(scanned("W1", "returned", T0 + 2 * HOUR))
    assert scene.judged("shops") == {""}
    scene.come(linked("device:d2", "b2"))
    assert scene.judged("shops") == set()
    scene.come(rival())
    assert scene.judged("shops") == {""}
    scene.come(complained())
    assert scene.judged("shops") == set()


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(*sent_back())
    assert {question.internal_id for _, question in asked(scene)} <= scene.probe()
    assert asked_again(scene) == []


def asked_again(scene: Scene) -> list[tuple[str, ShopAsked]]:
    scene.come(*sent_back())
    return asked(scene)


def test_answers_stay_as_long_as_there_is_an_order_and_then_go_to_the_millisecond() -> None:
    assert on_stage(answer()).goes_after(T0 + HELD_MS, "shops")
    beside = on_stage(answer(), ordered("placed", T0 + DAY))
    beside.wait(T0 + HELD_MS + DAY)
    assert beside.ids("shops") == ["s1"]


def standing(topology: Topology) -> list[str]:
    """The shops about which a question stands."""
    state: Any = topology.tasks["buyers"].cache.resident(scoped("taobao", "b1"))
    return [published.id for published in state.row("shops").published.values() if published.stands]


def test_a_question_about_shops_ends_with_the_last_link_to_one() -> None:
    topology = Topology(shipped(), 0, memory_rows())
    topology.feed([OrderChanged("e1", T0, "taobao", "o1", "b1", "s1", "placed", device_hash="d1")])
    topology.feed([ShopDescribed("e2", T0 + 1, "taobao", "s2", device_hashes=("d1",))])
    assert len(standing(topology)) == 1
    topology.feed([ShopDescribed("e3", T0 + 2, "taobao", "s2", device_hashes=())])
    assert standing(topology) == []


def test_a_shop_is_asked_about_only_when_a_destination_is_known() -> None:
    topology = Topology(shipped())
    topology.feed([described(1, -30, "w1"), *returned(None)])
    assert answers(topology, "b1") == []
    topology.feed([ParcelScanned("p2", T0 + 3 * DAY, "taobao", "sf", "R1", scan="arrived", destination_hash="w1")])
    assert [answer.return_address_hashes for answer in answers(topology, "b1")] == [("w1",)]
