"""What makes work with others bearable: putting off, kept views, who else looks, and who somebody is, for a reason."""

import pytest

from cloudtag.contract.surfaces import AuditEntry, CaseAct
from cloudtag.desk.looking import SECONDS, Looking
from cloudtag.desk.publishing import NotSentError
from cloudtag.desk.views import MOST
from tests.desk.browser import Answer, Browser
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import DeskWorld
from tests.desk.people import PEOPLE

REASON = "the courts ask for it"


def _put_off(browser: Browser, case: str, hours: str) -> Answer:
    return browser.act(case, f"{case}/snooze", hours=hours)


def test_what_is_put_off_is_out_of_ones_own_queue_for_so_long(acted: DeskWorld) -> None:
    mei, petra, case = acted.visitor("mei"), acted.visitor("petra"), case_of(acted, f"o{acted.fresh()}")
    alert_id = alert_of_case(case)
    assert _put_off(mei, case, "24").location == "/queue"
    [event] = [each for each in acted.pipeline.sent if isinstance(each, CaseAct)]
    assert (event.act, event.until_at) == ("snooze", event.occurred_at + 24 * 3_600_000)
    assert alert_id not in mei.cases()
    assert alert_id in mei.cases("snoozed=yes")
    assert alert_id in petra.cases("shop=s1"), "others see it as before"
    acted.seconds += 86_399
    mei.sign_in("mei")
    assert alert_id not in mei.cases()
    acted.seconds += 1
    assert alert_id in mei.cases()


def test_it_is_brought_back_at_once(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    _put_off(mei, case, "168")
    acted.seconds += 1
    assert _put_off(mei, case, "0").location == case
    assert alert_of_case(case) in mei.cases()


def test_a_case_that_was_put_off_is_back_at_once_when_it_changes(acted: DeskWorld) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    alert_id = alert_of_case(case)
    _put_off(mei, case, "168")
    assert alert_id not in mei.cases()
    before = acted.one(f"SELECT revision FROM alerts_latest WHERE alert_id = '{alert_id}'")
    petra = acted.visitor("petra")
    answered = petra.act(case, f"{case}/verdict", verdict="abnormal")
    assert alert_id not in mei.cases(), "what is decided is in no queue"
    acted.seconds += 5
    petra.act(answered.location.partition("#")[0], "/undo")
    assert acted.one(f"SELECT revision FROM alerts_latest WHERE alert_id = '{alert_id}'") != before
    assert alert_id in mei.cases()
    assert "changed since you put it off" in mei.get("/queue").text
    _put_off(mei, case, "1")
    assert alert_id not in mei.cases(), "put off again, as it is now"


@pytest.mark.parametrize("hours", ["", "2", "-1", "x"])
def test_it_is_put_off_for_a_time_that_is_offered(acted: DeskWorld, hours: str) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, "o31")
    assert _put_off(mei, case, hours).status == 400
    assert not [event for event in acted.pipeline.sent if isinstance(event, CaseAct)]


