"""A person that was forgotten is in no table any more; everyone else still is."""

from msgspec.structs import replace

from cloudtag.warehouse.erasure import CONSEQUENCES, OWN_TABLES, erase_buyer
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.warehouse.batches import SECRET, batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import consequence, label
from tests.warehouse.samples import alert, one_of_each, order, refund


def test_a_forgotten_buyer_is_in_no_table(warehouse: Warehouse) -> None:
    into = inserter(warehouse)
    for stream, record in one_of_each().items():
        into.insert(batch(stream, [record]))
    into.insert(batch("alerts", [alert(2, linked_buyer_ids=("buyer-1", "buyer-3"))], 10))
    into.insert(
        batch("orders", [order(2), order(3, address_hash="home-3"), order(1, "shipped", address_hash="home-1")], 10)
    )
    into.insert(batch("refunds", [refund(2)], 10))
    # The other parcel of the buyer's order, which only the order's list of parcels names.
    into.insert(batch("logistics", [replace(one_of_each()["logistics"], event_id="e2", waybill_no="w9")], 10))
    of_orders = [consequence("metric_exclusion", "order", order_id, 1) for order_id in ("o1", "o2")]
    into.insert(batch("consequences", [*of_orders, consequence("permission", "account", "acc-1", 1)], 10))
    into.insert(batch("labels", [label("a3", "buyer-3", "false_positive", 1)], 10))
    pseudonymizer = Pseudonymizer(SECRET)

    for _ in range(2):
        key = erase_buyer(warehouse.connect(), warehouse.database, pseudonymizer, "buyer-1")

    for table in OWN_TABLES:
        assert warehouse.rows(f"SELECT * FROM {{db}}.{table} WHERE buyer_key = '{key}'") == [], table
    for table in CONSEQUENCES:
        assert warehouse.rows(f"SELECT subject_id FROM {{db}}.{table} ORDER BY 1") == [("acc-1",), ("o2",)], table
    for table in ("labels", "label_revisions"):
        assert warehouse.rows(f"SELECT alert_id FROM {{db}}.{table}") == [("a3",)], table
    assert warehouse.one("SELECT count() FROM {db}.logistics") == 0
    other = [pseudonymizer.key("buyer", "buyer-3")]
    assert warehouse.rows("SELECT linked_buyer_keys FROM {db}.alerts") == [(other,)]
    assert warehouse.rows("SELECT order_ids, length(buyer_keys) FROM {db}.tags") == [(["o2"], 1)]
    originals = warehouse.rows("SELECT value FROM {db}.identities WHERE kind IN ('buyer', 'address') ORDER BY value")
    assert originals == [("addr-1",), ("buyer-2",), ("buyer-3",), ("home-3",)]
    assert warehouse.rows("SELECT value FROM {db}.identities WHERE kind = 'payment'") == []
    assert warehouse.one("SELECT count() FROM {db}.buyer_profiles") == 2


def test_no_table_with_a_buyer_is_forgotten(warehouse: Warehouse) -> None:
    sql = """SELECT DISTINCT table FROM system.columns WHERE database = '{db}' AND name IN ('buyer_key', 'subject_id')
        AND table IN (SELECT name FROM system.tables WHERE database = '{db}' AND engine LIKE '%MergeTree')"""
    # `erasures` itself remembers whom to forget.
    assert {row[0] for row in warehouse.rows(sql)} == {*OWN_TABLES, *CONSEQUENCES, "erasures"}
