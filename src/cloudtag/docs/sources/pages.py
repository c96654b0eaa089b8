"""The pages themselves: an index, and one page per source with a line per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial

from cloudtag.docs.sources.check import EXAMPLE
from cloudtag.docs.sources.parameters import parameter
from cloudtag.docs.sources.stated import DETECTORS, STORIES, SourceDocument, SourceEntry, read_sources

_UP = "../../"
"""From a page to the checkout."""
_CODE = "src/cloudtag/"
_BAR = "\\|"
INTRODUCTION = """\
# Sources

Generated from the files beside this page by `make docs`; edit `NAME.toml`, not `NAME.md`.

The rules come from five documents of large marketplaces: four say how they defend shops against abusive buyers, one how
they punish shops. Each is a *source*; its rules have a letter and a number, which detectors, policies,
tests and pages cite. What no document says, and people who do this work report of real traffic, counts as one more: its
rules begin with F. A source's page has a line for every rule that is stated of it: what it says in our words, its
parameters as the policy packs have them, where it is implemented, and which test shows it.

| source | page | rules |
|---|---|---|
"""
CHECKS = """
## How the lines are checked

The file of a source is the only place where its lines are written; the page is made of it. In the file, `detector`
stands for that detector's `detect`, `examples` are its examples and `stories` names of stories; other code and tests
stand in `where` and `tests` as `path::name`.

`tests/docs/test_sources_pages.py` fails when

- a definition is not in the file it is said to be in, or neither it, nor its file's docstring, nor the detector's
  `RULE` names the rule;
- a test, an example of a detector or a story is not there under that name, is skipped, or is about other rules;
- a parameter is not a key of the policy packs (its values on this page are read from them);
- a rule that a docstring, a detector, a pack or a story names has no line, or a line's rule is not among the stated;
- the specification, where it lies beside the checkout, states a rule that has no line, claimed or not.

`make docs-check` fails when a page is not what its file makes. What no machine checks is whether the sentence says what
the source says, and whether the test shows what the sentence says.

Several ids share a line where one sentence states them together; an id has several lines where it says several things.
In *shown by*, a name in quotes is an example in that detector's file, and a story is run by `cloudtag stories NAME`.
"""


def source_pages() -> dict[str, Callable[[], str]]:
    """What makes each page, by its path below the folder of pages."""
    pages: dict[str, Callable[[], str]] = {"sources/README.md": index_page}
    for source in _sources():
        pages[f"sources/{source.name}.md"] = partial(source_page, source)
    return pages


def index_page() -> str:
    """The index of sources, Markdown."""
    lines = [
        f"| {source.source}: {source.title} | [{source.name}]({source.name}.md) | {', '.join(source.stated)} |"
        for source in _sources()
    ]
    return INTRODUCTION + "\n".join(lines) + "\n" + CHECKS


def source_page(source: SourceDocument) -> str:
    """One source's page, Markdown."""
    lines = [
        f"# {source.source}: {source.title}",
        "",
        f"Generated from [{source.name}.toml]({source.name}.toml) by `make docs`; edit that file, not this page.",
        "[What is checked](README.md#how-the-lines-are-checked).",
        "",
        source.about.strip(),
        "",
        "| rule | what it says | parameters | where | shown by |",
        "|---|---|---|---|---|",
        *(_line(entry) for entry in source.rule),
    ]
    if source.unclaimed:
        lines += ["", "## Not claimed", "", "| rule | because |", "|---|---|"]
        lines += [f"| {', '.join(line.ids)} | {line.because} |" for line in source.unclaimed]
    if unstated := source.unstated():
        whose = "their" if len(unstated) > 1 else "its"
        lines += ["", f"{_and(unstated)}: no words of {whose} own in the specification, so nothing is claimed."]
    return "\n".join(lines) + "\n"


def _line(entry: SourceEntry) -> str:
    cells = [
        ", ".join(entry.ids),
        entry.says,
        "<br>".join(map(parameter, entry.parameters)),
        "<br>".join(map(_place, entry.where)),
        "<br>".join(map(_test, entry.tests)),
    ]
    return f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |"


def _place(place: str) -> str:
    path, _, name = place.partition("::")
    return f"[`{path.removeprefix(_CODE)}::{name}`]({_UP}{path})"


def _test(test: str) -> str:
    if example := EXAMPLE.match(test):
        path = f"{DETECTORS}{example[1]}.py"
        return f'[`detectors/{example[1]}.py`]({_UP}{path}) "{example[2]}"'
    if test.startswith(STORIES):
        return f"story [`{test.removeprefix(STORIES).removesuffix('.toml')}`]({_UP}{test})"
    return f"[`{test}`]({_UP}{test.partition('::')[0]})"


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


@cache
def _sources() -> tuple[SourceDocument, ...]:
    return tuple(read_sources())
