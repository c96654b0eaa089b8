"""The queue's stream: told is whoever may see what changed, once for all that changed meanwhile, and nobody else."""

import asyncio
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from cloudtag.desk.live_queue import QueueWatch
from cloudtag.detection.example import day, inspected
from tests.desk.cases import case_of
from tests.desk.chromium import LONGEST_MS, chromium, needs_chromium, page_of
from tests.desk.conftest import DeskWorld
from tests.desk.people import PEOPLE
from tests.detectors.judged import events_of

_NAMES = "rows => rows.map((row) => row.dataset.case)"


def changed(watch: QueueWatch) -> bool:
    """What the next question says."""
    return asyncio.run(watch.has_changed())


def watch_of(world: DeskWorld, name: str, since: int = 0) -> QueueWatch:
    """What is told to somebody who opened the queue now, or in a second of the warehouse's."""
    watch = QueueWatch(world.desk.asking, PEOPLE[name], since)
    if not since:
        assert not changed(watch), "what stood before is on the page"
    return watch


def found_after_all(world: DeskWorld, number: str, shop: str) -> None:
    """The goods of a case turn up: it is withdrawn."""
    who = {"buyer_id": f"b{number}", "order_id": f"o{number}", "refund_id": f"r{number}", "shop_id": shop}
    world.pipeline.take(events_of([inspected(day(9), {"dress": 2}, waybill_no=f"RET{number}", **who)]))


def test_an_alert_that_comes_or_ends_is_told_to_whoever_may_see_it(acted: DeskWorld) -> None:
    sees = {name: watch_of(acted, name) for name in ("mei", "petra", "aude")}
    blind = {name: watch_of(acted, name) for name in ("otto", "nobody", "jade")}
    number = acted.fresh("s1")
    for _ in range(2):
        assert [changed(watch) for watch in sees.values()] == [True] * 3
        assert [changed(watch) for watch in (*sees.values(), *blind.values())] == [False] * 6
        found_after_all(acted, number, "s1")
    acted.fresh("s2")
    assert [changed(watch) for watch in blind.values()] == [True, False, False]


def test_many_changes_between_two_questions_are_told_once(acted: DeskWorld) -> None:
    watch = watch_of(acted, "mei")
    for _ in range(3):
        acted.fresh("s1")
    assert [changed(watch) for _ in range(3)] == [True, False, False]


def test_what_came_since_the_list_was_made_is_told_when_the_stream_opens(acted: DeskWorld) -> None:
    acted.fresh("s1")
    second = int(str(acted.one("SELECT max(toUInt32(toUnixTimestamp(stored_at))) FROM alert_revisions")))
    assert changed(watch_of(acted, "mei", second)), "the list may have been made before it in that second"
    assert not changed(watch_of(acted, "mei", second + 1))
    assert not changed(watch_of(acted, "nobody", 1)), "nothing is there that this shop may see"
    assert not changed(watch_of(acted, "mei", 9_999_999_999))


@contextmanager
def stream(world: DeskWorld, name: str | None, since: str) -> Iterator[http.client.HTTPResponse]:
    """The stream as a browser opens it."""
    cookies = world.visitor(name).cookies if name else {}
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
    kept = "; ".join(f"{key}={value}" for key, value in cookies.items())
    try:
        connection.request("GET", f"/changes?queue={quote(since)}", headers={"cookie": kept})
        yield connection.getresponse()
    finally:
        connection.close()


def until_told(response: http.client.HTTPResponse) -> str:
    """The first thing that is told."""
    while (line := response.readline().decode()) and not line.startswith("event:"):
        pass
    return line + response.readline().decode()


@pytest.mark.parametrize("since", ["1", "0", "", "x", "٣", "1" * 5000])
def test_an_empty_queue_has_a_stream_as_well(acted: DeskWorld, since: str) -> None:
    with stream(acted, "nobody", since) as response:
        assert response.status == 200
        assert response.readline() == b"retry: 2000\n"


def test_the_stream_says_that_the_queue_has_changed_and_nothing_of_what(acted: DeskWorld) -> None:
    with stream(acted, "mei", "1") as response:
        assert response.getheader("content-type", "").startswith("text/event-stream")
        assert until_told(response) == 'event: queue\ndata: {"text": "The queue has changed."}\n'


def test_without_a_session_there_is_no_stream(acted: DeskWorld) -> None:
    with stream(acted, None, "1") as response:
        assert response.status == 401


def test_a_page_names_the_second_of_its_list(acted: DeskWorld) -> None:
    before = int(str(acted.one("SELECT toUInt32(toUnixTimestamp(now()))")))
    text = acted.visitor("nobody").get("/queue").text
    second = int(text.partition('data-queue="')[2].partition('"')[0])
    assert before <= second <= int(str(acted.one("SELECT toUInt32(toUnixTimestamp(now()))")))


def _link_to(case: str) -> str:
    return f'li.case a[href="{case}"]'


def _told_anew(page: Page) -> None:
    """Return when the banner says it once more."""
    expect(page.locator("#news")).to_be_visible(timeout=LONGEST_MS)
    expect(page.locator("#news")).to_contain_text("The queue has changed.")
    page.evaluate("document.getElementById('news').hidden = true")
    page.clock.fast_forward(60_000)


@pytest.mark.long  # a browser of its own; what it is told is tried above in every run
@needs_chromium
def test_the_list_follows_unless_that_would_move_what_is_in_hand(acted: DeskWorld) -> None:
    with chromium() as browser, page_of(browser, acted, "mei") as page:
        page.clock.install()
        page.goto("/queue?shop=s1&money=100")
        newest = page.locator(_link_to(case_of(acted, f"o{acted.fresh('s1')}")))
        expect(newest).to_have_count(1, timeout=LONGEST_MS)
        assert page.locator("#news a").get_attribute("href") == "/queue?shop=s1&money=100"
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.resource_type))
        for in_hand in (page.get_by_label("At stake"), page.locator("li.case a.title").first):
            in_hand.focus()
            page.evaluate("document.getElementById('news').hidden = true")
            before = page.locator("li.case").evaluate_all(_NAMES)
            acted.fresh("s1")
            _told_anew(page)
            expect(in_hand).to_be_focused()
            assert before == page.locator("li.case").evaluate_all(_NAMES)
            assert "fetch" not in asked
        page.evaluate("document.activeElement.blur()")
        newest = page.locator(_link_to(case_of(acted, f"o{acted.fresh('s1')}")))
        _told_anew(page)
        expect(newest).to_have_count(1, timeout=LONGEST_MS)
