"""What a repeat, a revision and a re-sent event do to tables and roll-ups."""

import pytest

from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.errors import OutageError
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.warehouse.batches import SECRET, batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import MINUTE_MS, START_MS, alert, one_of_each, order, refund


def test_a_record_of_every_stream_can_be_stored(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    for stream, record in one_of_each().items():
        into.insert(batch(stream, [record]))
    row = warehouse.rows("SELECT line_sku_ids, total_minor, has_note, address_valid, currency FROM {db}.orders")
    assert row == [(["sku-1", "sku-2"], 2500, True, True, "CNY")]
    assert warehouse.rows("SELECT key, value FROM {db}.dead_letters") == [(b"k\xff".hex(), b"\x00\xffbad".hex())]


def test_a_block_told_again_changes_nothing(warehouse: Warehouse) -> None:
    block = batch("alerts", [alert(number) for number in range(100)])
    for _ in range(3):
        inserter(warehouse).insert(block)
    assert warehouse.one("SELECT count() FROM {db}.alerts") == 100
    assert warehouse.one("SELECT count() FROM {db}.evidence") == 200
    states = "SELECT sum(n) FROM (SELECT uniqExactMerge(alerts) AS n FROM {db}.buyer_profile_states GROUP BY buyer_key)"
    assert warehouse.one(states) == 100


def test_rows_told_again_in_other_blocks_change_no_answer(warehouse: Warehouse) -> None:
    alerts = [alert(number) for number in range(100)]
    orders = [order(number) for number in range(100)]
    into = inserter(warehouse)
    for first, last in ((0, 100), (0, 60), (40, 100)):
        into.insert(batch("alerts", alerts[first:last], first))
        into.insert(batch("orders", orders[first:last], first))
    assert warehouse.one("SELECT count() FROM {db}.alerts") > 100
    assert warehouse.one("SELECT count() FROM {db}.alerts_current") == 100
    assert warehouse.one("SELECT count() FROM {db}.evidence_current") == 200
    assert warehouse.one("SELECT sum(alerts) FROM {db}.buyer_profiles") == 100
    assert warehouse.one("SELECT sum(orders) FROM {db}.buyer_profiles") == 100
    assert warehouse.one("SELECT sum(alerts) FROM {db}.daily_scenarios") == 100
    assert warehouse.one("SELECT sum(total_minor) FROM {db}.orders_current") == 100 * 2500


def test_rows_told_again_in_one_block_change_no_answer(warehouse: Warehouse) -> None:
    """A block is stored as it is: its copies and older revisions stand in one part, which nothing need ever merge."""
    alerts, orders = [alert(number) for number in range(50)], [order(number) for number in range(50)]
    into = inserter(warehouse)
    withdrawn = [alert(number, 2, status="withdrawn") for number in range(10)]
    into.insert(batch("alerts", [*withdrawn, *alerts, *alerts, *(alert(number, 1) for number in range(20))]))
    into.insert(batch("orders", [*orders, *orders]))
    assert warehouse.one("SELECT count() FROM {db}.alerts") == 130, "else nothing of this is tried"
    for again in range(2):
        latest = "SELECT revision, count() FROM {db}.alerts_latest GROUP BY revision ORDER BY revision"
        assert warehouse.rows(latest) == [(0, 30), (1, 10), (2, 10)], again
        assert warehouse.one("SELECT count() FROM {db}.alerts_current") == 40
        assert warehouse.one("SELECT count() FROM {db}.evidence_current") == 100
        assert warehouse.one("SELECT count() FROM {db}.alerts_history") == 80
        assert warehouse.one("SELECT countIf(is_open) FROM {db}.open_cases FINAL") == 40
        assert warehouse.one("SELECT count() FROM {db}.case_records FINAL WHERE kind = 'revisions'") == 80
        assert warehouse.one("SELECT sum(alerts) FROM {db}.buyer_profiles") == 50
        assert warehouse.one("SELECT sum(alerts) FROM {db}.daily_scenarios") == 50
        assert warehouse.one("SELECT sum(orders) FROM {db}.buyer_profiles") == 50
        assert warehouse.one("SELECT sum(total_minor) FROM {db}.orders_current") == 50 * 2500
        # Rewritten in place, as an erasure does it, a part has still not been merged with any other.
        key = Pseudonymizer(SECRET).buyer("taobao", "nobody")
        for table in ("alerts", "orders", "alert_revisions", "open_cases", "case_records"):
            sql = f"ALTER TABLE {warehouse.database}.{table} DELETE WHERE buyer_key = '{key}'"
            warehouse.connect().command(sql, settings={"mutations_sync": 2})


@pytest.mark.parametrize("stream", sorted(one_of_each()))
def test_a_copy_in_the_same_block_is_passed_over_by_whoever_asks_for_what_stands(
    warehouse: Warehouse, stream: str
) -> None:
    table = TABLES[stream].name
    inserter(warehouse).insert(batch(stream, [one_of_each()[stream]] * 3))
    assert warehouse.one(f"SELECT count() FROM {{db}}.{table} FINAL") == 1


def test_a_revision_replaces_the_one_before_whatever_it_changed(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    month = 45 * 24 * 60 * MINUTE_MS
    earlier = START_MS - month
    later = alert(1, 2, status="withdrawn", severity="low", scenario="renamed", shop_id=None, evidence=())
    into.insert(batch("alerts", [later], 0))
    into.insert(batch("alerts", [alert(1, 0)], 1))
    into.insert(batch("alerts", [alert(1, 1, first_event_at=earlier, decided_at=earlier)], 2))
    newest = "SELECT revision, status, scenario FROM {db}.alerts_latest"
    assert warehouse.rows(newest) == [(2, "withdrawn", "renamed")]
    assert warehouse.one("SELECT count() FROM {db}.alerts_current") == 0
    assert warehouse.one("SELECT count() FROM {db}.evidence_current") == 0
    warehouse.connect().command(f"OPTIMIZE TABLE {warehouse.database}.alerts FINAL")
    assert warehouse.rows("SELECT revision, status, scenario FROM {db}.alerts") == [(2, "withdrawn", "renamed")]


def test_evidence_that_a_revision_dropped_no_longer_counts(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    first = alert(1)
    into.insert(batch("alerts", [first, alert(1, 1, evidence=first.evidence[:1])]))
    assert warehouse.rows("SELECT event_id FROM {db}.evidence_current") == [("e1-0",)]


def test_a_re_sent_event_counts_once(warehouse: Warehouse) -> None:
    inserter(warehouse).insert(batch("refunds", [refund(1), refund(2), refund(1)]))
    inserter(warehouse).insert(batch("refunds", [refund(2)], 10))
    assert warehouse.one("SELECT count() FROM {db}.refunds FINAL") == 2
    assert warehouse.one("SELECT sum(refunds) FROM {db}.buyer_profiles") == 2


def test_events_of_many_months_fit_into_one_block(warehouse: Warehouse) -> None:
    month = 31 * 24 * 60 * MINUTE_MS
    inserter(warehouse).insert(batch("orders", [order(n, occurred_at=START_MS - n * month) for n in range(150)]))
    assert warehouse.one("SELECT count() FROM {db}.orders") == 150


def test_buyers_are_stored_as_keys_and_their_originals_apart(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    into.insert(batch("alerts", [alert(1, linked_buyer_ids=("buyer-2",))]))
    into.insert(batch("orders", [order(1), order(2)]))
    key = Pseudonymizer(SECRET).buyer("taobao", "buyer-1")
    assert warehouse.rows("SELECT buyer_key, explanation FROM {db}.alerts") == [
        (key, f"{key[:12]} announced 5 pieces and 1 came back.")
    ]
    joined = "SELECT count() FROM {db}.alerts_current AS a INNER JOIN {db}.orders AS o ON a.buyer_key = o.buyer_key"
    assert warehouse.one(joined) == 1
    original = "SELECT value FROM {db}.identities FINAL WHERE kind = 'buyer' AND key = '" + key + "'"
    assert warehouse.rows(original) == [("buyer-1",)]


def test_another_secret_is_refused(warehouse: Warehouse) -> None:
    inserter(warehouse).claim()
    inserter(warehouse).claim()
    with pytest.raises(OutageError, match="another secret"):
        Inserter(warehouse.connect(), warehouse.database, Pseudonymizer(b"some other secret")).claim()


def test_a_missing_table_is_an_outage(warehouse: Warehouse) -> None:
    warehouse.connect().command(f"DROP TABLE {warehouse.database}.reviews")
    with pytest.raises(OutageError) as raised:
        inserter(warehouse).insert(batch("reviews", [one_of_each()["reviews"]]))
    assert raised.value.is_answered


def test_repeats_are_forgiven_whatever_the_users_profile_says(warehouse: Warehouse) -> None:
    client = warehouse.connect()
    client.set_client_setting("insert_deduplicate", "0")
    if "deduplicate_insert" in client.server_settings:
        client.set_client_setting("deduplicate_insert", "disable")
    for _ in range(2):
        inserter(warehouse, client).insert(batch("orders", [order(1), order(2)]))
    assert warehouse.one("SELECT count() FROM {db}.orders") == 2
