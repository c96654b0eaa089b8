"""What is done goes out as an event, comes back through the engine, and can be taken back for a moment."""

import pytest

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.events import AlertAnswered, ComplaintChanged, TagSubmitted
from cloudtag.contract.surfaces import CaseAct
from cloudtag.desk.desk import UNDO_SECONDS
from tests.desk.browser import Answer, Browser
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import DeskWorld


def _sent(world: DeskWorld) -> list[object]:
    return [event for event in world.pipeline.sent if type(event).__name__ != "AuditEntry"]


def _case(world: DeskWorld, number: str) -> str:
    return case_of(world, f"o{number}")


def _answered(browser: Browser, case: str, verdict: str = "abnormal", **fields: str) -> Answer:
    return browser.act(case, f"{case}/verdict", verdict=verdict, reason="the parcel was empty", **fields)


def test_a_verdict_goes_out_and_comes_back(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, n := acted.fresh())
    answer = _answered(mei, case)
    assert answer.status == 303
    event = _sent(acted)[-1]
    assert isinstance(event, AlertAnswered)
    assert (event.buyer_id, event.shop_id, event.account_id, event.reviewer) == (f"b{n}", "s1", "acc-1", "mei")
    assert (event.verdict, event.reason, event.alert_revision) == ("abnormal", "the parcel was empty", 0)
    page = mei.get(answer.location).text
    assert "It has come back through the engine" in page
    assert "resolved" in page
    assert f"b{n}" not in page, "who the buyer is stays hidden"
    assert alert_of_case(case) not in mei.get("/queue").text


