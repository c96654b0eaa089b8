"""Debian's chromium, steered by Playwright. Whoever has none skips these tests; one that is there has to work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.desk.conftest import DeskWorld

CHROMIUM = Path("/usr/bin/chromium")
LONGEST_MS = 20_000

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, which ends with this. While it runs, no other event loop may be begun in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, world: DeskWorld, token: str | None, *, has_javascript: bool = True) -> Iterator[Page]:
    """A page at the desk's queue, signed in with a token, or at its door."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{world.port}", locale="en-GB", java_script_enabled=has_javascript
    )
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    try:
        page.goto(f"/signin?token={token}" if token else "/signin")
        if token:
            with page.expect_navigation():
                page.get_by_role("button", name="Sign in").click()
        yield page
    finally:
        context.close()
