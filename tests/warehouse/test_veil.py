"""Keys are stable, kinds do not mix, and texts name nobody."""

import pytest

from cloudtag.warehouse.veil import Veil

SECRET = b"a secret only for tests"


def test_a_key_depends_on_secret_kind_and_value() -> None:
    key = Veil(SECRET).key("buyer", "b1")
    assert key == Veil(SECRET).key("buyer", "b1")
    assert len(key) == 32
    assert len({key, Veil(SECRET).key("phone", "b1"), Veil(SECRET).key("buyer", "b2")}) == 3
    assert Veil(b"another secret, as long").key("buyer", "b1") != key
    assert Veil(SECRET).key("buyer", None) == Veil(SECRET).key("buyer", "") == ""


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Veil(b"short")


def test_only_whole_words_of_a_text_are_covered() -> None:
    veil = Veil(SECRET)
    short = veil.key("buyer", "b1")[:12]
    assert veil.cover("b1 and b12 and b1-x share w-b1; b1.", ["b1"]) == f"{short} and b12 and b1-x share w-b1; {short}."


def test_originals_are_offered_once_and_again_when_the_month_turns() -> None:
    veil = Veil(SECRET)
    veil.turn(1_772_000_000_000)
    veil.key("buyer", "b1")
    assert list(veil.fresh.values()) == ["b1"]
    veil.fresh.clear()
    veil.key("buyer", "b1")
    assert not veil.fresh
    veil.turn(1_772_000_000_000 + 31 * 86_400_000)
    veil.key("buyer", "b1")
    assert list(veil.fresh.values()) == ["b1"]
