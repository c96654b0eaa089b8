"""An empty queue is good news only as far as facts came in: it says until when, and how late each feed is (A19)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudtag.desk.freshness import FEED_DAYS, FEEDS
from cloudtag.detection.example import day, event, ordered
from tests.desk.conftest import DeskWorld, desk_world
from tests.detectors.judged import events_of


def _feeds(page: str) -> dict[str, list[str]]:
    """What the table of feeds says, by their names."""
    table = page.partition('<table id="feeds">')[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', table)
    return {name: re.findall(r">([^<]+)</", cells) for name, cells in rows}


def _ms(days: int) -> int:
    return events_of([ordered("placed", day(days))])[0].occurred_at


def _ago(world: DeskWorld, stream: str, at_ms: int, late: timedelta) -> None:
    """An event of a stream that came in so long after it happened."""
    name = f"{stream}-{at_ms}-{late.total_seconds()}"
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    world.client.command(
        f"INSERT INTO {stream} (event_id, occurred_at, platform, recorded_at) VALUES "
        "({name:String}, {at:DateTime64(3)}, 'taobao', {came:DateTime64(3)})",
        {"name": name, "at": at, "came": at + late},
    )


@pytest.fixture
def quiet(warehouse_url: str) -> Any:
    """A marketplace in which nothing is wrong, and one in which nothing is known."""

    def made(*told: dict[str, Any]) -> Any:
        return desk_world(warehouse_url, events_of(list(told)))

    return made


Quiet = Callable[..., Any]


def test_nothing_is_known_and_nothing_is_said_to_be_well(quiet: Quiet) -> None:
    with quiet() as world:
        page = world.visitor("petra").get("/queue").text
        assert "Nothing waits here." in page
        assert "No facts have come in yet: that nothing waits says nothing." in page
        assert "good sign" not in page
        assert not _feeds(page)


def test_each_feed_is_named_with_its_newest_fact_and_how_late_it_is(quiet: Quiet) -> None:
    with quiet(ordered("placed", day(0), buyer_id="b1", order_id="o1", shop_id="s1")) as world:
        at_ms = _ms(0)
        for late in (1, 5, 40):
            _ago(world, "logistics", at_ms + late, timedelta(minutes=late))
        page = world.visitor("petra").get("/queue").text
        assert "That is a good sign as long as facts keep coming in. They are judged until 2026-03-" in page
        feeds = _feeds(page)
        assert list(feeds) == list(FEEDS)
        assert feeds["logistics"][1] == "5 min", "the median of 1, 5 and 40"
        assert feeds["orders"][1] == "0 s"
        assert feeds["refunds"] == ["none yet", "nothing came for a week"]


@pytest.mark.parametrize(("ago_ms", "is_silent"), [(FEED_DAYS * 86_400_000 - 1, False), (FEED_DAYS * 86_400_000, True)])
def test_a_feed_that_fell_silent_is_told_of(quiet: Quiet, ago_ms: int, is_silent: bool) -> None:
    with quiet(ordered("placed", day(20), buyer_id="b1", order_id="o1", shop_id="s1")) as world:
        _ago(world, "refunds", _ms(20) - ago_ms, timedelta(seconds=3))
        newest, late = _feeds(world.visitor("petra").get("/queue").text)["refunds"]
        assert newest.startswith("2026-03-")
        assert late == ("nothing came for a week" if is_silent else "3 s")


def test_in_chinese_as_well(quiet: Quiet) -> None:
    with quiet(event("accounts", day(0), shop_id="s1", account_id="acc-1", status="exam_passed")) as world:
        page = world.visitor("petra", "zh").get("/queue").text
        assert "只要事实持续到达" in page
        assert list(_feeds(page)) == ["订单", "退款", "物流", "验货", "评价", "投诉"]


def test_a_queue_that_somebody_narrowed_says_so_as_well(world: DeskWorld) -> None:
    page = world.visitor("nobody").get("/queue").text
    assert "Nothing waits here." in page
    assert "Facts are judged until 20" in page
    assert list(_feeds(page)) == list(FEEDS)
    assert not _feeds(world.visitor("petra").get("/queue").text), "where something waits, nothing else is said"
