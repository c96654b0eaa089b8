"""What a case's page reads of records is what their own tables have, however often and in whatever order told."""

import random
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from cloudtag.desk.beside_questions import record_row
from cloudtag.warehouse.erasure import erase_buyer
from cloudtag.warehouse.migrate import load, migrate
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.record_tables import RECORD_TABLES
from tests.warehouse.batches import SECRET, batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import consequence
from tests.warehouse.samples import alert, one_of_each

ABOUT_A_BUYER = {
    "others": ("alerts", "alert_id", ""),
    "tags": ("tag-statuses", "tag_id", ", scope"),
    "confirmations": ("tag-confirmations", "confirmation_id", ""),
    "reports": ("report-statuses", "report_id", ", scope"),
}
"""Kinds of rows about a buyer: the stream, the id, and what else an id means something in."""


def _told() -> list[tuple[str, Struct]]:
    """Records of each kind, some in several revisions."""
    samples = one_of_each()
    told: list[tuple[str, Struct]] = [("alerts", alert(n, revision)) for n in (1, 2) for revision in range(3)]
    for stream, record in samples.items():
        if stream in RECORD_TABLES and stream != "alerts" and hasattr(record, "revision"):
            told += [(stream, msgspec.structs.replace(record, revision=revision)) for revision in (0, 1)]
    moved = [consequence("metric_exclusion", "order", "o1", n, platform="taobao") for n in range(3)]
    for revision, each in enumerate(moved):
        told.append(("consequences", msgspec.structs.replace(each, revision=revision, because=(f"a{revision}",))))
    return told


def _store(warehouse: Warehouse, told: list[tuple[str, Struct]], first: int) -> None:
    into = inserter(warehouse)
    for n, (stream, record) in enumerate(told):
        into.insert(batch(stream, [record], first + n))


def _agree(warehouse: Warehouse) -> None:
    """Hold what the page reads beside the tables of revisions."""
    rows = [record_row("alerts", str(told)) for (told,) in warehouse.rows(_WHOLE)]
    assert rows == _named(warehouse, "alerts", "alert_revisions FINAL", "1", "alert_id, revision")
    for kind, (stream, own_id, scope) in ABOUT_A_BUYER.items():
        sql = f"SELECT told FROM {{db}}.case_records FINAL WHERE kind = '{kind}' ORDER BY id, revision"
        seen = [record_row(stream, str(told)) for (told,) in warehouse.rows(sql)]
        assert seen
        table = RECORD_TABLES[stream].revisions
        columns = list(seen[0])
        full = _named(warehouse, stream, f"{table} FINAL", "1", f"{own_id}, revision{scope}")
        assert seen == [{name: row[name] for name in columns} for row in full], kind
        keys = f"SELECT about, id, revision FROM {{db}}.case_records FINAL WHERE kind = '{kind}' ORDER BY ALL"
        assert warehouse.rows(keys) == warehouse.rows(
            f"SELECT buyer_key, {own_id}, revision FROM {{db}}.{table} FINAL ORDER BY ALL"
        )
    sql = "SELECT told FROM {db}.case_consequences FINAL ORDER BY consequence_id, revision"
    seen = [record_row("consequences", str(told)) for (told,) in warehouse.rows(sql)]
    full = _named(warehouse, "consequences", "consequence_revisions FINAL", "1", "consequence_id, revision")
    assert seen == [{name: row[name] for name in seen[0]} for row in full]
    about = "arrayJoin(if(subject_kind IN ('buyer', 'order'), arrayPushBack(because, subject_id), because))"
    assert warehouse.rows(
        "SELECT about, consequence_id FROM {db}.consequence_reasons FINAL ORDER BY ALL"
    ) == warehouse.rows(
        f"SELECT DISTINCT {about} AS about, consequence_id FROM {{db}}.consequence_revisions ORDER BY ALL"
    )


_WHOLE = "SELECT told FROM {db}.case_records FINAL WHERE kind = 'revisions' ORDER BY about, revision"


def _named(warehouse: Warehouse, stream: str, table: str, condition: str, order: str) -> list[dict[str, Any]]:
    """Rows of a table by the columns of its stream; times know their zone."""
    columns = [column.name for column in RECORD_TABLES[stream].columns]
    told = f"formatRowNoNewline('JSONEachRow', {', '.join(columns)})"
    sql = f"SELECT {told} FROM {{db}}.{table} WHERE {condition} ORDER BY {order}"
    return [record_row(stream, str(text)) for (text,) in warehouse.rows(sql)]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_told_in_any_order_and_again_is_there_once(warehouse: Warehouse, seed: int) -> None:
    told = _told()
    random.Random(seed).shuffle(told)
    _store(warehouse, told, 0)
    _store(warehouse, told[::2], 1000)
    _agree(warehouse)
    client = warehouse.connect()
    for table in ("case_records", "case_consequences", "consequence_reasons"):
        client.command(f"OPTIMIZE TABLE {warehouse.database}.{table} FINAL")
    _agree(warehouse)
    whole = {column.name for column in RECORD_TABLES["alerts"].columns}
    assert all(record_row("alerts", str(told)).keys() == whole for (told,) in warehouse.rows(_WHOLE))


def test_what_was_stored_before_the_tables_were_there_is_in_them(empty: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [migration for migration in load() if migration.name < "026"])
    _store(empty, _told(), 0)
    migrate(client, empty.database)
    _agree(empty)
    _store(empty, _told()[1:], 1000)
    _agree(empty)


def test_json_about_others_names_a_forgotten_buyer_no_more(warehouse: Warehouse) -> None:
    """Wherever in the list of the linked they stand, first, last, alone or between, and in the texts."""
    linked = (("buyer-1",), ("buyer-1", "b8"), ("b8", "buyer-1"), ("b8", "buyer-1", "b9"), ("b8", "b9"))
    told: list[tuple[str, Struct]] = [
        ("alerts", alert(n, linked_buyer_ids=who, buyer_id="nina", facts={"with": ", ".join(who)}))
        for n, who in enumerate(linked)
    ]
    _store(warehouse, told, 0)
    erase_buyer(warehouse.connect(), warehouse.database, Pseudonymizer(SECRET), "taobao", "buyer-1")
    rows = [record_row("alerts", str(told)) for (told,) in warehouse.rows(_WHOLE)]
    assert rows == _named(warehouse, "alerts", "alert_revisions FINAL", "1", "alert_id, revision")
    assert [len(row["linked_buyer_keys"]) for row in rows] == [0, 1, 1, 2, 2]
