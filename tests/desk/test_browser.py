"""Whole ways through the desk in a browser: from the queue to the right verdict, a tag, a ring, and back again."""

from collections.abc import Iterator
from statistics import median
from typing import get_args

import pytest
from playwright.sync_api import Browser, Page, expect

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.events import AlertAnswered, TagSubmitted
from cloudtag.policy.load import shipped
from tests.desk.cases import alert_of_case, case_of
from tests.desk.chromium import chromium, needs_chromium, page_of
from tests.desk.conftest import DeskWorld
from tests.desk.hands import Hand, Keys, Way, hand
from tests.desk.stories import SANCTIONED
from tests.desk.test_second_person import of_amount

pytestmark = needs_chromium
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def browser(world: DeskWorld) -> Iterator[Browser]:
    """One browser for the file."""
    with chromium() as started:
        yield started


def _acts(world: DeskWorld) -> list[object]:
    return [event for event in world.pipeline.sent if type(event).__name__ != "AuditEntry"]


def _to_case(page: Page, person: Hand, case: str, choice: str) -> None:
    """From a choice of the queue, of a shop and what else, to a case."""
    page.goto(f"/queue?shop={choice}")
    person.take(page.locator(f'li[data-case="{alert_of_case(case)}"] a.title'))
    expect(page).to_have_url(case)


def _verdict(page: Page, person: Hand, value: str) -> None:
    person.use(page.locator(f'input[name="verdict"][value="{value}"]'), {"abnormal": "a", "normal": "o"}[value])
    person.go(page.get_by_role("button", name="Send the verdict"), "Control+Enter")
    expect(page.locator("#sent")).to_be_visible()


def _undo(page: Page, person: Hand) -> None:
    person.go(page.get_by_role("button", name="Take it back"), "u")
    expect(page.get_by_text("Its withdrawal was sent.")).to_be_visible()


def _judges(page: Page, person: Hand, world: DeskWorld, shop: str) -> None:
    """An empty parcel is called so; then it is taken back, as a slip is."""
    number = world.fresh(shop)
    _to_case(page, person, case_of(world, f"o{number}"), shop)
    _verdict(page, person, "abnormal")
    event = _acts(world)[-1]
    assert isinstance(event, AlertAnswered)
    assert (event.buyer_id, event.verdict) == (f"b{number}", "abnormal")
    _undo(page, person)
    taken_back = _acts(world)[-1]
    assert isinstance(taken_back, AlertAnswered)
    assert (taken_back.withdraws, taken_back.verdict) == (event.event_id, "unknown")


def _tags(page: Page, person: Hand, world: DeskWorld) -> None:
    number = world.fresh()
    _to_case(page, person, case_of(world, f"o{number}"), "s1")
    person.use(page.locator("#tag summary"), "t")
    person.go(page.get_by_role("button", name="Send the tag"))
    event = _acts(world)[-1]
    assert isinstance(event, TagSubmitted)
    assert [(order.order_id, order.buyer_id) for order in event.orders] == [(f"o{number}", f"b{number}")]
    expect(page.locator("#tags")).to_contain_text(f"o{number}")


def _decides_a_ring(page: Page, person: Hand, world: DeskWorld, shop: str) -> None:
    """All cases of a ring but the one that is left out get one verdict, and lose it again."""
    number = world.fresh_ring(shop)
    _to_case(page, person, case_of(world, f"o{number + 1}x", "reused_waybill"), f"{shop}&scenario=false_return_info")
    person.go(page.get_by_role("link", name="The ring"), "r")
    chosen = page.locator('input[type="checkbox"][name^="case:"]')
    count = chosen.count()
    assert count > 2
    person.use(chosen.first)
    before = len(_acts(world))
    _verdict(page, person, "abnormal")
    sent = [event for event in _acts(world)[before:] if isinstance(event, AlertAnswered)]
    assert len(sent) == count - 1
    assert {event.verdict for event in sent} == {"abnormal"}
    assert {event.buyer_id for event in sent} <= {f"b{number}", f"b{number + 1}"}
    _undo(page, person)
    back = [event for event in _acts(world)[before + len(sent) :] if isinstance(event, AlertAnswered)]
    assert {event.withdraws for event in back} == {event.event_id for event in sent}


