"""What a shop says of itself, and what `links` is shown of it."""

from typing import Any

from cloudtag.contract.events import AccountChanged, ShopDescribed
from cloudtag.contract.links import AttributeUsed
from tests.engine.standing import records_of
from tests.processors.scene import DAY, T0, Scene


def described(n: int = 1, at: int = 0, shop: str = "s1", category: str | None = "tea", **fields: Any) -> ShopDescribed:
    return ShopDescribed(f"d{n}", T0 + at * DAY, "taobao", shop, category=category, **fields)


def on_stage(*facts: Any) -> Scene:
    scene = Scene("shops", "s1")
    scene.come(*facts)
    return scene


def shown(scene: Scene) -> dict[str, AttributeUsed]:
    return {use.attribute: use for use in records_of(scene.published, AttributeUsed)}


ALL = described(phone_hash="p1", device_hashes=("x1", "x2"), payment_hash="m1")


def test_all_that_a_shop_says_is_held_in_one_row_of_the_shop() -> None:
    scene = on_stage(described(1), described(2, 1), described(3, shop="s2"))
    assert scene.names("description") == [""]
    assert scene.ids("description") == ["d1", "d2"]


def test_its_phone_devices_and_payment_account_are_shown_each_under_its_attribute() -> None:
    scene = on_stage(ALL)
    told = [output for output in scene.published if output.stream == "attribute-uses"]
    assert {output.key for output in told} == {"phone:p1", "device:x1", "device:x2", "payment:m1"}
    assert all(output.key == output.record.attribute for output in told)
    use = shown(scene)["device:x2"]
    assert (use.buyer_id, use.shop_id, use.category, use.event_id, use.is_held) == ("", "s1", "tea", "d1", True)


def test_a_shop_that_shows_nothing_of_that_kind_is_told_of_to_nobody() -> None:
    assert shown(on_stage(described(return_address_hashes=("w1",)))) == {}


def test_the_same_said_again_changes_nothing_and_an_earlier_word_moves_the_beginning() -> None:
    scene = on_stage(described(1, 0, phone_hash="p1"))
    scene.come(described(2, 9, phone_hash="p1"))
    assert scene.judged("description") == {""}
    assert shown(scene) == {}
    scene.come(described(3, -9, phone_hash="p1"))
    assert shown(scene)["phone:p1"].occurred_at == T0 - 9 * DAY


def test_a_new_category_is_said_since_it_is_one() -> None:
    scene = on_stage(described(1, phone_hash="p1"))
    scene.come(described(2, 9, category="toys", phone_hash="p1"))
    use = shown(scene)["phone:p1"]
    assert (use.category, use.occurred_at, use.revision) == ("toys", T0 + 9 * DAY, 1)


def test_what_is_shown_no_longer_is_said_to_be_over_and_comes_back_when_shown_again() -> None:
    scene = on_stage(described(1, phone_hash="p1", device_hashes=("x1",)))
    scene.come(described(2, 1, phone_hash="p1"))
    assert [(use.attribute, use.is_held) for use in shown(scene).values()] == [("device:x1", False)]
    scene.come(described(3, 2, phone_hash="p1", device_hashes=("x1",)))
    assert [(use.attribute, use.is_held, use.revision) for use in shown(scene).values()] == [("device:x1", True, 2)]


def test_what_is_over_is_said_once_however_often_the_shop_describes_itself_anew() -> None:
    scene = on_stage(described(1, phone_hash="p1", device_hashes=("x1",)))
    scene.come(described(2, 1, phone_hash="p2"))
    assert {(use.attribute, use.occurred_at) for use in shown(scene).values() if not use.is_held} == {
        ("phone:p1", T0 + 1 * DAY), ("device:x1", T0 + 1 * DAY),
    }  # fmt: skip
    scene.come(described(3, 2, category="toys", phone_hash="p2"), described(4, 3, phone_hash="p2"))
    assert [use.attribute for use in shown(scene).values()] == ["phone:p2"]
    # One that lies in between moves the end of what it does not name, and of nothing else.
    scene.come(described(5, 1, phone_hash="p1"))
    assert {use.attribute: use.occurred_at - T0 for use in shown(scene).values()} == {"phone:p1": 2 * DAY}


def test_it_is_not_asked_for_what_becomes_of_accounts() -> None:
    scene = on_stage(ALL)
    scene.come(AccountChanged("exam", T0, "taobao", "s1", "main", "exam_passed"))
    assert (scene.judged("description"), shown(scene)) == (set(), {})


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(ALL)
    assert scene.probe() == {use.internal_id for use in shown(scene).values()}
    assert scene.come(ALL) == []


def test_it_is_never_too_late_and_never_let_go() -> None:
    scene = on_stage(ALL)
    scene.wait(T0 + 5000 * DAY)
    assert scene.ids("description") == ["d1"]
    scene.come(described(2, -5000, phone_hash="p0"))
    assert scene.too_late == []
    assert scene.ids("description") == ["d1", "d2"]
    assert [(use.attribute, use.is_held) for use in shown(scene).values()] == [("phone:p0", False)]
    scene.come(described(3, 1, phone_hash="p2"))
    assert {use.attribute for use in shown(scene).values() if not use.is_held} == {
        "phone:p1", "device:x1", "device:x2", "payment:m1",
    }  # fmt: skip
