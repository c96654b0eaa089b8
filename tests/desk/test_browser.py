"""Whole ways through the desk in a browser, over the pipeline in one process, and how long a case takes a person."""

from collections.abc import Iterator
from statistics import median

import pytest
from playwright.sync_api import Browser

from tests.desk.chromium import chromium, needs_chromium, page_of
from tests.desk.conftest import DeskWorld
from tests.desk.hands import Keys
from tests.desk.ways import Ways, give_verdict

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(world: DeskWorld) -> Iterator[Browser]:
    """One browser for the file."""
    with chromium() as started:
        yield started


class TestInOneProcess(Ways):
    """What the desk sends is judged and stored by the time its answer is there."""


KEY_SECONDS, THINK_SECONDS, WORDS_PER_MINUTE = 0.28, 1.35, 250
"""The keystroke-level model: a key of somebody who does not type for a living, a thought before each step, reading."""
LONGEST_SECONDS = 20.0


def test_the_median_case_takes_twenty_seconds_at_most(acted: DeskWorld, browser: Browser) -> None:
    acted.fresh("s-pace")
    with page_of(browser, acted, "petra") as page:
        person = Keys(page)
        cases = [link.get_attribute("href") or "" for link in page.locator("li.case a.title").all()][:9]
        page.goto("/queue?shop=s-pace")
        person.take(page.locator("li.case a.title").first)
        thoughts, words = 1, list[int]()
        give_verdict(page, person, "abnormal")
        thoughts += 2
        for case in cases:
            page.goto(case)
            told = page.locator(".casehead h1, .casehead .line, .told .lead").all_inner_texts()
            words.append(len(" ".join(told).split()))
    reading = median(words) / WORDS_PER_MINUTE * 60
    seconds = len(person.done) * KEY_SECONDS + thoughts * THINK_SECONDS + reading
    assert seconds <= LONGEST_SECONDS, (person.done, words)
