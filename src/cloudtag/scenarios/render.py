"""A story as people read it: a line per event, beneath it what it changed, and what stands in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cloudtag.contract.times import rfc3339
from cloudtag.explain.timeline import moment
from cloudtag.explain.words import tell
from cloudtag.scenarios.changes import RenderOptions, told_changes, told_standing
from cloudtag.scenarios.clock_times import day_of
from cloudtag.scenarios.run import RunMoment, ScenarioRun

_FEW = 2
"""So many repetitions that change nothing are shown; of more, the first alone."""
_STREAM = 11
"""How wide the widest name of an input stream is."""
_INDENT = " " * 27


def tell_story(play: ScenarioRun, *, is_zh: bool = False) -> list[str]:
    """The lines of a story. `is_zh`: alerts explain themselves in Chinese."""
    story = play.story
    buyers = {event.buyer_id for event in play.events if hasattr(event, "buyer_id")}
    voice = RenderOptions(story.begins_ms, is_zh, is_buyer_named=len(buyers) > 1)
    standing = list(told_standing((record for _, record in play.records()), voice))
    return [
        f"{story.name}: {story.title} ({', '.join(story.rules)}; {story.source})",
        story.told,
        f"Day 1 is {moment(story.begins_ms)[:-6]} {rfc3339(story.begins_ms)[:4]}; all times are UTC.",
        "",
        *_timeline(play, voice),
        "",
        "In the end" if standing else "In the end nothing stands." if play.records() else "Nothing is ever published.",
        *(f"  {line}" for line in standing),
    ]


def _timeline(play: ScenarioRun, voice: RenderOptions) -> Iterator[str]:
    """Each moment; of repetitions that change nothing the first alone, and how many there are."""
    quiet = Counter(each.planned.told for each in play.moments if each.planned and not each.changes)
    told: set[int] = set()
    left_out: list[RunMoment] = []
    for each in play.moments:
        if each.planned and not each.changes and quiet[each.planned.told] > _FEW and each.planned.told in told:
            left_out.append(each)
            continue
        yield from _rest(left_out, voice)
        left_out = []
        if each.planned:
            told.add(each.planned.told)
        yield _head(each, voice)
        yield from (f"{_INDENT}{line}" for line in told_changes(each.changes, voice))
    yield from _rest(left_out, voice)


def _rest(left_out: list[RunMoment], voice: RenderOptions) -> Iterator[str]:
    if left_out:
        yield f"{_INDENT}… and {len(left_out)} more like it, until {_when(left_out[-1].at_ms, voice)}"


def _head(each: RunMoment, voice: RenderOptions) -> str:
    when = f"{_when(each.at_ms, voice):{len(_INDENT) - 2}}"
    if each.planned is None:
        return f"{when}  (time passes)"
    event, stream = each.planned.event, each.planned.stream
    late = f" [late: it happened {_when(event.occurred_at, voice)}]" if event.occurred_at < each.at_ms else ""
    says = f" — {each.planned.says}" if each.planned.says else ""
    return f"{when}  {stream:{_STREAM}} {tell(event, is_buyer_named=voice.is_buyer_named)}{says}{late}"


def _when(at_ms: int, voice: RenderOptions) -> str:
    return f"day {day_of(at_ms, voice.begins_ms)}, {moment(at_ms)}"
