"""Prose uses the words of the field, or plain ones; `words.toml` says which not."""

import re
from pathlib import Path

import pytest

from tests.docs.words import WORDS, banned_in, left, prose


def test_no_banned_word_stands_in_prose() -> None:
    assert list(left()) == []


@pytest.mark.parametrize(
    ("line", "path", "found"),
    [
        ("The lane is on time.", "docs/a.md", ["lane"]),
        ("A dead letter, or dead letters.", "docs/a.md", []),
        ("A letter is larger.", "docs/a.md", ["letter"]),
        ("One or two letters wrong.", "docs/a.md", []),
        ("The field `lane` is code.", "docs/a.md", []),
        ("Planes and planets.", "docs/a.md", []),
        ("A buyer's file.", "src/cloudtag/engine/task.py", ["file"]),
        ("A file of events.", "src/cloudtag/eventfiles/lines.py", []),
        ("POISON rows", "streams/sink/writer.py", ["POISON"]),
    ],
)
def test_what_is_found(line: str, path: str, found: list[str]) -> None:
    assert banned_in(line, path) == found


def test_code_is_no_prose(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""Doc."""\nlane = "lane"\n\n\ndef f():\n    """Of f.\n\n    More.\n    """\n    return lane  # why\n'
    )
    assert prose(module) == {1: 0, 6: 0, 7: 0, 8: 0, 9: 0, 10: 17}


def test_what_is_replaced_is_not_replaced_by_something_banned() -> None:
    for each in WORDS["replace"]:
        for path in each.get("paths", ["docs/"]):
            assert banned_in(re.sub(r"\\\d", "x", each["instead"]), path) == [], each