def test_what_has_not_come_back_is_said(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    acted.pipeline.holds = True
    assert "has not come back yet" in mei.get(_answered(mei, case).location).text


def test_an_act_is_taken_back_within_ten_seconds(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    sent = _answered(mei, case, "normal")
    acted.seconds += UNDO_SECONDS
    undone = mei.act(sent.location.partition("#")[0], "/undo")
    assert undone.location == f"{case}?undone=yes"
    first, last = _sent(acted)[-2:]
    assert isinstance(first, AlertAnswered)
    assert isinstance(last, AlertAnswered)
    assert (last.withdraws, last.verdict) == (first.event_id, "unknown")
    page = mei.get(undone.location).text
    assert "Its withdrawal was sent." in page
    assert '<span class="chip status open">' in page or '<span class="chip status upgraded">' in page


def test_later_nothing_is_taken_back(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    page = mei.get(_answered(mei, case).location)
    acted.seconds += UNDO_SECONDS + 0.1
    assert mei.send("/undo", page.form("/undo")).status == 400
    assert len(_sent(acted)) == 1


def test_nobody_takes_back_what_somebody_else_sent(acted: DeskWorld) -> None:
    mei, petra, case = acted.visitor("mei"), acted.visitor("petra"), _case(acted, acted.fresh())
    event_id = mei.get(_answered(mei, case).location).form("/undo")["event_id"]
    token = petra.get(case).form(f"{case}/verdict")["csrf"]
    assert petra.post("/undo", csrf=token, event_id=event_id).status == 400
    assert len(_sent(acted)) == 1


def test_a_form_that_is_sent_twice_is_one_act(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    acted.pipeline.holds = True
    form = mei.get(case).form(f"{case}/verdict") | {"verdict": "normal"}
    answers = [mei.send(f"{case}/verdict", form) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(_sent(acted)) == 1


FILLED: dict[str, dict[str, str]] = {
    "verdict": {"verdict": "normal"},
    "tag": {"scenario": "worn_return"},
    "report": {"type": "malicious_refund"},
    "limit": {},
    "claim": {},
    "snooze": {"hours": "24"},
}
"""Every form of a case, and what is filled in."""


def test_on_a_stale_page_what_changed_is_shown_and_nothing_sent(acted: DeskWorld) -> None:
    mei, petra, case = acted.visitor("mei"), acted.visitor("petra"), _case(acted, number := acted.fresh())
    page = mei.get(case)
    forms = {what: page.form(f"{case}/{what}") | filled for what, filled in FILLED.items()}
    forms["tag"] |= {f"order:o{number}": "yes"}
    forms["report"] |= {"order": f"o{number}"}
    _answered(petra, case)
    for what, form in forms.items():
        stale = mei.send(f"{case}/{what}", form)
        assert stale.status == 409, what
        assert "The case has changed since you opened it. Nothing was sent." in stale.text
        assert "→ resolved" in stale.text
    assert len(_sent(acted)) == 1


def test_where_no_broker_answers_it_says_so(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    acted.pipeline.is_down = True
    answer = _answered(mei, case)
    assert answer.status == 503
    assert "Nothing was sent." in answer.text


def test_the_platform_answers_in_its_own_name(acted: DeskWorld) -> None:
    petra, case = acted.visitor("petra"), _case(acted, acted.fresh("s2"))
    assert _answered(petra, case, "ignore").status == 303
    event = _sent(acted)[-1]
    assert isinstance(event, AlertAnswered)
    assert (event.shop_id, event.reviewer) == (None, "petra")


def test_a_tag_is_previewed_and_sent(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, n := acted.fresh())
    page = mei.get(case).text
    assert "Account acc-1 may tag." in page
    assert "0 other shops tagged this buyer" in page
    fields = {f"order:o{n}": "yes"}
    answer = mei.act(case, f"{case}/tag", scenario="short_return", **fields)
    assert answer.status == 303
    event = _sent(acted)[-1]
    assert isinstance(event, TagSubmitted)
    assert [(o.order_id, o.buyer_id) for o in event.orders] == [(f"o{n}", f"b{n}")]
    sent = mei.get(answer.location)
    assert 'id="tags"' in sent.text
    mei.send("/undo", sent.form("/undo"))
    last = _sent(acted)[-1]
    assert isinstance(last, TagSubmitted)
    assert last.withdraws == event.event_id


def test_only_own_orders_of_the_case_are_tagged(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    for order in ("o33", "o32", ""):
        assert mei.act(case, f"{case}/tag", scenario="short_return", **{f"order:{order}": "yes"}).status == 400
    assert not _sent(acted)


def test_a_report_and_a_limit_are_sent_and_taken_back(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, n := acted.fresh())
    sha256 = "ab" * 32
    answer = mei.act(case, f"{case}/report", type="malicious_refund", order=f"o{n}", voucher="picture", sha256=sha256)
    report = _sent(acted)[-1]
    assert isinstance(report, ComplaintChanged)
    assert (report.complainant, report.status, report.evidence[0].sha256) == ("shop", "opened", sha256)
    page = mei.get(answer.location)
    assert 'id="reports"' in page.text
    mei.send("/undo", page.form("/undo"))
    taken_back = _sent(acted)[-1]
    assert isinstance(taken_back, ComplaintChanged)
    assert (taken_back.complaint_id, taken_back.status) == (report.complaint_id, "withdrawn")
    mei.act(case, f"{case}/limit")
    limit = _sent(acted)[-1]
    assert isinstance(limit, OrderLimitChanged)
    assert (limit.buyer_id, limit.status) == (f"b{n}", "set")
    assert "Take orders again" in mei.get(case).text


def test_a_case_is_taken_in_hand_for_an_hour(acted: DeskWorld) -> None:
    mei, petra, case = acted.visitor("mei"), acted.visitor("petra"), _case(acted, acted.fresh())
    assert mei.act(case, f"{case}/claim").status == 303
    assert isinstance(_sent(acted)[-1], CaseAct)
    assert "mei has it in hand" in petra.get("/queue").text
    assert "You have it in hand." in mei.get(case).text
    acted.seconds += 3601
    assert "mei has it in hand" not in petra.get("/queue").text
    acted.seconds -= 3000
    mei.act(case, f"{case}/claim")
    assert "mei has it in hand" not in petra.get("/queue").text


@pytest.mark.parametrize("what", ["verdict", "claim", "tag", "report", "limit"])
def test_an_auditor_looks_and_does_nothing(acted: DeskWorld, what: str) -> None:
    aude, case = acted.visitor("aude"), _case(acted, acted.fresh())
    page = aude.get(case)
    assert page.status == 200
    assert "You may look, and do nothing here." in page.text
    token = page.form("/signout")["csrf"]
    form = {"csrf": token, "form_id": "x" * 24, "revision": "0", "verdict": "normal", "act": "claim", "status": "set"}
    assert aude.send(f"{case}/{what}", form).status == 403
    assert not _sent(acted)


def test_every_view_and_act_is_recorded(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), _case(acted, acted.fresh())
    sent = _answered(mei, case).location
    mei.get(case_of(acted, "o33"))
    mei.act("/queue", "/signout")
    acted.settle_audit()
    rows = acted.client.query(
        "SELECT actor, role, kind, what, alert_id, sent_event_id, status FROM audit WHERE actor = 'mei'"
    ).result_rows
    event_id = sent.partition("sent=")[2].partition("#")[0]
    alert_id = alert_of_case(case)
    assert ("mei", "shop", "view", case, alert_id, "", 200) in rows
    assert ("mei", "shop", "act", f"{case}/verdict", alert_id, event_id, 303) in rows
    for way in ("/signin", "/signout"):
        assert ("mei", "shop", "act", way, "", "", 303) in rows
    assert any(row[2] == "refused" and row[6] == 404 for row in rows)
    assert not any("parcel was empty" in str(row) for row in rows)
