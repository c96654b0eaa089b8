"""Whether a story ended as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudtag.scenarios.run import ScenarioRun
from cloudtag.scenarios.scenario import ALWAYS_WHOLE, Expectation

_SHOWN, _LONGEST = 5, 400
"""So many records are shown beside an expectation that is not met, and so much of each."""


def faults(play: ScenarioRun) -> list[str]:
    """What did not come as the story says; nothing where all did."""
    return [*_unmet(play), *_unnamed(play)]


def _unmet(play: ScenarioRun) -> Iterator[str]:
    for expectation in play.story.expectations:
        records = [r for stream, r in play.records(expectation.after_ms) if stream == expectation.stream]
        found = sum(_is_met(expectation, record) for record in records)
        if found != expectation.count:
            yield f"expected {expectation}, there are {found}; {_known(records)}"


def _unnamed(play: ScenarioRun) -> Iterator[str]:
    """What was published and no expectation names: a story expects the whole of a stream."""
    final = [e for e in play.story.expectations if e.after_ms is None and e.count]
    whole = {*ALWAYS_WHOLE, *(e.stream for e in final)}
    for stream, record in play.records():
        is_named = any(e.stream == stream and _is_met(e, record) for e in final)
        if play.story.is_quiet:
            yield f"expected nothing, and there is {_line(record)}"
        elif stream in whole and not is_named:
            yield f"nothing is said of this one of {stream}: {_line(record)}"


def _is_met(expectation: Expectation, record: Any) -> bool:
    return all(_agrees(wanted, _told(name, getattr(record, name))) for name, wanted in expectation.fields.items())


def _told(name: str, value: Any) -> Any:
    """A policy is expected by its name: what it says changes with every default."""
    return value.partition("@")[0] if name == "policy_version" else value


def _agrees(wanted: Any, held: Any) -> bool:
    """Tables agree in what is wanted of them, lists in any order."""
    if isinstance(wanted, dict):
        return all(name in held and held[name] == value for name, value in wanted.items())
    if isinstance(wanted, list):
        return sorted(wanted) == sorted(held)
    return type(wanted) is type(held) and bool(wanted == held)


def _known(records: list[Any]) -> str:
    lines = [_line(record) for record in records[:_SHOWN]]
    rest = [f"and {len(records) - _SHOWN} more"] if len(records) > _SHOWN else []
    return "known: " + ("; ".join([*lines, *rest]) or "nothing")


def _line(record: Any) -> str:
    """A record in so many words that its expectation can be written."""
    shown = ("detector", "kind", "scenario", "status", "reason", "severity", "buyer_id", "order_id", "subject_id")
    values = [f"{name} {value}" for name in (*shown, "order_ids") if (value := getattr(record, name, None))]
    more = [f"{name} {value}" for name in ("facts", "details") if (value := getattr(record, name, None))]
    return ", ".join([*values, *more])[:_LONGEST]
