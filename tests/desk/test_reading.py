"""The queue and the pages of cases, as different people see them."""

import re

import pytest

from cloudtag.desk.filters import DUE, FAMILIES
from cloudtag.detection.example import day, refunded
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import DeskWorld
from tests.detectors.judged import events_of

LARGEST_BYTES = 100_000


def test_what_is_dear_and_soon_due_comes_first(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    page, shown = petra.get("/queue"), petra.cases()
    assert shown[0] == alert_of_case(case_of(world, "o32"))
    assert "due 2026-03-14 00:00 UTC" in page.text
    ranks = [shown.index(alert_of_case(case_of(world, order))) for order in ("o31", "o33")]
    assert ranks == sorted(ranks), "the dearer of two alike comes first"


def test_a_new_fact_is_in_the_order_of_the_next_page(acted: DeskWorld) -> None:
    """The order is made when it is asked for, of what is stored by then."""
    first, second = acted.fresh(), acted.fresh()
    petra = acted.visitor("petra")
    cheap, dear = (alert_of_case(case_of(acted, f"o{number}")) for number in (first, second))

    def order() -> list[str]:
        return [name for name in petra.cases("shop=s1") if name in (cheap, dear)]

    assert order() == [dear, cheap]
    who = {"buyer_id": f"b{first}", "order_id": f"o{first}", "refund_id": f"r{first}", "shop_id": "s1"}
    told = {"type": "return_refund", "reason": "no_reason", "deadline_at": day(12)}
    acted.pipeline.take(events_of([refunded("modified", day(8, 23), **who, **told)]))
    assert order() == [cheap, dear]


CONDITIONS = {
    "": "1",
    "shop=s2": "(shop_id = 's2' OR has(orders_shop_ids, 's2'))",
    "shop=s-none": "0",
    "severity=critical": "severity = 'critical'",
    "severity=low": "severity = 'low'",
    "scenario=short_return": "scenario = 'short_return'",
    "family=refund&scenario=false_return_info": "family = 'refund' AND scenario = 'false_return_info'",
    "money=100": "amount_at_stake_minor >= 10000",
    "money=101&shop=s1": "amount_at_stake_minor >= 10100 AND (shop_id = 's1' OR has(orders_shop_ids, 's1'))",
    "past=yes": "ifNull(historical, false)",
}


@pytest.mark.parametrize("query", CONDITIONS)
def test_counts_agree_with_sql(world: DeskWorld, query: str) -> None:
    wanted = world.one(f"SELECT count() FROM alerts_current WHERE {CONDITIONS[query]}")
    petra = world.visitor("petra")
    assert f"{wanted} open cases" in petra.get(f"/queue?{query}").text
    shown = petra.cases(query)
    assert len(shown) == len(set(shown)) == wanted
    assert f"{wanted} open cases" in petra.get(f"/queue?{query}&page=9").text, "where no case is left to show"


def test_only_what_is_due_is_chosen_by_its_term(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    dear = alert_of_case(case_of(world, "o32"))
    assert dear in petra.cases("due=three_days")
    other = alert_of_case(case_of(world, "o34"))
    assert other not in petra.cases("due=week"), "nothing about it is due"


@pytest.mark.parametrize("query", ["severity=worst", "money=-5", "page=0", "page=x", "due=never", "family=%3Cb%3E"])
def test_what_cannot_be_asked_for_is_refused(world: DeskWorld, query: str) -> None:
    assert world.visitor("petra").get(f"/queue?{query}").status == 400


def test_every_choice_can_be_asked_for(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    for query in (*(f"due={name}" for name in DUE), *(f"family={name}" for name in FAMILIES)):
        assert petra.get(f"/queue?{query}").status == 200


def test_a_shop_sees_its_own_cases_alone(world: DeskWorld) -> None:
    mei, otto = (set(world.visitor(name).cases()) for name in ("mei", "otto"))
    assert alert_of_case(case_of(world, "o31")) in mei
    assert otto == {alert_of_case(case_of(world, "o33"))}
    assert not mei & otto
    assert "0 open cases" in world.visitor("jade").get("/queue").text, "another network's reviewer"


def test_a_case_tells_all_there_is_to_it(world: DeskWorld) -> None:
    page = world.visitor("mei").get(case_of(world, "o31"))
    assert page.status == 200
    for told in (
        "What happened",
        "What would clear it",
        "The buyer elsewhere",
        "Every revision",
        "RET31",
        "shop s1 opens the return of refund r31",
        "398.00 CNY at stake",
    ):
        assert told in page.text, told
    assert page.text.count("●") > 1, "what the alert rests on is marked"
    assert '<svg class="journey"' in page.text


def test_every_revision_is_told_with_what_changed(world: DeskWorld) -> None:
    page = world.visitor("mei").get(case_of(world, "o1")).text
    told = page[page.index('id="revisions"') :]
    assert "revision 0" in told
    assert re.search(r"revision [1-9]", told)
    assert "→" in told
    assert "withdrawn" in told


def test_a_case_in_chinese(world: DeskWorld) -> None:
    page = world.visitor("mei", "zh-CN,zh;q=0.9").get(case_of(world, "o31")).text
    assert '<html lang="zh-CN">' in page
    assert "什么能澄清" in page
    assert "店铺 s1 拆验退款 r31 的退货" in page
    assert "What would clear it" not in page


def test_the_language_that_was_chosen_is_kept(world: DeskWorld) -> None:
    browser = world.visitor("mei")
    assert "队列" in browser.get("/queue?lang=zh").text
    assert "队列" in browser.get("/queue").text
    assert "Queue" in browser.get("/queue?lang=en").text


def test_next_leads_to_the_first_case_that_nobody_has_in_hand(world: DeskWorld) -> None:
    petra = world.visitor("petra")
    assert petra.get("/next").location == case_of(world, "o32")
    assert petra.get("/next?shop=s2").location == case_of(world, "o33")
    assert petra.get("/next?shop=s-none").location == "/queue?shop=s-none"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_small(world: DeskWorld, language: str) -> None:
    petra = world.visitor("petra", language)
    for address in ("/queue", "/keys", case_of(world, "o31"), case_of(world, "o12", "reused_waybill")):
        assert len(petra.get(address).text.encode()) < LARGEST_BYTES
    assert sum(len(petra.get(f"/static/{name}").text.encode()) for name in ("desk.css", "desk.js")) < LARGEST_BYTES