def test_a_choice_is_kept_under_a_name_and_forgotten(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    token = petra.get("/queue").form("/signout")["csrf"]
    kept = petra.send("/views", {"csrf": token, "name": "dear & late", "address": "/queue?money=1000&due=day"})
    assert kept.location == "/queue?due=day&money=1000"
    page = petra.get("/queue").text
    assert '<a href="/queue?due=day&amp;money=1000">dear &amp; late</a>' in page
    petra.send("/views", {"csrf": token, "name": "dear & late", "act": "forget"})
    assert "dear &amp; late" not in petra.get("/queue").text


@pytest.mark.parametrize(
    ("name", "address"), [("", "/queue"), ("x", "/queue?severity=worst"), ("x", "/queue?page=0"), (" ", "/queue")]
)
def test_what_is_no_choice_is_not_kept(world: DeskWorld, name: str, address: str) -> None:
    petra = world.visitor("petra")
    token = petra.get("/queue").form("/signout")["csrf"]
    assert petra.send("/views", {"csrf": token, "name": name, "address": address}).status == 400


def test_a_view_leads_nowhere_else_and_there_are_so_many(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    token = petra.get("/queue").form("/signout")["csrf"]
    answers = [
        petra.send("/views", {"csrf": token, "name": f"view {n}", "address": f"https://elsewhere.example/?money={n}"})
        for n in range(1, MOST + 2)
    ]
    assert [answer.status for answer in answers] == [303] * MOST + [400]
    page = petra.get("/queue").text
    assert "elsewhere" not in page
    assert page.count("/queue?money=") == MOST
    petra.cookies["cloudtag_views"] = "bm90IGpzb24="
    assert petra.get("/queue").status == 200


def test_who_a_buyer_is_is_shown_for_a_reason_that_is_on_record(acted: DeskWorld) -> None:
    mei, n = acted.visitor("mei"), acted.fresh()
    case = case_of(acted, f"o{n}")
    assert f"b{n}" not in mei.get(case).told
    assert mei.act(case, f"{case}/reveal", reason="  why   ").status == 400
    shown = mei.act(case, f"{case}/reveal", reason=REASON)
    assert shown.status == 200
    assert f"<code>b{n}</code>" in shown.text
    told = [e for e in acted.pipeline.sent if isinstance(e, AuditEntry) and e.reason]
    assert [(e.actor, e.kind, e.what, e.reason, e.status) for e in told] == [
        ("mei", "act", f"{case}/reveal", REASON, 200)
    ], "it is on record when it is shown"


def test_what_cannot_be_put_on_record_is_not_shown(acted: DeskWorld) -> None:
    mei, n = acted.visitor("mei"), acted.fresh()
    case = case_of(acted, f"o{n}")
    form = mei.get(case).form(f"{case}/reveal")
    acted.pipeline.is_down = True
    shown = mei.send(f"{case}/reveal", form | {"reason": REASON})
    assert shown.status == 503
    assert f"b{n}" not in shown.told


def test_a_shop_learns_who_its_own_buyers_are_and_no_others(acted: DeskWorld) -> None:
    case = case_of(acted, "o12", "reused_waybill")
    both = acted.visitor("petra").act(case, f"{case}/reveal", reason=REASON).text
    assert "<code>b11</code>" in both
    assert "<code>b12</code>" in both
    aude = acted.visitor("aude")
    token = aude.get(case).form("/signout")["csrf"]
    assert aude.send(f"{case}/reveal", {"csrf": token, "reason": REASON}).status == 403


def test_what_was_done_is_on_record_before_it_is_answered(acted: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    mei, case = acted.visitor("mei"), case_of(acted, f"o{acted.fresh()}")
    form = mei.get(case).form(f"{case}/verdict") | {"verdict": "normal"}
    acted.settle_audit()

    async def all_but_the_record(events: object) -> None:
        if isinstance(events[0], AuditEntry):  # type: ignore[index]
            raise NotSentError("no broker answers")

    with monkeypatch.context() as broken:
        broken.setattr(acted.desk.audit, "_publish", all_but_the_record)
        answer = mei.send(f"{case}/verdict", form)
    assert answer.status == 503
    assert "its record is not sent yet" in answer.text
    acted.settle_audit()
    assert [e for e in acted.pipeline.sent if isinstance(e, AuditEntry) and e.what == f"{case}/verdict"]


def test_who_else_looks_is_told_within_one_house(acted: DeskWorld) -> None:
    case = case_of(acted, f"o{acted.fresh()}")
    acted.visitor("petra").get(case)
    acted.visitor("aude").get(case)
    mei = acted.visitor("mei").get(case).text
    assert "Also looking at it" not in mei, "a shop is not told that the platform looks"
    assert "Also looking at it: petra" in acted.visitor("pia").get(case).text
    acted.seconds += SECONDS + 1
    assert "Also looking at it" not in acted.visitor("pia").get(case).text


def test_whoever_was_shown_a_case_looks_at_it_while_the_page_is_open() -> None:
    looking, petra, pia = Looking(), PEOPLE["petra"], PEOPLE["pia"]
    looking.still_sees("a", petra, 0)
    assert looking.others("a", pia, 0) == (), "a connection alone shows nothing"
    looking.saw("a", petra, 0)
    looking.still_sees("a", petra, 50)
    assert looking.others("a", pia, 50 + SECONDS) == ("petra",)
    assert looking.others("a", pia, 51 + SECONDS) == ()
    assert looking.others("a", petra, 50) == (), "oneself is nobody else"
    looking.saw("a", PEOPLE["mei"], 50)
    looking.saw("a", PEOPLE["otto"], 50)
    assert looking.others("a", PEOPLE["mei"], 50) == (), "another shop is another house"
