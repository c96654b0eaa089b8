"""What is wrong with the stated rules: code or a test that is not there, an id left out, an id nobody stated."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from cloudtag.detectors.registry import all_detectors
from cloudtag.docs.sources.defined import definition, ids_documented, ids_in, ids_named, is_defined, text_of
from cloudtag.docs.sources.parameters import known_parameters
from cloudtag.docs.sources.stated import DETECTORS, STORIES, SourceDocument, SourceEntry

EXAMPLE = re.compile(rf'^{DETECTORS}(\w+)\.py "(.+)"$')
_NOT_RUN = ("skip", "xfail")


def faults(sources: Iterable[SourceDocument], root: Path) -> list[str]:
    """Every fault of every source, as a line that says where it is; none when all is well."""
    sources = list(sources)
    found = [fault for source in sources for fault in _of_source(source, root)]
    rowed = {rule_id for source in sources for rule_id in source.stated}
    named = sorted(named_ids(root).items())
    return found + [f"{path}: {rule_id} has no row" for path, ids in named for rule_id in sorted(ids - rowed)]


def named_ids(root: Path) -> dict[str, set[str]]:
    """By file, the rule ids that stand in docstrings, detectors' rules, policy packs and stories."""
    found: dict[str, set[str]] = {}
    for path in sorted((root / "src").rglob("*.py")):
        found[str(path.relative_to(root))] = ids_documented(path)
    for path in sorted((root / "src/cloudtag/policy/packs").glob("*.toml")):
        found[str(path.relative_to(root))] = ids_in(text_of(path))
    for path in sorted((root / STORIES).glob("*.toml")):
        found[str(path.relative_to(root))] = _rules_of_story(path)
    return found


def _of_source(source: SourceDocument, root: Path) -> Iterator[str]:
    rowed = {rule_id for entry in source.rule for rule_id in entry.ids}
    for rule_id in sorted(set(source.stated) - rowed):
        yield f"{source.name}: {rule_id} is stated and has no row"
    for rule_id in sorted(rowed - set(source.stated)):
        yield f"{source.name}: {rule_id} has a row and is not stated"
    for rule_id in source.stated:
        if rule_id[0] != source.letter and rule_id != source.source:
            yield f"{source.name}: {rule_id} belongs to another source"
    for entry in source.rule:
        yield from (f"{source.name}: {', '.join(entry.ids)}: {fault}" for fault in entry_faults(entry, root))


def entry_faults(entry: SourceEntry, root: Path) -> Iterator[str]:
    """What is wrong with one line."""
    named: set[str] = set()
    for place in entry.where:
        path, _, name = place.partition("::")
        if is_defined(root / path, name):
            named |= ids_named(root / path, name)
        else:
            yield f"no such code: {place}"
    yield from (f"{rule_id} is not named by the code it points at" for rule_id in entry.ids if rule_id not in named)
    yield from (fault for test in entry.tests if (fault := _of_test(test, entry, root)))
    yield from (f"no such parameter: {key}" for key in entry.parameters if key not in known_parameters())


def _of_test(test: str, entry: SourceEntry, root: Path) -> str | None:
    """What is wrong with a test: it is not there, it is not run, or it is about other rules."""
    if example := EXAMPLE.match(test):
        detector = all_detectors().get(example[1])
        if detector is None or example[2] not in (held.name for held in detector.examples):
            return f"no such example: {test}"
        return None if set(entry.ids) & set(detector.rule.rules) else f"an example of other rules: {test}"
    if test.startswith(STORIES):
        if not (root / test).is_file():
            return f"no such story: {test}"
        return None if set(entry.ids) & _rules_of_story(root / test) else f"a story of other rules: {test}"
    path, _, name = test.partition("::")
    if not (root / path).is_file() or not name.rpartition(".")[2].startswith("test_"):
        return f"no such test: {test}"
    found = definition(root / path, name)
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        return f"no such test: {test}"
    marks = " ".join(ast.unparse(decorator) for decorator in found.decorator_list)
    return f"a test that is not run: {test}" if any(f"mark.{mark}" in marks for mark in _NOT_RUN) else None


def _rules_of_story(path: Path) -> set[str]:
    return set(tomllib.loads(text_of(path))["rules"])
