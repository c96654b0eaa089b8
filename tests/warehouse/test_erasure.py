"""A person that was forgotten is in no table any more; everyone else still is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import ErasureRequested
from cloudtag.contract.records import DeadLetter
from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.erasure import BY_HASH, CONSEQUENCES, OWN_TABLES, erase_buyer, holdings
from cloudtag.warehouse.forgotten import Forgotten
from cloudtag.warehouse.named import mentions
from cloudtag.warehouse.pseudonymizer import SHOWN, Pseudonymizer
from cloudtag.wire import Codec
from tests.warehouse.batches import SECRET, batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import consequence, label
from tests.warehouse.samples import START_MS, alert, one_of_each, order, refund


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
    of_orders = [consequence("metric_exclusion", "order", order_id, 1, platform="taobao") for order_id in ("o1", "o2")]
    into.insert(batch("consequences", [*of_orders, consequence("permission", "account", "acc-1", 1)], 10))
    into.insert(batch("labels", [label("a3", "buyer-3", "false_positive", 1, platform="taobao")], 10))
    pseudonymizer = Pseudonymizer(SECRET)

    for _ in range(2):
        key = erase_buyer(warehouse.connect(), warehouse.database, pseudonymizer, "taobao", "buyer-1")

    for table in OWN_TABLES:
        assert warehouse.rows(f"SELECT * FROM {{db}}.{table} WHERE buyer_key = '{key}'") == [], table
    for table in CONSEQUENCES:
        others = warehouse.rows(f"SELECT DISTINCT subject_id FROM {{db}}.{table} ORDER BY 1")
        # What an account may do rests on nothing, so nothing leads to it.
        assert others == ([("o2",)] if table == "consequence_reasons" else [("acc-1",), ("o2",)]), table
    for table in ("labels", "label_revisions"):
        assert warehouse.rows(f"SELECT alert_id FROM {{db}}.{table}") == [("a3",)], table
    assert warehouse.one("SELECT count() FROM {db}.logistics") == 0
    for table, (column, named, (source, _)) in BY_HASH.items():
        kept = f"SELECT reinterpretAsUInt128(sipHash128({named})) FROM {{db}}.{source}"
        assert warehouse.rows(f"SELECT {column} FROM {{db}}.{table}") == warehouse.rows(kept), table
        assert len(warehouse.rows(kept)) == 1
    other = [pseudonymizer.buyer("taobao", "buyer-3")]
    assert warehouse.rows("SELECT linked_buyer_keys FROM {db}.alerts") == [(other,)]
    assert warehouse.rows("SELECT order_ids, length(buyer_keys) FROM {db}.tags") == [(["o2"], 1)]
    originals = warehouse.rows("SELECT value FROM {db}.identities WHERE kind IN ('buyer', 'address') ORDER BY value")
    assert originals == [("addr-1",), ("buyer-2",), ("buyer-3",), ("home-3",)]
    assert warehouse.rows("SELECT value FROM {db}.identities WHERE kind = 'payment'") == []
    assert warehouse.one("SELECT count() FROM {db}.buyer_profiles") == 2


@pytest.mark.parametrize("stream", ["decisions", "decision-changes", "decision-outcomes", "case-acts"])
def test_what_was_decided_and_proposed_about_a_forgotten_buyer_goes_with_them(
    warehouse: Warehouse, stream: str
) -> None:
    record: Any = one_of_each()[stream]
    own = record_id_of(stream)
    others = [replace(record, buyer_id="buyer-12", **{own: "of another"})]
    # Whose id is the same on a platform of another network is somebody else.
    others.append(replace(record, platform="jd", **{own: "of a namesake"}))
    into, table = inserter(warehouse), TABLES[stream].name
    into.insert(batch(stream, [record, *others]))
    pseudonymizer = Pseudonymizer(SECRET)
    held = holdings(warehouse.connect(), warehouse.database, pseudonymizer, "taobao", "buyer-1")
    assert held == {table: 1, "identities": 1}
    erase_buyer(warehouse.connect(), warehouse.database, pseudonymizer, "taobao", "buyer-1")
    left = warehouse.rows(f"SELECT {own} FROM {{db}}.{table} ORDER BY 1")
    assert left == [("of a namesake",), ("of another",)]
    assert not holdings(warehouse.connect(), warehouse.database, pseudonymizer, "taobao", "buyer-1")


def record_id_of(stream: str) -> str:
    """By what a table of decisions keeps its rows apart."""
    return {"decisions": "decision_id", "decision-changes": "decision_id"}.get(stream, "event_id")


NAMED = re.compile(rb"buyer-1(?![2x])")
LETTERS = {"dead_letters", "dead_letters_latest"}


def letter(number: int, key: bytes | None, value: bytes | None, error: str = "") -> DeadLetter:
    return DeadLetter(
        topic="orders",
        partition=0,
        offset=number,
        key=key,
        value=value,
        reason="not_avro",
        error=error,
        seen_at=START_MS + number,
    )


def everything(warehouse: Warehouse) -> Iterator[tuple[str, bytes]]:
    """Every table and view of the database, and all that it holds, in ClickHouse's own binary form."""
    sql = "SELECT name FROM system.tables WHERE database = '{db}' AND name NOT LIKE '.%'"
    client = warehouse.connect()
    for (name,) in warehouse.rows(sql):
        yield name, client.raw_query(f"SELECT * FROM {warehouse.database}.{name} FORMAT RowBinary")
    client.close()


