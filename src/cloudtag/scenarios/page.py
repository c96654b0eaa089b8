"""The page of stories: a list by source, made of the stories' files."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.scenarios.scenario import SOURCES, Scenario

INTRODUCTION = """\
# Stories

Generated from `src/cloudtag/scenarios/files` by `make docs`; edit the story's file, not this page.

The rules come from five documents of marketplaces, and each of their examples is a story: a file of events and of what
must stand in the end. `cloudtag stories NAME` runs one through the engine and tells it event by event;
`cloudtag stories NAME --jsonl | cloudtag replay -` judges the same events. A *quiet* story is one about honest people:
nothing may ever be published. Every story is a test.

To write one, copy a file that is near. `at` is a day of the story and a time, `[default]` says what all events have in
common, `times` and `every` repeat an event with `{n}` for its number, `arrives` is for events the feed brings late, and
`answers` names the detector whose alert a verdict is about. A story must name all alerts, tags and confirmations there
are in the end, and all consequences or labels as soon as it names one of them; only the watch that follows any alert
need not be named. `after` looks at an earlier moment. `cloudtag stories mine.toml` runs it.
"""


def stories_page() -> str:
    """The whole page, Markdown."""
    stories = list(shipped_scenarios().values())
    parts = [line for source in SOURCES for line in _part(source, [s for s in stories if s.source == source])]
    return "\n".join([INTRODUCTION, *parts]).rstrip() + "\n"


def _part(source: str, stories: list[Scenario]) -> Iterator[str]:
    if not stories:
        return
    yield from (f"## {source}: {SOURCES[source]}", "", "| story | what happens | rules |", "|---|---|---|")
    for story in stories:
        quiet = " *Quiet.*" if story.is_quiet else ""
        yield f"| `{story.name}` | **{story.title}.** {story.told}{quiet} | {', '.join(story.rules)} |"
    yield ""
