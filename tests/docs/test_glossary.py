"""The glossary names every public type once, and nothing that does not exist."""

import re
from pathlib import Path

import pytest

from cloudtag.docs.architecture import ROOT
from cloudtag.docs.exported import exported_types, first_sentence, types_of
from cloudtag.docs.glossary import MARK, ORDER, PAGE, handwritten

LINE = re.compile(r"^- \[`(\w+)`\]\(\.\./(\S+)\): (.+)$")


def lines() -> list[tuple[str, str, str]]:
    """Name, file and meaning of every line of the committed page."""
    made = PAGE.read_text(encoding="utf-8").split(MARK)[1]
    found = [LINE.match(line) for line in made.splitlines() if line.startswith("- ")]
    return [(line[1], line[2], line[3]) for line in found if line is not None]


def test_every_public_type_has_one_line() -> None:
    named = [(name, path) for name, path, _ in lines()]
    assert sorted(named) == sorted((each.name, each.path) for each in exported_types())
    names = [name for name, _ in named]
    assert sorted(set(names)) == sorted(names)


def test_every_line_names_what_is_defined_there() -> None:
    for name, path, _ in lines():
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(class {name}\b|{name} = )", text, re.MULTILINE), (name, path)


def test_every_line_says_something() -> None:
    assert [name for name, _, meaning in lines() if len(meaning.split()) < 1 or "|" in name] == []
    assert [each.name for each in exported_types() if not each.meaning] == []


def test_every_room_has_its_place_in_the_flow() -> None:
    assert {each.room for each in exported_types()} == set(ORDER)


def test_the_terms_name_only_types_that_exist() -> None:
    known = {each.name for each in exported_types()}
    named = set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*)`", handwritten()))
    assert named
    assert named <= known


def test_a_term_is_explained_once() -> None:
    terms = [term.lower() for term in re.findall(r"\*\*([^*]+)\*\*:", handwritten())]
    assert len(terms) > 50
    assert sorted(set(terms)) == sorted(terms)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('class Seen:\n    """What it is. And more."""\n', [("Seen", "What it is.")]),
        ('Alias = dict[str, int]\n"""By name."""\n', [("Alias", "By name.")]),
        ('Kind = Literal["one", "two"]\n', [("Kind", "One of `one`, `two`.")]),
        ("class Silent:\n    pass\n", [("Silent", "")]),
        ("class _Private:\n    pass\n", []),
        ("CONSTANT = 5\nvalue = 6\n", []),
        ('Option = Annotated[str, typer.Option("--name")]\n', []),
        ("class Outer:\n    class Inner:\n        pass\n", [("Outer", "")]),
    ],
)
def test_what_counts_as_a_public_type(source: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(source)
    assert list(types_of(module)) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One.\n\nTwo.", "One."),
        ("Of two\nlines. And more.", "Of two lines."),
        ("Reads `streams.kafka`; more. Then.", "Reads `streams.kafka`; more."),
        ("No stop", "No stop"),
        ("As in `9f2c…`. More.", "As in `9f2c…`."),
    ],
)
def test_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence
