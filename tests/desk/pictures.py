"""The pictures of docs/desk.md, made of the pages as they are now.

    python -m tests.desk.pictures docs/desk

The tests' stories are told as if they had ended a moment ago: a page says how late the newest order was stored.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from cloudtag.local.warehouse import Warehouse
from tests.desk.cases import case_of
from tests.desk.chromium import chromium, page_of
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.stories import story

WIDTH, CASE_HEIGHT, QUEUE_HEIGHT = 1100, 1500, 860
"""In pixels."""
LANGUAGES = ("en", "zh")
AGO_MS = 60_000
CASE = "o32"


def just_now(events: Sequence[Any]) -> list[Any]:
    """The same events, the last of them a minute ago."""
    later = int(time.time() * 1000) - AGO_MS - max(event.occurred_at for event in events)
    moved = []
    for event in events:
        deadline = getattr(event, "deadline_at", None)
        more = {} if deadline is None else {"deadline_at": deadline + later}
        moved.append(replace(event, occurred_at=event.occurred_at + later, **more))
    return moved


def shown(page: Page, address: str, language: str, height: int, where: Path) -> None:
    """A picture of a page in a language."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(f"{address}?lang={language}")
    page.screenshot(path=where)


def main(directory: Path) -> None:
    """Make them all."""
    with (
        Warehouse(open_to="everyone") as warehouse,
        desk_world(warehouse.url, just_now(story())) as world,
        chromium() as browser,
    ):
        world.seconds = time.time()
        taken(world, browser, directory)


def taken(world: DeskWorld, browser: Browser, directory: Path) -> None:
    """A case as the shop's staff have it, and the queue of a reviewer, in both languages."""
    for language in LANGUAGES:
        with page_of(browser, world, "mei") as page:
            shown(page, case_of(world, CASE), language, CASE_HEIGHT, directory / f"case-{language}.png")
        with page_of(browser, world, "petra") as page:
            shown(page, "/queue", language, QUEUE_HEIGHT, directory / f"queue-{language}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
