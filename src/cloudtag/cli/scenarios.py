"""`cloudtag stories`: the sources' examples, run by the engine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cloudtag.cli.failure import DONE, FAILED, UNREADABLE, FailureError
from cloudtag.cli.screen import note, output

if TYPE_CHECKING:
    from cloudtag.scenarios.run import ScenarioRun
    from cloudtag.scenarios.scenario import Scenario


def stories(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME…", help="The stories to tell; or a story's own .toml file.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Tell all of them.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one story's events in the replay form.")] = False,
    zh: Annotated[bool, typer.Option("--zh", help="Let alerts explain themselves in Chinese.")] = False,
) -> int:
    """List the examples of the source documents, or run some: each event, what it changed, what stands in the end.

    They are run by the engine of the worker and checked against what they expect; where one ends otherwise, the exit
    code is 1.

    Example:  cloudtag stories five_orders_one_parcel

    Example:  cloudtag stories five_orders_one_parcel --jsonl | cloudtag replay -
    """
    if not names and not all_:
        _list()
        return DONE
    chosen = _chosen(names or [], is_all=all_)
    if jsonl:
        _print_events(chosen)
        return DONE
    return _tell(chosen, is_zh=zh)


def _list() -> None:
    from cloudtag.scenarios.read import shipped_scenarios
    from cloudtag.scenarios.scenario import SOURCES

    told = list(shipped_scenarios().values())
    width = max(len(story.name) for story in told)
    for source, about in SOURCES.items():
        table = Table(expand=True)
        table.add_column("story", no_wrap=True, min_width=width)
        table.add_column("title", ratio=1)
        table.add_column("rules")
        for story in (story for story in told if story.source == source):
            table.add_row(story.name, story.title, " ".join(story.rules))
        output().print(f"{source}: {about}", markup=False, style="bold")
        output().print(table)
    note(f"{len(told)} stories; `cloudtag stories NAME` tells one, `--all` tells all")


def _chosen(names: list[str], *, is_all: bool) -> list["Scenario"]:
    from difflib import get_close_matches

    from cloudtag.scenarios.read import read, shipped_scenarios
    from cloudtag.scenarios.scenario import ScenarioError

    known = shipped_scenarios()
    chosen = list(known.values()) if is_all else []
    for name in names:
        if name.endswith(".toml"):
            try:
                chosen.append(read(Path(name).stem, Path(name).read_text(encoding="utf-8")))
            except (ScenarioError, UnicodeDecodeError) as error:
                raise FailureError(str(error), UNREADABLE) from None
        elif name in known:
            chosen.append(known[name])
        else:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "`cloudtag stories` lists them"
            raise FailureError(f"no story {name!r}: {hint}", UNREADABLE)
    return chosen


def _play(story: "Scenario") -> "ScenarioRun":
    from cloudtag.scenarios.run import play
    from cloudtag.scenarios.scenario import ScenarioError

    try:
        return play(story)
    except ScenarioError as error:
        raise FailureError(str(error), UNREADABLE) from None


def _tell(chosen: list["Scenario"], *, is_zh: bool) -> int:
    from cloudtag.scenarios.expectations import faults
    from cloudtag.scenarios.render import tell_story

    code = DONE
    for number, story in enumerate(chosen):
        played = _play(story)
        for line in [*([""] if number else []), *tell_story(played, is_zh=is_zh)]:
            output().print(line, markup=False, soft_wrap=True)
        for fault in faults(played):
            code = FAILED
            note(f"story {story.name} does not end as it says: {fault}")
    return code


def _print_events(chosen: list["Scenario"]) -> None:
    """The events of one story: those of two would meet, for buyers and shops of stories share their names."""
    from cloudtag.cli.lines import line_of, line_writer
    from cloudtag.eventfiles import STANDARD

    if len(chosen) != 1:
        raise FailureError("--jsonl prints the events of one story at a time", UNREADABLE)
    (story,) = chosen
    with line_writer(STANDARD) as file:
        file.writelines(line_of(event) for event in _play(story).events)
    if story.until_ms is not None:
        from cloudtag.contract.times import rfc3339

        note(f"what time alone decides in it needs `cloudtag replay - --until {rfc3339(story.until_ms)}`")
