"""One number however it is typed, and two numbers that only look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.parcels.numbers import canonical_number
from tests.parcels.making import LAW


@pytest.mark.parametrize(
    "typed",
    [
        "YT1234567890",
        "yt 1234 5678 90",
        " yt-1234-5678-90\t",
        "ＹＴ１２３４５６７８９０",
        "YT1234.5678.90",
        "YT1234·5678・90",
        "yt\u200b1234\ufeff567890",
        "YT1234\u20115678\u201390",
        "YT1234\u22125678\u00ad90",
        "YT1234\u00a05678\u300090\n",
        "\u202aYT1234567890\u202c",
    ],
)
def test_one_number_in_all_writings(typed):
    assert canonical_number(typed) == "YT1234567890"


@pytest.mark.parametrize("other", ["YT123456789", "YT1234567890A", "YT1234_567890", "YT1234/567890", "YT12345678９1"])
def test_another_number_stays_another(other):
    assert canonical_number(other) != "YT1234567890"


def test_what_is_no_number_leaves_nothing():
    assert canonical_number(" - . \u200b") == ""


@given(st.text(max_size=40))
@LAW
def test_what_comes_out_goes_in_unchanged(text):
    number = canonical_number(text)
    assert canonical_number(number) == number


@given(st.text("abcXYZ019", min_size=1, max_size=20), st.data())
@LAW
def test_nothing_between_the_letters_matters(number, data):
    blanks = st.text(" -.\u200b\u00ad\u2013·\t", max_size=3)
    typed = "".join(data.draw(blanks) + letter for letter in number) + data.draw(blanks)
    assert canonical_number(typed) == number.upper()
