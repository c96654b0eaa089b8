"""The tests of the toy; they are collected when named, and no other time."""

import pytest

from tests.mutation import toy


@pytest.mark.parametrize(
    ("at", "is_paused", "is_late"), [(5, False, False), (6, False, True), (4, False, False), (6, True, False)]
)
def test_late(at: int, is_paused: bool, is_late: bool) -> None:
    assert toy.is_late(at, 5, is_paused) is is_late


def test_fee() -> None:
    assert (toy.fee(0), toy.fee(9)) == (0, 5)


def test_shelf() -> None:
    assert toy.Shelf().is_full
    assert toy.filled(2) == (1, 1)


def test_short() -> None:
    assert toy.FREE_DAYS["short"](2)
    assert not toy.FREE_DAYS["short"](3)
