"""What would follow from one verdict over a ring: for each of its buyers and in sum, and what could not be asked."""

import time
from collections.abc import Mapping
from typing import Any

from cloudtag.contract.what_ifs import NO_ANSWER
from cloudtag.desk.visit import MOST_FORM_FIELDS
from cloudtag.serving.engine_way import EngineSaid
from tests.desk.browser import Answer
from tests.desk.cases import case_of, opened_ring
from tests.desk.conftest import DeskWorld
from tests.desk.engine import Deaf, Saying, engine, held, shown
from tests.desk.test_second_person import of_amount

UNKNOWN = "could not be asked"
BUYERS = "SELECT alert_id, buyer_key FROM alerts_latest WHERE alert_id IN {ids:Array(String)}"


def _cases(form: Mapping[str, str]) -> list[str]:
    return [name.removeprefix("case:") for name in form if name.startswith("case:")]


def _without_cases(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if not name.startswith("case:")}


def _buyers(world: DeskWorld, cases: list[str]) -> dict[str, str]:
    rows: Any = world.client.query(BUYERS, parameters={"ids": cases}).result_rows
    return dict(rows)


def _sum(answer: Answer) -> list[str]:
    part = shown(answer).partition('<ul id="sum">')[2].partition("</ul>")[0]
    return [line.removesuffix("</li>") for line in part.strip().split("<li>") if line]


def _until_asked(world: DeskWorld, name: str, address: str, form: dict[str, str], unknown: int = 0) -> Answer:
    """A preview, once the worker's part listens: only so many are not known."""
    visitor, deadline = world.visitor(name), time.monotonic() + 120
    form = form | {"csrf": visitor.get("/queue").form("/signout")["csrf"]}
    while shown(answer := visitor.send(address, form)).count(UNKNOWN) > unknown:
        assert time.monotonic() < deadline, answer.text
    return answer


def test_what_would_follow_for_each_buyer_is_what_follows(acted: DeskWorld, tansu_bootstrap: str) -> None:
    mei = acted.visitor("mei")
    address, cases, _, form = opened_ring(acted, mei)
    buyers = _buyers(acted, cases)
    with engine(tansu_bootstrap, held(acted.pipeline.events)) as way:
        acted.desk.engine = way
        answer = _until_asked(acted, "mei", f"{address}/preview", form | {"reason": "one house"})
        number = next(event.buyer_id for event in reversed(acted.pipeline.events) if hasattr(event, "buyer_id"))
        acted.desk.engine = Deaf(way, number)
        one = _until_asked(acted, "mei", f"{address}/preview", form, 1)
    assert len(set(buyers.values())) == 2
    assert all(shown(answer).count(f"buyer {key[:12]}:") == 1 for key in buyers.values())
    assert "one house</textarea>" in answer.text
    assert 'value="abnormal" data-key="a" required checked' in answer.text
    # Of whom nobody answered it is said, and the sum says that it has the other alone.
    assert f"could not be asked: {NO_ANSWER}." in shown(one)
    assert "What would follow for 1 of 2 buyers is not known, and missing here." in shown(one)
    assert any("resolved" in line for line in _sum(one))
    assert _sum(one) != _sum(answer)
    # Nothing is kept of it; and so it is when it is sent.
    acted.settle_audit()
    assert {type(event).__name__ for event in acted.pipeline.sent} == {"AuditEntry"}
    assert mei.send(f"{address}/verdict", form).status == 303
    sql = (
        "SELECT severity, groupArray(status) FROM alerts_latest WHERE alert_id IN {ids:Array(String)} GROUP BY severity"
    )
    for severity, statuses in acted.client.query(sql, parameters={"ids": cases}).result_rows:
        assert set(statuses) == {"resolved"}
        told = [line for line in _sum(answer) if line.endswith(f": resolved, {severity}")]
        assert sum(int(line.partition(" × ")[0]) if " × " in line else 1 for line in told) == len(statuses)


def test_what_is_not_chosen_is_not_asked_about_and_stays_unchosen(acted: DeskWorld) -> None:
    mei = acted.visitor("mei")
    address, cases, _, form = opened_ring(acted, mei)
    buyers = _buyers(acted, cases)
    own = {name: form[f"case:{name}"] for name in cases if buyers[name] == buyers[cases[0]]}
    answer = mei.send(f"{address}/preview", _without_cases(form) | {f"case:{name}": own[name] for name in own})
    assert shown(answer).count("<h3>buyer ") == 1
    for name in cases:
        field = answer.text[answer.text.index(f'name="case:{name}"') :].partition(" aria")[0]
        assert field.endswith(" checked") == (name in own), name


