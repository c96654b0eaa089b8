"""Keys are stable, kinds do not mix, and texts name nobody."""

import pytest

from cloudtag.contract.named import NamedBuyer
from cloudtag.warehouse.pseudonymizer import Pseudonymizer

SECRET = b"a secret only for tests"


def test_a_key_depends_on_secret_kind_and_value() -> None:
    key = Pseudonymizer(SECRET).key("buyer", "b1")
    assert key == Pseudonymizer(SECRET).key("buyer", "b1")
    assert len(key) == 32
    assert len({key, Pseudonymizer(SECRET).key("phone", "b1"), Pseudonymizer(SECRET).key("buyer", "b2")}) == 3
    assert Pseudonymizer(b"another secret, as long").key("buyer", "b1") != key
    assert Pseudonymizer(SECRET).key("buyer", None) == Pseudonymizer(SECRET).key("buyer", "") == ""


def test_a_buyer_has_a_key_in_each_network() -> None:
    pseudonymizer = Pseudonymizer(SECRET)
    keys = [pseudonymizer.buyer(platform, "b1") for platform in ("taobao", "tmall", "Taobao", "jd", "another")]
    assert len(set(keys[:3])) == 1
    assert len(set(keys)) == 3
    assert {len(key) for key in keys} == {33}
    assert keys == [
        pseudonymizer.mask_buyer(platform, "b1") for platform in ("taobao", "tmall", "Taobao", "jd", "another")
    ]
    assert pseudonymizer.buyer("taobao", "b2") not in keys
    assert pseudonymizer.buyer("taobao", None) == pseudonymizer.buyer("taobao", "") == ""
    assert sorted(pseudonymizer.fresh.values()) == ["b1", "b1", "b1", "b2"]
    assert pseudonymizer.forget_buyer("tmall", "b1") == keys[0]
    assert sorted(pseudonymizer.fresh.values()) == ["b1", "b1", "b2"]
    assert Pseudonymizer(b"another secret, as long").buyer("taobao", "b1") not in keys


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonymizer(b"short")


def test_only_whole_words_of_a_text_are_covered() -> None:
    pseudonymizer = Pseudonymizer(SECRET)
    short = pseudonymizer.buyer("taobao", "b1")[:12]
    assert (
        pseudonymizer.redact("b1 and b12 and b1-x share w-b1; b1.", [NamedBuyer("taobao", "b1", "b1")])
        == f"{short} and b12 and b1-x share w-b1; {short}."
    )


def test_an_id_that_is_empty_stands_nowhere() -> None:
    assert Pseudonymizer(SECRET).redact("b1 came", [NamedBuyer("taobao", "", "")]) == "b1 came"


def test_originals_are_offered_once_and_again_when_the_month_turns() -> None:
    pseudonymizer = Pseudonymizer(SECRET)
    pseudonymizer.rotate(1_772_000_000_000)
    pseudonymizer.key("buyer", "b1")
    assert list(pseudonymizer.fresh.values()) == ["b1"]
    pseudonymizer.fresh.clear()
    pseudonymizer.key("buyer", "b1")
    assert not pseudonymizer.fresh
    pseudonymizer.rotate(1_772_000_000_000 + 31 * 86_400_000)
    pseudonymizer.key("buyer", "b1")
    assert list(pseudonymizer.fresh.values()) == ["b1"]
