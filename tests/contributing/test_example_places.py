"""The examples of CONTRIBUTING fit the code as it is: found out at once, not only when they are made in full."""

import tomllib

import pytest

from cloudtag.docs.architecture import ROOT
from tests.contributing.scratch import HERE

THINGS = sorted(path.parent.name for path in HERE.glob("*/example.toml"))


@pytest.mark.parametrize("thing", THINGS)
def test_what_an_example_changes_stands_in_one_place(thing: str) -> None:
    edits = tomllib.loads((HERE / thing / "example.toml").read_text(encoding="utf-8")).get("edit", [])
    found = {each["after"]: (ROOT / each["path"]).read_text(encoding="utf-8").count(each["after"]) for each in edits}
    assert [place for place, count in found.items() if count != 1] == []
