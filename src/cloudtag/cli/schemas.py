"""`cloudtag schemas`: the contracts."""

from pathlib import Path
from typing import Annotated

import typer

from cloudtag.cli.failure import FAILED
from cloudtag.cli.screen import note, output


def check(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIRECTORY", help="Where the schemas lie (default: those in use).")
    ] = None,
) -> None:
    """Check the Avro schemas: they parse, agree with the code, and can be read in both directions across versions.

    Example:  cloudtag schemas check schemas/
    """
    from cloudtag.wire.check import check as problems_of
    from cloudtag.wire.schemas import AVRO_STREAMS

    problems = problems_of(directory)
    for problem in problems:
        output().print(problem, markup=False, soft_wrap=True)
    if problems:
        note(f"{len(problems)} problems")
        raise typer.Exit(FAILED)
    note(f"{len(AVRO_STREAMS)} schemas are well")
