"""One verdict over a ring is given on what was seen: what has changed since, and what will not, is said first."""

import pytest

from cloudtag.desk import ring
from cloudtag.processors.buyers.reading import HELD_MS
from tests.desk.cases import alert_of_case, opened_ring
from tests.desk.conftest import DeskWorld


def test_a_case_that_was_closed_meanwhile_is_told_and_nothing_is_sent(acted: DeskWorld) -> None:
    mei = acted.visitor("mei")
    address, cases, _, form = opened_ring(acted, mei)
    own = alert_of_case(address.replace("/rings/", "/cases/"))
    closed = next(name for name in cases if name != own)
    mei.act(f"/cases/{closed}", f"/cases/{closed}/verdict", verdict="abnormal")
    before = len(acted.pipeline.sent)
    answer = mei.send(f"{address}/verdict", form)
    assert answer.status == 409
    assert "1 cases have changed since you opened the page. Nothing was sent." in answer.text
    part = answer.text[answer.text.index("Nothing was sent.") :]
    assert f'<a href="/cases/{closed}">' in part[: part.index("</section>")]
    assert "resolved" in part[: part.index("</section>")]
    acted.settle_audit()
    assert not [event for event in acted.pipeline.sent[before:] if type(event).__name__ == "VerdictGiven"]


def test_of_a_case_that_may_not_be_seen_nothing_is_told(acted: DeskWorld) -> None:
    mei = acted.visitor("mei")
    address, _, page, _ = opened_ring(acted, mei)
    foreign = acted.one("SELECT alert_id FROM alerts_latest WHERE shop_id = 's2' LIMIT 1")
    form = page.form(f"{address}/verdict") | {f"case:{foreign}": "0", "verdict": "abnormal"}
    answer = mei.send(f"{address}/verdict", form)
    assert answer.status == 404
    assert str(foreign) not in answer.text


def test_a_ring_of_which_facts_are_no_longer_held_says_so_first(acted: DeskWorld) -> None:
    mei = acted.visitor("mei")
    address, cases, page, _ = opened_ring(acted, mei)
    assert "of these cases are older" not in page.text
    sql = "SELECT toUnixTimestamp64Milli(min(first_event_at)) FROM alerts_latest WHERE alert_id IN {ids:Array(String)}"
    first = acted.client.query(sql, parameters={"ids": cases}).result_rows[0][0]
    acted.seconds = (first + HELD_MS + 1) / 1000
    later = acted.visitor("mei").get(address).text
    assert "of these cases are older: a verdict on them is recorded, and may not change them." in later
    assert later.index("of these cases are older") < later.index("Send the verdict")
    assert "old facts" in later


def test_where_there_may_be_more_cases_than_are_shown_it_says_so(
    acted: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = acted.visitor("mei")
    address, cases, page, _ = opened_ring(acted, mei)
    assert "There may be more than" not in page.text
    monkeypatch.setattr(ring, "MOST_CASES", len(cases))
    assert f"There may be more than the {len(cases)} that are shown here" in mei.get(address).text
