"""`cloudtag detectors`: what is detected."""

from typing import Annotated

import typer
from rich.table import Table

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.screen import note, output


def detectors(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell all about this one.")] = None,
) -> None:
    """List the detectors, or show all about one: what it finds, how it decides, what would clear it.

    Example:  cloudtag detectors reused_waybill
    """
    if name is None:
        _list()
    else:
        _tell(name)


def _list() -> None:
    from cloudtag.detectors.registry import all_detectors
    from cloudtag.docs.detectors import FAMILIES

    order = list(FAMILIES)
    table = Table()
    for column in ("family", "detector", "finds", "tag label", "looks at", "rules"):
        # A name in two pieces could not be searched for.
        table.add_column(column, no_wrap=column in ("detector", "tag label"))
    found = sorted(all_detectors().values(), key=lambda d: (order.index(d.rule.family), d.name))
    for number, detector in enumerate(found):
        rule = detector.rule
        is_last = found[number + 1 : number + 2] and found[number + 1].rule.family != rule.family
        row = (rule.family, detector.name, rule.title, rule.scenario, rule.scope, " ".join(rule.rules))
        table.add_row(*row, end_section=bool(is_last))
    output().print(table)
    note(f"{len(found)} detectors; `cloudtag detectors NAME` tells all about one")


def _tell(name: str) -> None:
    from difflib import get_close_matches

    from rich.markdown import Markdown

    from cloudtag.detectors.registry import all_detectors
    from cloudtag.docs.section import section

    known = all_detectors()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise FailureError(f"no detector {name!r}: {hint}", UNREADABLE)
    output().print(Markdown("\n".join(section(known[name])), hyperlinks=False))
