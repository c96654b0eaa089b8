"""What counts as a slip of a known name, and what is a name of its own."""

import pytest

from cloudtag.contract.spelling import did_you_mean, distance, slip_of

PLATFORMS = ("taobao", "tmall", "jd", "aliexpress")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Tabao", "taobao"),
        ("TAOBAO", "taobao"),
        (" taobao", "taobao"),
        ("toabao", "taobao"),
        ("taobaoo", "taobao"),
        ("tobo", "taobao"),
        ("t-mall", "tmall"),
        ("Tmal", "tmall"),
        ("JD", "jd"),
        ("dj", "jd"),
        ("jdd", "jd"),
        ("ali-express", "aliexpress"),
        ("aliexpres", "aliexpress"),
    ],
)
def test_a_slip_is_known_for_what_was_meant(word: str, meant: str) -> None:
    assert slip_of(word, PLATFORMS) == meant


OTHERS = ("pdd", "dy", "vip", "ebay", "amazon", "shopee", "temu", "tmon", "alibaba", "1688", "tao", "", "x")


@pytest.mark.parametrize("word", [*PLATFORMS, *OTHERS])
def test_a_name_of_its_own_is_no_slip(word: str) -> None:
    assert slip_of(word, PLATFORMS) is None


@pytest.mark.parametrize(
    ("first", "second", "slips"),
    [("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "xbz", 2), ("kitten", "sitting", 3)],
)
def test_distance_counts_letters(first: str, second: str, slips: int) -> None:
    assert distance(first, second) == distance(second, first) == slips


def test_a_question_is_only_asked_where_a_name_is_near() -> None:
    assert did_you_mean("ammount_minor", ["amount_minor", "currency"]) == "; did you mean amount_minor?"
    assert did_you_mean("loyalty", ["amount_minor", "currency"]) == ""
