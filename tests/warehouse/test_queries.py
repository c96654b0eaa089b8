"""Questions about tags, consequences and labels, asked of rows that came through the sink's own inserts."""

from collections.abc import Callable

import pytest
from clickhouse_connect.driver.client import Client

from cloudtag.contract import events
from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.queries import SECTIONS
from tests.warehouse.batches import inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import at, consequence, report_status
from tests.warehouse.samples import START_MS
from tests.warehouse.stories import STORIES
from tests.warehouse.stories.story import Entry, Story, key

MERGED = ("tag_statuses", "tag_confirmations", "consequences", "labels", "alerts", "insurance")
"""Tables that are asked about before and after ClickHouse merged their rows."""


@pytest.fixture
def place(in_process: Callable[[], Client]) -> Callable[[], Client]:
    """Only in this process: the way to the engine makes no difference to what SQL answers."""
    return in_process


def _tell(warehouse: Warehouse, entries: list[Entry]) -> None:
    """Store the entries; their number is their broker time, so it tells which came first across streams."""
    blocks: dict[str, list[LogRow]] = {}
    for number, (stream, record) in enumerate(entries):
        blocks.setdefault(stream, []).append(LogRow(number, START_MS + number, record, b"k", b"v"))
    into = inserter(warehouse)
    for stream, rows in blocks.items():
        # Alone, so that no revision makes way for the next before it is stored; and the middle once more, as a sink
        # that died tells it again in a block of other bounds.
        for part in (*((row,) for row in rows), tuple(rows[: len(rows) // 2 + 1])):
            into.insert(InsertBatch(stream, stream, 0, 1000, part))


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_every_question_has_its_answer(warehouse: Warehouse, story: Story) -> None:
    client = warehouse.connect()
    client.database = warehouse.database
    for table in MERGED:
        client.command(f"SYSTEM STOP MERGES {warehouse.database}.{table}")
    _tell(warehouse, story.entries)
    for is_merged in (False, True):
        for name, answer in story.answers.items():
            assert answer.asked(client, name) == answer.rows, (name, is_merged)
        for table in MERGED:
            client.command(f"SYSTEM START MERGES {warehouse.database}.{table}")
            client.command(f"OPTIMIZE TABLE {warehouse.database}.{table} FINAL")
    client.close()


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_no_question_goes_unanswered(story: Story) -> None:
    assert set(story.answers) == {query.name for query in SECTIONS[story.section]}


def test_views_name_the_details_of_each_kind(warehouse: Warehouse) -> None:
    details = {"case_id": "K", "points": "12", "year": "2026", "orders": "7", "violation": "3", "severe": "false"}
    shield = {"case_id": "K", "shield_days": "7", "measures": "shop_shielded, public_warning"}
    told = [
        consequence("shop_penalty", "shop", "p1", 1, details={**details, "frozen": "true"}),
        consequence("shop_penalty", "shop", "p2", 1, details=details),
        consequence("shop_shield", "shop", "p1", 1, details=shield),
        consequence("shop_shield", "shop", "p3", 1, status="ended", details=shield),
        consequence("shop_penalty", "shop", "p3", 1, status="ended", details=details),
        consequence("permission", "account", "acc", 1, details={"permission": "granted", "shop_id": "p1"}),
        consequence("metric_exclusion", "order", "o1", 1, details={"metrics": "a, b", "basis": "confirmed_tag"}),
        consequence("insurance_decision", "order", "o1", 1, details={"decision": "hold", "claim_id": "k1, k2"}),
        consequence("sanction", "buyer", "nina", 1, details={"sanction": "warn", "confirmations": "1"}),
    ]
    _tell(warehouse, [("consequences", one) for one in told])
    penalties = "SELECT shop_id, case_id, points, year, orders, violation, is_severe, is_frozen"
    assert warehouse.rows(f"{penalties} FROM {{db}}.shop_penalties_current ORDER BY shop_id") == [
        ("p1", "K", 12, 2026, 7, 3, False, True),
        ("p2", "K", 12, 2026, 7, 3, False, False),
    ]
    assert warehouse.rows("SELECT shop_id, case_id, days, measures FROM {db}.shop_shields_current") == [
        ("p1", "K", 7, ["shop_shielded", "public_warning"])
    ]
    assert warehouse.one("SELECT count() FROM {db}.shop_penalties_latest") == 3
    assert warehouse.rows("SELECT shop_id, account_id, permission FROM {db}.permissions_current") == [
        ("p1", "acc", "granted")
    ]
    assert warehouse.rows("SELECT order_id, metrics, basis FROM {db}.metric_exclusions_current") == [
        ("o1", ["a", "b"], "confirmed_tag")
    ]
    assert warehouse.rows("SELECT order_id, decision, claim_ids FROM {db}.insurance_decisions_current") == [
        ("o1", "hold", ["k1", "k2"])
    ]
    assert warehouse.rows("SELECT buyer_key, sanction, confirmations FROM {db}.sanctions_current") == [
        (key("nina"), "warn", 1)
    ]


def test_the_record_of_reports_goes_back_six_months(warehouse: Warehouse) -> None:
    """A4: to the same day of the month, by the newest event."""
    told = [
        report_status("new", "nina", "s1", "pending", 0, put_at=at(180)),
        report_status("kept", "nina", "s1", "upheld", 1, put_at=at(0)),
        report_status("gone", "nina", "s1", "refused", 1, put_at=at(0) - 1),
    ]
    placed = events.OrderChanged("e1", at(181), "taobao", "o1", "nina", "s1", "placed")
    _tell(warehouse, [("orders", placed), *(("report-statuses", one) for one in told)])
    assert at(181) == START_MS + 181 * 86_400_000
    names = [name for (name,) in warehouse.rows("SELECT report_id FROM {db}.report_record ORDER BY report_id")]
    assert names == ["kept", "new"]
