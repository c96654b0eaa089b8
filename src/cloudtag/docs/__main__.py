"""Write the generated pages into a folder, all or those that are named; with `--check` fail when one is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from cloudtag.docs.architecture import architecture_page
from cloudtag.docs.detectors import detectors_page
from cloudtag.docs.glossary import glossary_page
from cloudtag.docs.guarantees import guarantees_page
from cloudtag.docs.metrics import metrics_page
from cloudtag.docs.parameter_page import parameters_page
from cloudtag.docs.parcel_journey import parcel_journey_page
from cloudtag.docs.record_flow import record_flow_page
from cloudtag.docs.sources.pages import source_pages
from cloudtag.scenarios.page import stories_page

PAGES: dict[str, Callable[[], str]] = {
    "architecture.md": architecture_page,
    "detectors.md": detectors_page,
    "glossary.md": glossary_page,
    "guarantees.md": guarantees_page,
    "parameters.md": parameters_page,
    "stories.md": stories_page,
    "metrics.md": metrics_page,
    "parcel-journey.md": parcel_journey_page,
    "record-flow.md": record_flow_page,
    **source_pages(),
}


def main(arguments: list[str]) -> int:
    """`FOLDER [PAGE…] [--check]`; exit status 1 when a page is stale, 2 when there is none of that name."""
    folder, *names = (argument for argument in arguments if argument != "--check")
    if unknown := sorted({*names} - PAGES.keys()):
        sys.stderr.write(f"no page is called {', '.join(unknown)}; there are {', '.join(PAGES)}\n")
        return 2
    stale = []
    for name in names or PAGES:
        path, text = Path(folder) / name, PAGES[name]()
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"stale, run `make docs`: {', '.join(stale)}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