def test_where_nobody_answers_there_is_no_sum_and_it_is_said_in_either_language(acted: DeskWorld) -> None:
    mei = acted.visitor("mei", "zh")
    address, _, _, form = opened_ring(acted, mei)
    acted.desk.engine = Saying(EngineSaid(obstacle=NO_ANSWER))
    part = shown(mei.send(f"{address}/preview", form))
    assert "2 位买家中有 2 位的后果未知" in part
    assert part.count("没有工作进程及时应答") == 2
    assert 'id="sum"' not in part, "a sum of nothing would say that nothing follows"
    evil = "<script>alert(1)</script>"
    acted.desk.engine = Saying(EngineSaid(obstacle=evil))
    part = shown(mei.send(f"{address}/preview", form))
    assert part.count("引擎处理该问题时出错") == 2
    assert "alert(1)" not in part


def test_nothing_that_is_asked_of_others_names_another_shop_or_breaks_the_page(acted: DeskWorld) -> None:
    mei, petra, evil = acted.visitor("mei"), acted.visitor("petra"), "<script>alert(1)</script>"
    address, _, _, form = opened_ring(acted, mei)
    acted.desk.engine = Saying(EngineSaid(not_asked=("shop s1", "shop s2", f"parcel {evil}", "link by device")))
    part = shown(mei.send(f"{address}/preview", form))
    assert "shop s1, other shops, parcels, links by device" in part
    assert "s2" not in part
    part = shown(petra.send(f"{address}/preview", form | {"csrf": petra.get("/queue").form("/signout")["csrf"]}))
    assert "shop s2, parcel &lt;script&gt;" in part
    assert evil not in part


def test_who_may_not_decide_may_not_ask_and_a_ring_that_changed_is_told(acted: DeskWorld) -> None:
    mei = acted.visitor("mei")
    address, cases, _, form = opened_ring(acted, mei)
    for name, status in (("aude", 403), ("otto", 404)):
        stranger = acted.visitor(name)
        token = stranger.get("/queue").form("/signout")["csrf"]
        assert stranger.send(f"{address}/preview", form | {"csrf": token}).status == status
    assert mei.send(f"{address}/preview", _without_cases(form)).status == 400
    mei.act(f"/cases/{cases[0]}", f"/cases/{cases[0]}/verdict", verdict="normal")
    answer = mei.send(f"{address}/preview", form)
    assert answer.status == 409
    assert "have changed since you opened the page. Nothing was sent." in answer.text


def test_a_form_has_room_for_all_cases_of_a_page(acted: DeskWorld) -> None:
    """A hundred are shown at most; of those that are not there nothing is told."""
    mei = acted.visitor("mei")
    address, _, _, form = opened_ring(acted, mei)
    most = _without_cases(form)
    most |= {f"case:none-{n}": "0" for n in range(MOST_FORM_FIELDS - len(most))}
    assert len(_cases(most)) > 100
    assert mei.send(f"{address}/verdict", most).status == 404
    assert mei.send(f"{address}/verdict", most | {"case:none": "0"}).status == 413


def test_a_proposal_can_be_asked_about_before_it_is_approved(acted: DeskWorld, tansu_bootstrap: str) -> None:
    mei, min_, case = acted.visitor("mei"), acted.visitor("min"), case_of(acted, f"o{acted.fresh()}")
    acted.desk.policies = of_amount(0)
    mei.act(case, f"{case}/verdict", verdict="normal")
    form, before = min_.get(case).form(f"{case}/proposal"), acted.one("SELECT count() FROM verdicts")
    with engine(tansu_bootstrap, held(acted.pipeline.events)) as acted.desk.engine:
        part = shown(_until_asked(acted, "min", f"{case}/proposal/preview", form))
    assert "false positive" in part
    assert acted.one("SELECT count() FROM verdicts") == before
    min_.act(case, f"{case}/proposal", act="approve")
    form["csrf"] = min_.get("/queue").form("/signout")["csrf"]
    assert min_.send(f"{case}/proposal/preview", form).status == 409
