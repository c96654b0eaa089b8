"""Reading a story from the text of its file, and all stories that come with cloudtag."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.scenarios.clock_times import NotATimeError, midnight, milliseconds
from cloudtag.scenarios.scenario import LETTERS, SOURCES, Scenario, ScenarioError
from cloudtag.scenarios.tables import expected, planned

MONDAY = date(2026, 3, 2)
"""Day 1, unless a story says when it begins."""
_RULE = re.compile(r"[TBJAPF]\d{1,2}(?:[a-z]|\.\d)?|S4")


class _File(Struct, forbid_unknown_fields=True, kw_only=True):
    title: str
    rules: list[str]
    source: str
    told: str
    begins: date = MONDAY
    until: Any = None
    quiet: bool = False
    default: dict[str, Any] = {}
    event: list[dict[str, Any]] = []
    expect: list[dict[str, Any]] = []


def read(name: str, text: str) -> Scenario:
    """The story in a file's text. Raises ScenarioError, which says what is wrong with it."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
        story = _story(name, file)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, NotATimeError, ScenarioError) as error:
        raise ScenarioError(f"story {name}: {error}") from None
    return story


def shipped_texts() -> dict[str, str]:
    """The files of the stories that come with cloudtag, by name."""
    folder = files("cloudtag.scenarios") / "files"
    found = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    return {path.name.removesuffix(".toml"): path.read_text(encoding="utf-8") for path in found}


@cache
def shipped_scenarios() -> dict[str, Scenario]:
    """The stories that come with cloudtag, by name, in the order of their sources and rules."""
    stories = [read(name, text) for name, text in shipped_texts().items()]
    return {story.name: story for story in sorted(stories, key=lambda s: (s.source, _number(s.rules[0]), s.name))}


def _story(name: str, file: _File) -> Scenario:
    begins_ms = midnight(file.begins)
    story = Scenario(
        name=name,
        title=file.title,
        rules=tuple(file.rules),
        source=file.source,
        told=" ".join(file.told.split()),
        begins_ms=begins_ms,
        until_ms=None if file.until is None else milliseconds(file.until, begins_ms),
        is_quiet=file.quiet,
        events=planned(name, file.event, file.default, begins_ms),
        expectations=expected(file.expect, begins_ms),
    )
    _check(story)
    return story


def _check(story: Scenario) -> None:
    """A story says where it comes from, happens, and is worth running: it expects something, or expects nothing."""
    if not story.rules or (odd := next((r for r in story.rules if not _RULE.fullmatch(r)), None)):
        raise ScenarioError(f"{odd!r} is no rule" if story.rules else "it names no rule")
    if story.source not in SOURCES or story.source not in {LETTERS[rule[0]] for rule in story.rules}:
        raise ScenarioError(f"source {story.source!r} is not the source of {', '.join(story.rules)}")
    if not story.events:
        raise ScenarioError("nothing happens in it")
    if story.is_quiet and story.expectations:
        raise ScenarioError("it is quiet, and expects something all the same")
    if not story.is_quiet and not any(e.count and e.after_ms is None for e in story.expectations):
        raise ScenarioError("it expects nothing to stand in the end; if that is the point, it is `quiet = true`")
    arrivals = [planned.arrives_ms for planned in story.events]
    last_ms = max(arrivals)
    if story.until_ms is not None and story.until_ms < last_ms:
        raise ScenarioError("it ends before its last event")
    first_ms, end_ms = min(arrivals), story.until_ms or last_ms
    for expectation in story.expectations:
        if expectation.after_ms is not None and not first_ms <= expectation.after_ms <= end_ms:
            raise ScenarioError(f"{expectation}: that moment is not part of it")


def _number(rule: str) -> tuple[int, str]:
    digits = re.findall(r"\d+", rule)
    return int(digits[0]), rule
