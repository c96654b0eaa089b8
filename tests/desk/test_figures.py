"""Figures say what is stored: decisions and what became of them, false accusations, rings, and what pictures draw."""

import csv
import io
import re
from collections.abc import Iterator

import pytest

from cloudtag.desk.figure_questions import OF_PLATFORM, OF_SHOP
from cloudtag.detection.example import day, refunded
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.stories import empty_parcel, ring_of_two, story
from tests.detectors.judged import events_of
from tests.warehouse.stories.decisions import change, given, outcome

SHOP = "/shops/taobao/s1"


@pytest.fixture(scope="module")
def told(warehouse_url: str) -> Iterator[DeskWorld]:
    """A marketplace in which decisions were given, at two shops, and a ring was found."""
    entries = [
        given("d1", "hold", 40, platform="taobao", about="refund"),
        given("d2", "hold", 41, platform="taobao", about="refund"),
        given("d3", "hold", 41, platform="taobao", about="refund"),
        given("d4", "ship", 42, platform="taobao", about="order"),
        given("d5", "grant", 42, platform="taobao", about="refund", shop_id="s2"),
        # The latest word counts; of d3 nothing was told; d4 no longer held, and d2 did again.
        outcome("d1", 43, followed="not_followed"),
        outcome("d1", 44, followed="followed", right="right"),
        outcome("d2", 43, followed="not_followed", right="wrong"),
        outcome("d5", 43, "grant", followed="followed", right="right"),
        change("d2", "hold", "grant", 42),
        change("d2", "grant", "hold", 42, 1),
        change("d4", "ship", "hold", 43),
    ]
    with desk_world(warehouse_url, [*story(), *events_of(ring_of_two(70, "s1"))]) as made:
        made.pipeline.store(entries)
        yield made


def _rows(world: DeskWorld, who: str, name: str, query: str = "") -> list[list[str]]:
    answer = world.visitor(who).get(f"/figures/{name}.csv{query}")
    assert answer.status == 200
    return list(csv.reader(io.StringIO(answer.text)))[1:]


def test_what_became_of_decisions_is_counted_by_the_latest_word(told: DeskWorld) -> None:
    assert _rows(told, "petra", "decisions") == [
        ["refund", "hold", "3", "1", "1", "1", "1", "0"],
        ["order", "ship", "1", "0", "0", "0", "0", "1"],
        ["refund", "grant", "1", "1", "0", "1", "0", "0"],
    ]


def test_a_shop_learns_of_its_own_decisions_alone(told: DeskWorld) -> None:
    own = _rows(told, "mei", "decisions", "?network=taobao&shop=s1")
    assert own == _rows(told, "mei", "decisions")
    assert [row[:3] for row in own] == [["refund", "hold", "3"], ["order", "ship", "1"]]
    assert [row[:3] for row in _rows(told, "otto", "decisions")] == [["refund", "grant", "1"]]
    assert _rows(told, "jade", "decisions") == [], "another network's"


def test_false_accusations_are_counted_by_how_they_were_found(told: DeskWorld) -> None:
    withdrawn = told.one("SELECT count() FROM alerts_latest WHERE status = 'withdrawn'")
    assert _rows(told, "petra", "accusations")[0][:2] == ["later_fact", str(withdrawn)]
    told.pipeline.take(events_of(empty_parcel(88, "s1", 5000)))
    alert_id = told.one("SELECT alert_id FROM alerts_latest WHERE has(order_ids, 'o88') AND detector = 'short_return'")
    mei = told.visitor("mei")
    mei.act(f"/cases/{alert_id}", f"/cases/{alert_id}/verdict", verdict="normal")
    wrong = told.one("SELECT count() FROM alerts_latest WHERE verdict = 'normal'")
    assert dict(row[:2] for row in _rows(told, "mei", "accusations"))["verdict"] == str(wrong)
    assert "verdict" not in dict(row[:2] for row in _rows(told, "otto", "accusations"))


def _kept(world: DeskWorld) -> int:
    return sum(int(row[2]) for row in _rows(world, "mei", "money", "?network=taobao&shop=s1"))


def test_money_is_kept_where_a_case_was_right_and_its_own_refund_was_refused(told: DeskWorld) -> None:
    before, mei = _kept(told), told.visitor("mei")
    for n, said in ((81, "abnormal"), (82, "abnormal"), (83, "normal"), (84, "abnormal")):
        told.pipeline.take(events_of(empty_parcel(n, "s1", 100 * n)))
        sql = f"SELECT alert_id FROM alerts_latest WHERE has(order_ids, 'o{n}') AND detector = 'short_return'"
        alert_id = told.one(sql)
        mei.act(f"/cases/{alert_id}", f"/cases/{alert_id}/verdict", verdict=said)
    assert _kept(told) == before, "no refund is refused yet"

    def ended(buyer: int, refund: int, status: str, shop: str = "s1") -> None:
        who = {"buyer_id": f"b{buyer}", "order_id": f"o{refund}", "refund_id": f"r{refund}", "shop_id": shop}
        told.pipeline.take(events_of([refunded(status, day(20), **who, type="return_refund")]))

    ended(81, 81, "refused")
    # Another shop's buyer has a refund of that name; a verdict said that nothing was wrong; nobody refused anything.
    ended(89, 82, "refused", "s2")
    ended(83, 83, "refused")
    ended(84, 84, "withdrawn")
    assert _kept(told) - before == 2 * 8100


def test_rings_are_counted_with_their_largest(told: DeskWorld) -> None:
    wanted = told.client.query(
        "SELECT detector, toString(count()), toString(sum(length(linked_buyer_keys) + 1)), "
        "toString(max(length(linked_buyer_keys) + 1)) FROM alerts_current WHERE notEmpty(linked_buyer_keys) "
        "GROUP BY detector ORDER BY count() DESC, detector"
    ).result_rows
    assert wanted
    assert _rows(told, "petra", "open_rings") == [list(row) for row in wanted]


@pytest.mark.parametrize(
    ("who", "address", "names"), [("mei", SHOP, OF_SHOP), ("petra", SHOP, OF_SHOP), ("petra", "/platform", OF_PLATFORM)]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_stands_on_its_page_drawn_and_as_files(
    told: DeskWorld, who: str, address: str, names: tuple[str, ...], language: str
) -> None:
    page = told.visitor(who, language).get(address).text
    for name in names:
        section = page[page.index(f'id="{name}"') :].partition("</section>")[0]
        if f"{name}.csv" not in section:
            assert "<table" not in section, "nothing to show, and it says so"
            continue
        assert f"{name}.parquet" in section
        assert '<svg role="img"' in section
        assert "<table" in section


def test_a_picture_of_several_bars_says_which_is_which(told: DeskWorld) -> None:
    page = told.visitor("petra").get("/platform").text
    section = page[page.index('id="decisions"') :].partition("</section>")[0]
    legend = re.findall(r'<li class="(\w+)">([^<]+)</li>', section)
    assert [kind for kind, _ in legend] == ["first", "second", "third", "fourth"]
    for kind, _ in legend:
        assert section.count(f'class="bar {kind}"') == 3, "each of three rows"


def test_money_is_compared_within_its_currency(told: DeskWorld) -> None:
    page = told.visitor("petra").get("/platform").text
    section = page[page.index('id="money"') :].partition("</section>")[0]
    widths = [float(w) for w in re.findall(r'class="bar \w+"[^>]* width="([\d.]+)"', section)]
    assert widths[0] == max(widths) == 420.0
    assert "CNY" in section
