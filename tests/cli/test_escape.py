"""Text on its way to a terminal."""

import json

from hypothesis import given
from hypothesis import strategies as st

from cloudtag.cli.escape import visible, visible_json


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    for out in (visible(text), visible_json(json.dumps(text, ensure_ascii=False))):
        assert not [char for char in out if not (char.isprintable() or char.isspace())]
        assert not {"\n", "\r", "\x1b", "\x9b", "\u202e", "\u2028", "\u2066"} & set(out)
    assert json.loads(visible_json(json.dumps(text, ensure_ascii=False))) == text


def test_what_can_be_seen_stays() -> None:
    assert visible("Größe 退款 ñ €") == "Größe 退款 ñ €"
    assert visible("a\x1b[31m\tb\x7f\u200f") == "a\\x1b[31m\\tb\\x7f\\u200f"
    assert json.loads(visible_json('"\U000e0001x"')) == "\U000e0001x"
