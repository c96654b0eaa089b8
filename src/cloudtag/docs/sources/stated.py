"""The stated rules, as the files beside the pages write them: one file per source, the only place they are written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from cloudtag.scenarios.scenario import LETTERS, SOURCES

ROOT = Path(__file__).resolve().parents[4]
"""The checkout: the pages are made, and checked, where the code and the tests lie."""
FOLDER = "docs/sources"
DETECTORS = "src/cloudtag/detectors/"
STORIES = "src/cloudtag/scenarios/files/"
_TITLES = {**SOURCES, "F": "The field: what people who do this work report of real traffic"}
_Id = Annotated[str, Meta(pattern=r"^[TBJAPF]\d+[a-z]?(\.\d+)?$|^S4$")]
_Some = Annotated[tuple[str, ...], Meta(min_length=1)]
_Sentence = Annotated[str, Meta(pattern=r"^[A-Z`0-9].*\.$")]


class SourceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a page.

    `ids` are several where one sentence of the specification states them together, and an id has several entries where
    it says several things. `where` are definitions as `path::name`; `tests` are test functions as `path::name`,
    examples of detectors as `path "name of the example"`, and stories as their path; `parameters` are keys of the
    policy packs. Paths begin at the checkout.
    """

    ids: Annotated[tuple[_Id, ...], Meta(min_length=1)]
    says: _Sentence
    where: _Some
    tests: _Some
    parameters: tuple[str, ...] = ()


class SourceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as a file has it: `detector` stands for its `detect`, `examples` are of that detector, `stories` names.

    What else there is stands in `where` and `tests`.
    """

    ids: tuple[str, ...]
    says: str
    parameters: tuple[str, ...] = ()
    detector: str | None = None
    examples: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    def entry(self) -> dict[str, Any]:
        """The entry, every place and every test written out."""
        path = f"{DETECTORS}{self.detector}.py"
        return {
            "ids": self.ids,
            "says": self.says,
            "where": [*([f"{path}::detect"] if self.detector else []), *self.where],
            "tests": [
                *(f'{path} "{name}"' for name in self.examples),
                *(f"{STORIES}{name}.toml" for name in self.stories),
                *self.tests,
            ],
            "parameters": self.parameters,
        }


class Unclaimed(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that are stated and not, or not wholly, carried out: `because` says what is missing."""

    ids: Annotated[tuple[_Id, ...], Meta(min_length=1)]
    because: _Sentence


class SourceDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """One source: `name` is that of its file and its page, `stated` every id the specification states of it."""

    name: str
    source: str
    about: str
    stated: tuple[_Id, ...]
    rule: tuple[SourceEntry, ...]
    unclaimed: tuple[Unclaimed, ...] = ()

    @property
    def named(self) -> set[str]:
        """Every id that has a line, claimed or not."""
        return {*self.stated, *(rule_id for line in self.unclaimed for rule_id in line.ids)}

    @property
    def title(self) -> str:
        """The source in words."""
        return _TITLES[self.source]

    @property
    def letter(self) -> str:
        """The letter its rules begin with."""
        return next(letter for letter, source in LETTERS.items() if source == self.source)

    def unstated(self) -> list[str]:
        """The numbers between the first and the last that the specification gives no words of their own."""
        numbers = {int(re.findall(r"\d+", rule_id)[0]) for rule_id in self.named if rule_id[0] == self.letter}
        return [f"{self.letter}{number}" for number in range(1, max(numbers)) if number not in numbers]


def read_source(name: str, text: str) -> SourceDocument:
    """One file. Raises `tomllib.TOMLDecodeError` or `msgspec.ValidationError` for one that is not of this form."""
    data = tomllib.loads(text)
    data["rule"] = [written.entry() for written in msgspec.convert(data.get("rule", []), list[SourceFile])]
    return msgspec.convert({"name": name, **data}, SourceDocument)


def read_sources(root: Path = ROOT) -> list[SourceDocument]:
    """Every source, in order of their names."""
    files = sorted((root / FOLDER).glob("*.toml"))
    return [read_source(file.stem, file.read_text(encoding="utf-8")) for file in files]
