"""`cloudtag detectors`: what is detected."""

from typing import Annotated

import typer
from rich.table import Table

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.screen import output


def detectors(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell all about this one.")] = None,
) -> None:
    """List the detectors, or tell all about one: what it finds, how it decides, what would clear it.

    Example:  cloudtag detectors reused_waybill
    """
    from cloudtag.detection.registry import all_detectors

    known = all_detectors()
    if name is not None:
        if name not in known:
            raise FailureError(f"no detector {name!r}: there are {', '.join(known)}", UNREADABLE)
        output().print(f"{name}\n\n{known[name].doc.strip()}", markup=False)
        return
    table = Table()
    for column in ("detector", "finds", "family", "scenario", "rules"):
        table.add_column(column)
    for detector in known.values():
        rule = detector.rule
        table.add_row(detector.name, rule.title, rule.family, rule.scenario, " ".join(rule.rules))
    output().print(table)
