"""One buyer's questions about a shop: answered with where its returns go and what it sells."""

from msgspec.structs import replace

from cloudtag.contract.events import AccountChanged, Event, ParcelScanned, RefundChanged, ShopDescribed
from cloudtag.contract.scope import scoped
from cloudtag.contract.shops import ShopAsked, ShopReported
from cloudtag.decisions.owners import all_marks
from cloudtag.policy.load import shipped
from cloudtag.processors.shops.shops import Shops
from cloudtag.replay.topology import Topology
from tests.engine.standing import records_of
from tests.processors.linked import order
from tests.processors.scene import DAY, T0, Scene


def described(n: int, at: int, *hashes: str) -> ShopDescribed:
    return ShopDescribed(f"s1-{n}", T0 + at * DAY, "taobao", "s1", return_address_hashes=hashes, category="tea")


def asked(buyer: str = "b1", at: int = T0, shop: str = "s1") -> ShopAsked:
    return ShopAsked(0, True, shop, buyer, at, "taobao")


def on_stage(*facts: ShopAsked | ShopDescribed) -> Scene:
    scene = Scene("shops", "s1")
    scene.come(*facts)
    return scene


def reported(scene: Scene) -> list[ShopReported]:
    return records_of(scene.published, ShopReported)


def test_a_question_is_held_under_its_buyer() -> None:
    scene = on_stage(asked(), asked("b2"), asked(at=T0 + 1), asked("b3", shop="s2"))
    assert scene.names("question") == ["b1", "b2"]
    assert scene.ids("question", "b1") == [asked().internal_id]


def test_who_asks_is_told_what_the_shop_last_said_since_when_and_what_it_said_before() -> None:
    scene = on_stage(described(1, -9, "w1"), described(2, -5, "w2"), described(3, -1, "w2"), asked())
    (output,) = [output for output in scene.published if output.stream == "shop-answers"]
    told = output.record
    assert (output.key, told.shop_id, told.event_id, told.category) == ("b1", "s1", "s1-2", "tea")
    assert (told.occurred_at, told.category_from_ms) == (T0 - 5 * DAY, T0 - 9 * DAY)
    assert [listing.hashes for listing in told.listings] == [("w1",), ("w2",)]


def test_who_asks_is_told_by_what_the_owner_was_ever_known() -> None:
    first, last = replace(described(1, -9, "w1"), phone_hash="p1"), replace(described(2, -5, "w1"), payment_hash="m1")
    (told,) = reported(on_stage(first, last, asked()))
    assert told.owner_marks == all_marks([first, last])
    assert len(told.owner_marks) == 2


def test_of_a_shop_that_says_nothing_nothing_is_told_until_it_does() -> None:
    scene = on_stage(asked(), asked("b2"))
    assert reported(scene) == []
    scene.come(described(1, 0, "w1"))
    assert scene.judged("question") == {"b1", "b2"}
    assert sorted(told.buyer_id for told in reported(scene)) == ["b1", "b2"]


def test_a_question_asks_for_itself_alone_and_accounts_for_none() -> None:
    scene = on_stage(described(1, 0, "w1"), asked())
    scene.come(asked("b2"))
    assert scene.judged("question") == {"b2"}
    scene.come(AccountChanged("exam", T0, "taobao", "s1", "main", "exam_passed"))
    assert scene.judged("question") == set()


def test_the_answer_is_taken_back_with_the_question_and_not_another_buyers() -> None:
    scene = on_stage(described(1, 0, "w1"), asked(), asked("b2"))
    scene.come(replace(asked(), revision=1, is_held=False))
    assert [(told.buyer_id, told.revision, told.is_held) for told in reported(scene)] == [("b1", 1, False)]


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(described(1, 0, "w1"), asked())
    assert {told.internal_id for told in reported(scene)} <= scene.probe()
    assert scene.come(asked()) == []


def test_a_question_is_let_go_to_the_millisecond() -> None:
    assert on_stage(asked()).goes_after(T0 + Shops.retention_ms, "question", "b1")


def returned(destination: str | None) -> list[Event]:
    return [
        order(1),
        RefundChanged("r1", T0 + DAY, "taobao", "r1", "o1", "b1", "s1", "opened", "return_refund", waybill_no="R1"),
        ParcelScanned("p1", T0 + 2 * DAY, "taobao", "sf", "R1", scan="accepted", destination_hash=destination),
    ]


def answers(topology: Topology, buyer_id: str) -> list[ShopReported]:
    row = topology.tasks["buyers"].cache.get(scoped("taobao", buyer_id)).rows.get("q")
    return [f for f in row.facts.values() if f.is_held and isinstance(f, ShopReported)] if row else []


def test_an_answer_is_corrected_when_the_shop_describes_itself_anew() -> None:
    topology = Topology(shipped())
    topology.feed(returned("w2"))
    assert answers(topology, "b1") == []
    topology.feed([described(1, -500, "w1")])
    topology.feed([described(2, 5, "w1", "w2")])
    (answer,) = answers(topology, "b1")
    assert (answer.return_address_hashes, len(answer.listings)) == (("w1", "w2"), 2)
    forwarded = topology.internal_records
    topology.feed([described(3, 6, "w1", "w2")])
    assert topology.internal_records == forwarded, "the same said again is told nobody"
