"""Decision records are numbered through, each once, and are said to be what they are."""

import re

from cloudtag.docs.architecture import ROOT

RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_each_number_is_given_once_and_none_is_left_out() -> None:
    assert [int(path.name[:3]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_a_record_begins_with_the_number_of_its_file() -> None:
    assert [
        path.name for path in RECORDS if not path.read_text(encoding="utf-8").startswith(f"# {path.name[:3]}")
    ] == []


def test_what_is_linked_is_there() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    named = {
        name for page in pages for name in re.findall(r"\b\d{3}-[a-z0-9-]+\.md\b", page.read_text(encoding="utf-8"))
    }
    assert named <= {path.name for path in RECORDS}
