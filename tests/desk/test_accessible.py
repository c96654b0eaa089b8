"""Whoever hears a page, or cannot tell its colours, can use it: axe finds nothing wrong, in either language."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cloudtag.desk.routes import ROUTES
from tests.desk.cases import alert_of_case, case_of
from tests.desk.chromium import chromium, needs_chromium, page_of
from tests.desk.conftest import DeskWorld

pytestmark = needs_chromium
AXE = "axe-core@4.10.3"
FILES = ("/figures/{figure}.csv", "/figures/{figure}.parquet", "/changes", "/next")
"""No pages."""
PAGES = [route.path for route in ROUTES if not route.is_act and route.path not in FILES]


@pytest.fixture(scope="module")
def browser(world: DeskWorld) -> Iterator[Browser]:
    """One browser for the file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program that judges pages, brought by npm."""
    npm, place = shutil.which("npm"), tmp_path_factory.mktemp("axe")
    if npm is None:
        pytest.skip("there is no npm, which brings axe")
    command = [npm, "install", "--prefix", str(place), "--ignore-scripts", "--no-audit", "--no-fund", AXE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm does not bring {AXE}: {done.stderr.strip()[-200:]}")
    return Path(place, "node_modules", "axe-core", "axe.min.js").read_text(encoding="utf-8")


def _wrong(page: Page, axe: str) -> list[Any]:
    page.evaluate(axe)
    found = page.evaluate("() => axe.run()")
    return [(each["id"], [node["html"][:160] for node in each["nodes"][:4]]) for each in found["violations"]]


def _address(world: DeskWorld, path: str) -> str:
    ring = alert_of_case(case_of(world, "o12", "reused_waybill"))
    names = {"alert_id": ring, "platform": "taobao", "shop_id": "s1", "name": "short_return"}
    return path.replace(":path", "").format(**names)


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_nothing_is_wrong_with_any_page(world: DeskWorld, browser: Browser, axe: str, language: str) -> None:
    with page_of(browser, world, None) as page:
        page.goto(f"/signin?lang={language}")
        wrong = {"/signin": _wrong(page, axe)}
    with page_of(browser, world, "petra") as page:
        for path in PAGES:
            answer = page.goto(f"{_address(world, path)}?lang={language}")
            assert answer is not None
            assert answer.status == 200
            page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")
            wrong[path] = _wrong(page, axe)
    assert {path: found for path, found in wrong.items() if found} == {}