def test_after_an_erasure_neither_the_id_nor_its_hash_is_anywhere(warehouse: Warehouse) -> None:
    """The law. Only `erasures` holds the key: it remembers whom to forget."""
    buyer, pseudonymizer = "buyer-1", Pseudonymizer(SECRET)
    key = pseudonymizer.buyer("taobao", buyer)
    about: dict[str, Any] = {
        "explanation": "buyer-3 shares a phone with buyer-1.",
        "explanation_zh": "与 buyer-1 共用电话。",
    }
    of_another = alert(
        3, linked_buyer_ids=(buyer,), facts={"link buyer-1": "phone:p", "with": "buyer-1 and buyer-12"}, **about
    )
    taken_back = replace(of_another, revision=1, status="withdrawn", withdrawn_because="buyer-1 is somebody else.")
    named = Codec().write("orders", order(1))
    letters = [
        letter(1, b"buyer-1", b"no Avro"),
        letter(2, None, named),
        letter(3, None, b'{"buyer_id":"buyer-1"}'),
        letter(4, None, b"x", "the field buyer_id is buyer-1, twice"),
        letter(5, b"buyer-12", b'{"buyer_id": "buyer-12", "note": "buyer-1x"}', "about buyer-12"),
    ]

    def store() -> None:
        into, first = inserter(warehouse), 0
        forgotten = Forgotten(warehouse.connect(), warehouse.database, Pseudonymizer(SECRET))
        streams = [*one_of_each().items(), ("alerts", of_another), ("alerts", taken_back)]
        for stream, record in [*streams, *(("dead-letters", each) for each in letters)]:
            first += 10
            kept = forgotten.without(batch(stream, [record], first))
            if kept.rows:
                into.insert(kept)

    store()
    held = {name: data for name, data in everything(warehouse) if key[:SHOWN].encode() in data or NAMED.search(data)}
    assert {"alerts", "orders", "dead_letters", "identities", "evidence"} <= set(held)
    # Also before, nobody's id stands in clear but where originals are kept and in what could not be read.
    assert {name for name, data in held.items() if NAMED.search(data)} <= {"identities", *LETTERS}
    client = warehouse.connect()
    assert holdings(client, warehouse.database, Pseudonymizer(SECRET), "taobao", buyer)["dead_letters"] == 4
    inserter(warehouse).insert(batch("erasures", [ErasureRequested("era", START_MS, "taobao", buyer)]))
    erase_buyer(client, warehouse.database, Pseudonymizer(SECRET), "taobao", buyer)
    assert holdings(client, warehouse.database, Pseudonymizer(SECRET), "taobao", buyer) == {}
    for _ in range(2):
        for name, data in everything(warehouse):
            if name != "erasures":
                assert key[:SHOWN].encode() not in data, name
                assert not NAMED.search(data), name
        # The place of each is kept, and the bytes of those about others.
        assert warehouse.rows("SELECT countIf(value IS NOT NULL), count() FROM {db}.dead_letters FINAL") == [(2, 6)]
        # Read from the log once more, by a sink that knows the key alone.
        store()


def test_bytes_that_name_a_buyer_are_found_in_any_form() -> None:
    for held in (
        b"b-1",
        b"\x06b-1\x08rest",
        b"x\x06b-1y",
        b'{"a":"b-1"}',
        b"who=b-1&",
        b"\xff\xfe b-1\n",
        b"\x00\x06b-1",
    ):
        assert mentions(held, "b-1".__eq__), held
    assert not mentions(None, "b-1".__eq__)
    for held in (b"", b"b-12", b"ab-1", b"b-1_", b"\x08b-12", b'"b-12"', b"b 1", b"\x06b-"):
        assert not mentions(held, "b-1".__eq__), held
    assert mentions(b'{"mail":"me@x.cn:7"}', "me@x.cn:7".__eq__)
    assert mentions(b"\x12me@x.cn:7\x00", "me@x.cn:7".__eq__)


def test_no_table_with_a_buyer_is_forgotten(warehouse: Warehouse) -> None:
    sql = """SELECT DISTINCT table FROM system.columns WHERE database = '{db}' AND name IN ('buyer_key', 'subject_id')
        AND table IN (SELECT name FROM system.tables WHERE database = '{db}' AND engine LIKE '%MergeTree')"""
    # `erasures` itself remembers whom to forget.
    assert {row[0] for row in warehouse.rows(sql)} == {*OWN_TABLES, *CONSEQUENCES, "erasures"}
