"""Whole ways through the desk in a browser: from the queue to the right verdict, a tag, a ring, and back again."""

from typing import get_args

import pytest
from playwright.sync_api import Browser, Page, expect

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.events import AlertAnswered, TagSubmitted
from cloudtag.policy.load import shipped
from tests.desk.cases import alert_of_case, case_of
from tests.desk.chromium import page_of
from tests.desk.conftest import DeskWorld
from tests.desk.hands import Hand, Way, hand
from tests.desk.stories import SANCTIONED
from tests.desk.test_second_person import of_amount

LONG = pytest.mark.long


def acts_of(world: DeskWorld) -> list[object]:
    return [event for event in world.pipeline.sent if type(event).__name__ != "AuditEntry"]


def _to_case(page: Page, person: Hand, case: str, choice: str) -> None:
    """From a choice of the queue, of a shop and what else, to a case."""
    page.goto(f"/queue?shop={choice}")
    person.take(page.locator(f'li[data-case="{alert_of_case(case)}"] a.title'))
    expect(page).to_have_url(case)


def give_verdict(page: Page, person: Hand, value: str) -> None:
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
    give_verdict(page, person, "abnormal")
    event = acts_of(world)[-1]
    assert isinstance(event, AlertAnswered)
    assert (event.buyer_id, event.verdict) == (f"b{number}", "abnormal")
    _undo(page, person)
    taken_back = acts_of(world)[-1]
    assert isinstance(taken_back, AlertAnswered)
    assert (taken_back.withdraws, taken_back.verdict) == (event.event_id, "unknown")


def _tags(page: Page, person: Hand, world: DeskWorld) -> None:
    number = world.fresh()
    _to_case(page, person, case_of(world, f"o{number}"), "s1")
    person.use(page.locator("#tag summary"), "t")
    person.go(page.get_by_role("button", name="Send the tag"))
    event = acts_of(world)[-1]
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
    before = len(acts_of(world))
    give_verdict(page, person, "abnormal")
    sent = [event for event in acts_of(world)[before:] if isinstance(event, AlertAnswered)]
    assert len(sent) == count - 1
    assert {event.verdict for event in sent} == {"abnormal"}
    assert {event.buyer_id for event in sent} <= {f"b{number}", f"b{number + 1}"}
    _undo(page, person)
    back = [event for event in acts_of(world)[before + len(sent) :] if isinstance(event, AlertAnswered)]
    assert {event.withdraws for event in back} == {event.event_id for event in sent}


def _hears_an_appeal(page: Page, person: Hand, world: DeskWorld, number: int) -> None:
    """The buyer objects to a sanction; somebody looks at it and upholds it: the sanction falls."""
    _to_case(page, person, case_of(world, f"o{number}-1"), "s1")
    sanction = page.locator("#consequences li", has_text="sanction").first
    person.go(sanction.get_by_role("button", name="The buyer objects"))
    opened = acts_of(world)[-1]
    assert isinstance(opened, AppealChanged)
    assert (opened.buyer_id, opened.status) == (f"b{number}", "opened")
    world.seconds += 5
    person.go(page.locator(f'form:has(input[value="{opened.appeal_id}"]) button[value="upheld"]'))
    upheld = acts_of(world)[-1]
    assert isinstance(upheld, AppealChanged)
    assert (upheld.appeal_id, upheld.status) == (opened.appeal_id, "upheld")
    status = f"SELECT status FROM consequences_latest WHERE consequence_id = '{opened.consequence_id}'"
    assert world.one(status) == "reversed"


class Ways:
    """The suite, for a desk (`acted`) over whatever pipeline and a `browser`."""

    @pytest.mark.parametrize(
        "way", [pytest.param("mouse", marks=LONG), "keys", pytest.param("no_javascript", marks=LONG)]
    )
    def test_a_shops_way_from_the_queue_to_verdict_tag_and_ring(
        self, acted: DeskWorld, browser: Browser, way: Way
    ) -> None:
        with page_of(browser, acted, "mei", has_javascript=way != "no_javascript") as page:
            person = hand(page, way)
            _judges(page, person, acted, "s1")
            _tags(page, person, acted)
            _decides_a_ring(page, person, acted, "s1")

    @pytest.mark.parametrize(
        "way", [pytest.param("mouse", marks=LONG), pytest.param("keys", marks=LONG), "no_javascript"]
    )
    def test_a_reviewers_way_from_the_queue_to_verdict_ring_and_appeal(
        self, acted: DeskWorld, browser: Browser, way: Way
    ) -> None:
        with page_of(browser, acted, "petra", has_javascript=way != "no_javascript") as page:
            person = hand(page, way)
            _judges(page, person, acted, "s4")
            _decides_a_ring(page, person, acted, "s4")
            _hears_an_appeal(page, person, acted, dict(zip(get_args(Way), SANCTIONED, strict=True))[way])

    @pytest.mark.parametrize("way", [pytest.param("mouse", marks=LONG), "keys", "no_javascript"])
    def test_one_proposes_and_another_one_approves(self, acted: DeskWorld, browser: Browser, way: Way) -> None:
        case = case_of(acted, f"o{acted.fresh()}")
        acted.desk.policies = of_amount(0)
        try:
            with page_of(browser, acted, "mei", has_javascript=way != "no_javascript") as page:
                person = hand(page, way)
                _to_case(page, person, case, "s1")
                person.use(page.locator('input[name="verdict"][value="abnormal"]'), "a")
                person.go(page.get_by_role("button", name="Propose the verdict"), "Control+Enter")
                expect(page.locator("#proposals")).to_contain_text("Another person must approve it.")
            assert not [event for event in acts_of(acted) if isinstance(event, AlertAnswered)]
            with page_of(browser, acted, "min", has_javascript=way != "no_javascript") as page:
                person = hand(page, way)
                person.go(page.get_by_role("link", name="For a second person"), "w")
                person.take(page.locator(f'li[data-case="{alert_of_case(case)}"] a.title'))
                person.go(page.get_by_role("button", name="Approve it: it is sent"), "y")
                expect(page.locator("#sent")).to_be_visible()
            assert [event.reviewer for event in acts_of(acted) if isinstance(event, AlertAnswered)] == ["mei"]
        finally:
            acted.desk.policies = shipped()
