"""Every documented question, asked of what a sink stored."""

from typing import Any

import pytest

from cloudtag.contract import events
from cloudtag.contract.types import VerdictKind
from cloudtag.resources import clickhouse_dir
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.queries import BY_NAME, QUERIES, SECTIONS
from cloudtag.warehouse.queries_page import page
from tests.streams.sink.log import SECRET, Entry, Log, sinking
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS, alert, one_of_each, order, refund
from tests.warehouse.stories import STORIES
from tests.warehouse.stories.story import Story

PSEUDONYMIZER = Pseudonymizer(SECRET)


def _key(number: int) -> str:
    return PSEUDONYMIZER.buyer("taobao", f"buyer-{number}")


def _story() -> list[Entry]:
    """Of each stream one record; alerts a2 to a21, five of them withdrawn; orders o2 to o21, half of them refunded."""
    numbers = range(2, 22)
    entries: list[Entry] = list(one_of_each().items())
    entries += [("alerts", alert(n)) for n in numbers]
    entries += [("alerts", alert(n, 1, status="withdrawn")) for n in numbers if n % 4 == 0]
    entries += [
        ("alerts", alert(100, buyer_id="buyer-2", scenario="worn_return", detector="worn_return", severity="low"))
    ]
    entries += [("orders", order(n)) for n in numbers]
    entries += [("refunds", refund(n, waybill_no="shared" if n < 6 else f"w{n}")) for n in numbers if n % 2]
    entries += [
        ("refunds", refund(3, "modified", occurred_at=START_MS + 10**9, amount_minor=9000, waybill_no="shared"))
    ]
    entries += [("verdicts", _verdict(n, "normal" if n < 4 else "abnormal")) for n in range(2, 6)]
    return entries


def _verdict(number: int, verdict: VerdictKind) -> events.AlertAnswered:
    return events.AlertAnswered(
        event_id=f"verdict-{number}", occurred_at=START_MS, platform="taobao", alert_id=f"a{number}",
        buyer_id=f"buyer-{number % 7}", shop_id="shop-1", account_id="acc-1", verdict=verdict,
    )  # fmt: skip


PARAMETERS = {
    "buyer": {"buyer_key": _key(3)},
    "who_is": {"key": _key(3)},
    "history": {"alert_id": "a4"},
    "refund_share": {"orders": "2"},
}
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "standing": [("short_return", "high", 16, 7), ("worn_return", "low", 1, 1)],
    "rests_on": [("refunds", "a1", "short_return", "open")],
    "buyer": [("taobao", 3, ["short_return"], "high", 3, 2)],
    "several_scenarios": [(_key(2), 2)],
    "refunded_money": [(_key(3), "CNY", 2, 115.0)],
    "shared_waybills": [("SHARED", 2, 2, ["shop-0", "shop-2"])],
    "verdicts": [("short_return", 3, 2, 0.6)],
    "withdrawn": [("short_return", 21, 5, 0.238), ("worn_return", 1, 0, 0.0)],
    "rejected": [("orders", "truncated", 1)],
    "who_is": [("buyer", "buyer-3")],
}


OWN_STORIES = {story.section for story in STORIES.values()}


async def test_every_question_has_its_answer(one_bootstrap: str, warehouse: Warehouse) -> None:
    log = Log(one_bootstrap)
    await log.create()
    await log.append(_story())
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
    client = warehouse.connect()
    client.database = warehouse.database
    for query in (query for section in SECTIONS if section not in OWN_STORIES for query in SECTIONS[section]):
        parameters = {**query.parameters, **PARAMETERS.get(query.name, {})}
        found = [tuple(row) for row in client.query(query.sql, parameters=parameters).result_rows]
        assert found, query.name
        for expected, row in zip(ANSWERS.get(query.name, []), found, strict=False):
            assert row[: len(expected)] == expected, query.name
    history = client.query(BY_NAME["history"].sql, parameters=PARAMETERS["history"]).result_rows
    assert [row[:2] for row in history][-1] == (1, "withdrawn")
    daily = client.query(BY_NAME["daily"].sql, parameters={"days": "3650"}).result_rows
    assert sum(row[2] for row in daily) == 22
    assert sum(row[3] for row in daily) == 5
    client.close()


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_what_was_published_answers_every_question_about_it(
    one_bootstrap: str, warehouse: Warehouse, story: Story
) -> None:
    log = Log(one_bootstrap)
    await log.create()
    await log.append(story.entries)
    async with sinking(log.sink_config(warehouse)):
        await log.sunk()
    client = warehouse.connect()
    client.database = warehouse.database
    for name, answer in story.answers.items():
        # Broker times of two partitions may be equal, so one order of a history is as good as another.
        assert sorted(map(repr, answer.asked(client, name))) == sorted(map(repr, answer.rows)), name
    client.close()


def test_the_page_is_made_from_the_queries() -> None:
    written = (clickhouse_dir().parents[1] / "docs" / "queries.md").read_text(encoding="utf-8")
    assert written == page(), "python -m cloudtag.warehouse.queries_page > docs/queries.md"


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(QUERIES) >= 10
