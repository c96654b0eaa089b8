"""Shops that share an owner count as one (F18)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import ShopDescribed
from cloudtag.decisions.owners import all_marks, independent, owner_marks

T0 = 1_772_409_600_000


def said(at: Any = T0, name: Any = "d1", phone: Any = None, devices: Any = (), payment: Any = None) -> Any:
    return ShopDescribed(name, at, "taobao", "s1", (), phone, devices, payment)


def test_a_phone_is_no_device_and_no_payment_account() -> None:
    phone, device = owner_marks([said(phone="x")], T0), owner_marks([said(devices=("x",))], T0)
    payment = owner_marks([said(payment="x")], T0)
    assert len({*phone, *device, *payment}) == 3


def test_an_owner_is_known_by_what_was_said_last_before() -> None:
    facts = [said(T0, "d1", phone="old"), said(T0 + 10, "d2", phone="new")]
    assert owner_marks(facts, T0 + 9) == owner_marks([facts[0]], T0)
    assert owner_marks(facts, T0 + 10) == owner_marks([facts[1]], T0)
    assert owner_marks(facts, T0 - 1) == owner_marks([facts[0]], T0)
    assert owner_marks([], T0) == ()


def test_what_is_shown_no_more_still_shows_who_belonged_together() -> None:
    facts = [said(T0, "d1", phone="old"), said(T0 + 10, "d2", devices=("new",)), said(T0 + 20, "d3")]
    assert set(all_marks(facts)) == {*owner_marks(facts[:1], T0), *owner_marks(facts[1:2], T0)}
    assert all_marks(facts) == all_marks(reversed(facts))
    assert all_marks([]) == ()


def test_marks_tell_nobody_the_hash() -> None:
    assert "secret" not in "".join(owner_marks([said(phone="secret")], T0))


@pytest.mark.parametrize(
    ("marks", "count"),
    [
        ({}, 0),
        ({"s1": ()}, 1),
        ({"s1": (), "s2": ()}, 2),
        ({"s1": ("a",), "s2": ("b",)}, 2),
        ({"s1": ("a",), "s2": ("a",)}, 1),
        ({"s1": ("a",), "s2": ("b",), "s3": ("a", "b")}, 1),
        ({"s1": ("a",), "s2": ("a", "b"), "s3": ("b",), "s4": ("c",)}, 2),
        ({"s1": ("a", "b"), "s2": ("a",), "s3": ("b",)}, 1),
        ({"s1": ("a",), "s2": ("b",), "s3": ("a",)}, 2),
    ],
)
def test_how_many_owners_shops_have(marks: Any, count: Any) -> None:
    assert independent(marks) == count


known = st.dictionaries(st.sampled_from("ABCDEF"), st.frozensets(st.sampled_from("abcd"), max_size=3), max_size=6)


@given(known, st.randoms(use_true_random=False))
def test_the_order_of_shops_is_irrelevant(marks: Any, random: Any) -> None:
    items = list(marks.items())
    assert independent(dict(random.sample(items, len(items)))) == independent(marks)


@given(known, st.sampled_from("abcd"))
def test_knowing_more_of_owners_never_makes_them_more(marks: Any, mark: Any) -> None:
    assert independent({shop: {*of, mark} for shop, of in marks.items()}) <= independent(marks) <= len(marks)
