"""Above the policy's amount one person proposes and another one of the same house approves, or nothing is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.events import AlertAnswered, ComplaintChanged, TagSubmitted
from cloudtag.contract.surfaces import CaseAct
from cloudtag.policy.consequence_rules import DeskRules
from cloudtag.policy.load import shipped
from cloudtag.policy.model import DEFAULT, Policies
from tests.desk.browser import Answer, Browser
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import STARTS_AT, DeskWorld

HOURS = 6


def of_amount(above_minor: int) -> Policies:
    """The shipped policies, where more than so much CNY waits for a second person."""
    rules = DeskRules({"CNY": above_minor}, HOURS)
    packs: dict[str, list[Any]] = {name: [] for name in (*shipped().platforms, DEFAULT)}
    for policy in shipped().versions():
        packs[policy.platform].append(replace(policy, desk=rules))
    return Policies(packs)


@pytest.fixture
def strict(acted: DeskWorld) -> Iterator[DeskWorld]:
    """The desk where every amount but none waits for a second person."""
    before, acted.desk.policies = acted.desk.policies, of_amount(0)
    yield acted
    acted.desk.policies = before


def acts_of(world: DeskWorld) -> list[Any]:
    return [event for event in world.pipeline.sent if type(event).__name__ != "AuditEntry"]


def proposed(world: DeskWorld, browser: Browser, case: str, verdict: str = "abnormal") -> CaseAct:
    answer = browser.act(case, f"{case}/verdict", verdict=verdict, reason="the parcel was empty")
    record = acts_of(world)[-1]
    assert isinstance(record, CaseAct)
    assert answer.location == f"{case}?proposed={record.event_id}#proposals"
    return record


def waits(browser: Browser, case: str) -> bool:
    """Whether the case is among those that wait for a second person, as somebody sees it."""
    return alert_of_case(case) in browser.cases("waiting=yes")


def answered(browser: Browser, case: str, act: str = "approve", **fields: str) -> Answer:
    return browser.act(case, f"{case}/proposal", act=act, **fields)


@pytest.mark.parametrize("much", [0, 1], ids=["exactly the amount", "a minor unit more"])
def test_what_is_above_the_amount_waits_and_what_is_not_is_sent(acted: DeskWorld, much: int) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    staked = acted.one(f"SELECT amount_at_stake_minor FROM alerts_latest WHERE alert_id = '{alert_of_case(case)}'")
    assert isinstance(staked, int)
    acted.desk.policies = of_amount(staked - much)
    try:
        assert ("what you send is a proposal" in mei.get(case).text) == bool(much)
        mei.act(case, f"{case}/verdict", verdict="abnormal")
    finally:
        acted.desk.policies = shipped()
    assert [type(event) for event in acts_of(acted)] == [CaseAct if much else AlertAnswered]


def test_another_person_approves_and_it_is_sent_in_the_first_ones_name(strict: DeskWorld) -> None:
    mei, min_, case = strict.visitor("mei"), strict.visitor("min"), case_of(strict, f"o{(n := strict.fresh())}")
    proposal = proposed(strict, mei, case)
    assert (proposal.act, proposal.proposed, proposal.revision, proposal.buyer_id) == ("propose", "verdict", 0, f"b{n}")
    assert proposal.until_at == proposal.occurred_at + HOURS * 3_600_000
    for browser in (mei, min_):
        assert "waits for a second person" in browser.get("/queue").text
        assert waits(browser, case)
    page = min_.get(case).text
    assert "Proposed by mei" in page
    assert "the parcel was empty" in page
    assert f"b{n}" not in page, "who the buyer is stays hidden"
    answer = answered(min_, case)
    event, approval = acts_of(strict)[-2:]
    assert isinstance(event, AlertAnswered)
    assert (event.reviewer, event.account_id, event.verdict, event.alert_revision) == ("mei", "acc-1", "abnormal", 0)
    assert (approval.act, approval.actor, approval.about_id) == ("approve", "min", proposal.event_id)
    page = min_.get(answer.location).text
    assert "It has come back through the engine" in page
    assert "(min)" in page
    assert not waits(mei, case)


def test_nobody_approves_what_they_proposed(strict: DeskWorld) -> None:
    mei, case = strict.visitor("mei"), case_of(strict, f"o{strict.fresh()}")
    proposed(strict, mei, case)
    page = mei.get(case)
    assert 'value="approve"' not in page.text
    assert "Another person must approve it." in page.text
    refused = answered(mei, case)
    assert refused.status == 403
    assert "another person must" in refused.text
    assert len(acts_of(strict)) == 1


def test_whoever_proposed_it_takes_it_back_and_others_decline_it(strict: DeskWorld) -> None:
    for name in ("mei", "min"):
        mei, other, case = strict.visitor("mei"), strict.visitor(name), case_of(strict, f"o{strict.fresh()}")
        proposal = proposed(strict, mei, case)
        assert answered(other, case, "decline").status == 303
        last = acts_of(strict)[-1]
        assert (last.act, last.actor, last.about_id) == ("decline", name, proposal.event_id)
        token = strict.visitor("min").get(case)
        assert f"<b>declined</b> ({name})" in token.text
        assert case not in token.text.partition('id="proposals"')[2].partition("</section>")[0]
    assert not [event for event in acts_of(strict) if isinstance(event, AlertAnswered)]


@pytest.mark.parametrize(("name", "status"), [("petra", 403), ("aude", 403), ("otto", 404), ("jade", 404)])
def test_nobody_of_another_house_approves_it(strict: DeskWorld, name: str, status: int) -> None:
    mei, other, case = strict.visitor("mei"), strict.visitor(name), case_of(strict, f"o{strict.fresh()}")
    proposal = proposed(strict, mei, case)
    form = {"csrf": other.get("/queue").form("/signout")["csrf"], "act": "approve", "revision": "0"}
    assert other.send(f"{case}/proposal", {**form, "proposal_id": proposal.event_id}).status == status
    assert len(acts_of(strict)) == 1


def test_a_shop_is_not_told_what_the_platform_proposes(strict: DeskWorld) -> None:
    petra, mei, case = strict.visitor("petra"), strict.visitor("mei"), case_of(strict, f"o{strict.fresh()}")
    proposal = proposed(strict, petra, case)
    assert proposal.shop_id is None
    assert "petra" not in mei.get(case).text
    assert not waits(mei, case)
    assert waits(strict.visitor("pia"), case)
    assert answered(strict.visitor("pia"), case).status == 303
    assert acts_of(strict)[-2].reviewer == "petra"


def test_it_waits_for_so_long_and_no_longer(strict: DeskWorld) -> None:
    mei, min_, case = strict.visitor("mei"), strict.visitor("min"), case_of(strict, f"o{strict.fresh()}")
    proposed(strict, mei, case)
    form = min_.get(case).form(f"{case}/proposal") | {"act": "approve"}
    strict.seconds = STARTS_AT + HOURS * 3600
    assert not waits(min_, case)
    assert "its time is over" in min_.get(case).text
    late = min_.send(f"{case}/proposal", form)
    assert late.status == 409
    assert "waits no longer" in late.text
    strict.seconds -= 1
    assert min_.send(f"{case}/proposal", form).status == 303


def test_it_is_void_once_the_case_has_changed(strict: DeskWorld) -> None:
    mei, min_, case = strict.visitor("mei"), strict.visitor("min"), case_of(strict, f"o{strict.fresh()}")
    proposed(strict, mei, case, "normal")
    form = min_.get(case).form(f"{case}/proposal") | {"act": "approve"}
    strict.desk.policies = shipped()
    strict.visitor("petra").act(case, f"{case}/verdict", verdict="abnormal")
    page = min_.get(case).text
    assert "void, because the case has changed" in page
    before = len(acts_of(strict))
    stale = min_.send(f"{case}/proposal", form)
    assert stale.status == 409
    assert "The case has changed since you opened it. Nothing was sent." in stale.text
    newest = min_.send(f"{case}/proposal", form | {"revision": "1"})
    assert newest.status == 409
    assert len(acts_of(strict)) == before


def test_what_two_approve_is_sent_once(strict: DeskWorld) -> None:
    mei, min_, case = strict.visitor("mei"), strict.visitor("min"), case_of(strict, f"o{strict.fresh()}")
    proposed(strict, mei, case)
    form = min_.get(case).form(f"{case}/proposal") | {"act": "approve"}
    strict.pipeline.holds = True
    answers = [min_.send(f"{case}/proposal", form) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len([event for event in acts_of(strict) if isinstance(event, AlertAnswered)]) == 1


def test_a_form_that_comes_twice_is_one_proposal(strict: DeskWorld) -> None:
    mei, case = strict.visitor("mei"), case_of(strict, f"o{strict.fresh()}")
    form = mei.get(case).form(f"{case}/verdict") | {"verdict": "normal"}
    mei.send(f"{case}/verdict", form)
    strict.seconds += 5
    mei.send(f"{case}/verdict", form)
    first, again = acts_of(strict)
    assert first == again
    assert mei.get(case).text.count("Proposed by mei") == 1


@pytest.mark.parametrize("what", ["tag", "report", "limit"])
def test_tags_reports_and_limits_wait_too_and_become_what_was_proposed(strict: DeskWorld, what: str) -> None:
    mei, min_, case = strict.visitor("mei"), strict.visitor("min"), case_of(strict, f"o{(n := strict.fresh())}")
    fields = {
        "tag": {"scenario": "short_return", f"order:o{n}": "yes"},
        "report": {"type": "malicious_refund", "order": f"o{n}", "voucher": "picture", "sha256": "ab" * 32},
        "limit": {},
    }[what]
    assert mei.act(case, f"{case}/{what}", **fields).status == 303
    [proposal] = acts_of(strict)
    assert (proposal.act, proposal.proposed) == ("propose", what)
    assert answered(min_, case).status == 303
    event = acts_of(strict)[-2]
    if isinstance(event, TagSubmitted):
        assert [(o.order_id, o.buyer_id) for o in event.orders] == [(f"o{n}", f"b{n}")]
    elif isinstance(event, ComplaintChanged):
        assert (event.buyer_id, event.order_id, event.evidence[0].sha256) == (f"b{n}", f"o{n}", "ab" * 32)
    else:
        assert isinstance(event, OrderLimitChanged)
        assert (event.buyer_id, event.status) == (f"b{n}", "set")
    assert event.account_id == "acc-1" if what != "report" else event.shop_id == "s1"


def test_a_wrong_form_is_refused_before_it_waits(strict: DeskWorld) -> None:
    mei, case = strict.visitor("mei"), case_of(strict, f"o{strict.fresh()}")
    assert mei.act(case, f"{case}/tag", scenario="short_return", **{"order:o33": "yes"}).status == 400
    assert mei.act(case, f"{case}/verdict", verdict="perhaps").status == 400
    assert not acts_of(strict)


def test_several_at_once_count_together(acted: DeskWorld) -> None:
    """Each case of the ring is below the amount, all of them are above it."""
    mei, min_ = acted.visitor("mei"), acted.visitor("min")
    number = acted.fresh_ring("s1")
    ring = case_of(acted, f"o{number + 1}x", "reused_waybill").replace("/cases/", "/rings/")
    page = mei.get(ring)
    chosen = dict(_boxes(page.text))
    ids = ", ".join(f"'{name.removeprefix('case:')}'" for name in chosen)
    amounts = f"FROM alerts_latest WHERE alert_id IN ({ids})"
    most = acted.one(f"SELECT max(amount_at_stake_minor) {amounts}")
    assert isinstance(most, int)
    acted.desk.policies = of_amount(most)
    try:
        answer = mei.send(f"{ring}/verdict", page.form(f"{ring}/verdict") | chosen | {"verdict": "abnormal"})
        assert {event.act for event in acts_of(acted)} == {"propose"}
        assert len(acts_of(acted)) == len(chosen)
        assert f"one verdict on {len(chosen)} cases" in mei.get(answer.location).text
        waiting = [name.replace("case:", "/cases/") for name in chosen]
        assert all(waits(min_, case) for case in waiting)
        assert answered(min_, waiting[0]).status == 303
    finally:
        acted.desk.policies = shipped()


def _boxes(text: str) -> list[tuple[str, str]]:
    return re.findall(r'name="(case:[^"]+)" value="(\d+)"', text)