def _hears_an_appeal(page: Page, person: Hand, world: DeskWorld, number: int) -> None:
    """The buyer objects to a sanction; somebody looks at it and upholds it: the sanction falls."""
    _to_case(page, person, case_of(world, f"o{number}-1"), "s1")
    sanction = page.locator("#consequences li", has_text="sanction").first
    person.go(sanction.get_by_role("button", name="The buyer objects"))
    opened = _acts(world)[-1]
    assert isinstance(opened, AppealChanged)
    assert (opened.buyer_id, opened.status) == (f"b{number}", "opened")
    world.seconds += 5
    person.go(page.locator(f'form:has(input[value="{opened.appeal_id}"]) button[value="upheld"]'))
    upheld = _acts(world)[-1]
    assert isinstance(upheld, AppealChanged)
    assert (upheld.appeal_id, upheld.status) == (opened.appeal_id, "upheld")
    status = f"SELECT status FROM consequences_latest WHERE consequence_id = '{opened.consequence_id}'"
    assert world.one(status) == "reversed"


@pytest.mark.parametrize("way", [pytest.param("mouse", marks=LONG), "keys", pytest.param("no_javascript", marks=LONG)])
def test_a_shops_way_from_the_queue_to_verdict_tag_and_ring(acted: DeskWorld, browser: Browser, way: Way) -> None:
    with page_of(browser, acted, "mei", has_javascript=way != "no_javascript") as page:
        person = hand(page, way)
        _judges(page, person, acted, "s1")
        _tags(page, person, acted)
        _decides_a_ring(page, person, acted, "s1")


@pytest.mark.parametrize("way", [pytest.param("mouse", marks=LONG), pytest.param("keys", marks=LONG), "no_javascript"])
def test_a_reviewers_way_from_the_queue_to_verdict_ring_and_appeal(
    acted: DeskWorld, browser: Browser, way: Way
) -> None:
    with page_of(browser, acted, "petra", has_javascript=way != "no_javascript") as page:
        person = hand(page, way)
        _judges(page, person, acted, "s4")
        _decides_a_ring(page, person, acted, "s4")
        _hears_an_appeal(page, person, acted, dict(zip(get_args(Way), SANCTIONED, strict=True))[way])


@pytest.mark.parametrize("way", [pytest.param("mouse", marks=LONG), "keys", "no_javascript"])
def test_one_proposes_and_another_one_approves(acted: DeskWorld, browser: Browser, way: Way) -> None:
    case = case_of(acted, f"o{acted.fresh()}")
    acted.desk.policies = of_amount(0)
    try:
        with page_of(browser, acted, "mei", has_javascript=way != "no_javascript") as page:
            person = hand(page, way)
            _to_case(page, person, case, "s1")
            person.use(page.locator('input[name="verdict"][value="abnormal"]'), "a")
            person.go(page.get_by_role("button", name="Propose the verdict"), "Control+Enter")
            expect(page.locator("#proposals")).to_contain_text("Another person must approve it.")
        assert not [event for event in _acts(acted) if isinstance(event, AlertAnswered)]
        with page_of(browser, acted, "min", has_javascript=way != "no_javascript") as page:
            person = hand(page, way)
            person.go(page.get_by_role("link", name="For a second person"), "w")
            person.take(page.locator(f'li[data-case="{alert_of_case(case)}"] a.title'))
            person.go(page.get_by_role("button", name="Approve it: it is sent"), "y")
            expect(page.locator("#sent")).to_be_visible()
        assert [event.reviewer for event in _acts(acted) if isinstance(event, AlertAnswered)] == ["mei"]
    finally:
        acted.desk.policies = shipped()


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
        _verdict(page, person, "abnormal")
        thoughts += 2
        for case in cases:
            page.goto(case)
            told = page.locator(".casehead h1, .casehead .line, .told .lead").all_inner_texts()
            words.append(len(" ".join(told).split()))
    reading = median(words) / WORDS_PER_MINUTE * 60
    seconds = len(person.done) * KEY_SECONDS + thoughts * THINK_SECONDS + reading
    assert seconds <= LONGEST_SECONDS, (person.done, words)
