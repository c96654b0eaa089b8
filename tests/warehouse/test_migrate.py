"""Each numbered file is applied once; a changed one is refused."""

import pytest

from cloudtag.warehouse.blocks import TABLES, columns_of
from cloudtag.warehouse.migrate import Migration, MigrationError, load, migrate
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import one_of_each

FIRST = Migration("001_a.sql", "-- a; comment;\nCREATE TABLE IF NOT EXISTS {database}.a (x Int8) ENGINE = Memory;\n")
SECOND = Migration("002_b.sql", "CREATE TABLE IF NOT EXISTS {database}.b (x Int8) ENGINE = Memory")

HISTORIES = {
    "alerts": ("alert_revisions", "alert_id"),
    "tag_statuses": ("tag_status_revisions", "tag_id"),
    "tag_confirmations": ("confirmation_revisions", "confirmation_id"),
    "consequences": ("consequence_revisions", "consequence_id"),
    "labels": ("label_revisions", "label_id"),
    "report_statuses": ("report_status_revisions", "report_id, shop_id"),
}
"""The table of revisions beside each table, and the id that leads its key."""


def test_files_are_applied_once_and_in_order(empty: Warehouse) -> None:
    client = empty.connect()
    assert migrate(client, empty.database, [FIRST]) == ["001_a.sql"]
    assert migrate(client, empty.database, [FIRST, SECOND]) == ["002_b.sql"]
    assert migrate(client, empty.database, [FIRST, SECOND]) == []
    assert empty.one("SELECT count() FROM {db}.b") == 0


def test_a_changed_file_is_refused_before_anything_is_applied(empty: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [FIRST])
    changed = Migration(FIRST.name, FIRST.text + "-- more\n")
    with pytest.raises(MigrationError, match=r"001_a\.sql changed"):
        migrate(client, empty.database, [changed, SECOND])
    assert empty.one("SELECT count() FROM system.tables WHERE database = '{db}' AND name = 'b'") == 0


def test_a_vanished_file_is_refused(empty: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [FIRST, SECOND])
    with pytest.raises(MigrationError, match="gone"):
        migrate(client, empty.database, [FIRST])


def test_a_migration_that_broke_off_is_run_again(empty: Warehouse) -> None:
    client = empty.connect()
    broken = Migration("001_a.sql", FIRST.text + "CREATE NONSENSE;")
    with pytest.raises(Exception, match="NONSENSE"):
        migrate(client, empty.database, [broken])
    assert migrate(client, empty.database, [FIRST]) == ["001_a.sql"]


def test_a_strange_database_name_is_refused(empty: Warehouse) -> None:
    with pytest.raises(MigrationError, match="database name"):
        migrate(empty.connect(), "x; DROP DATABASE y", [FIRST])


def test_the_files_of_the_project_are_numbered_without_gaps() -> None:
    assert [int(migration.name[:3]) for migration in load()] == list(range(1, len(load()) + 1))


def test_tables_have_the_columns_the_sink_writes(warehouse: Warehouse) -> None:
    for stream, table in TABLES.items():
        described = warehouse.rows(f"DESCRIBE {{db}}.{table.name}")
        own = {str(row[0]): str(row[1]) for row in described if not row[2]}
        assert own == dict(columns_of(stream)), stream


def test_every_table_remembers_the_blocks_it_took(warehouse: Warehouse) -> None:
    sql = "SELECT name, engine_full FROM system.tables WHERE database = '{db}' AND engine LIKE '%MergeTree'"
    tables = {str(name): str(engine) for name, engine in warehouse.rows(sql) if name != "schema_migrations"}
    assert len(tables) >= len(TABLES) + 5
    for name, engine in tables.items():
        assert "non_replicated_deduplication_window = 100000" in engine, name
        assert "replicated_deduplication_window = 100000" in engine, name


def test_no_key_of_a_revised_table_holds_what_a_revision_may_change(warehouse: Warehouse) -> None:
    sql = """SELECT name, sorting_key, partition_key FROM system.tables
        WHERE database = '{db}' AND engine_full LIKE '%ReplacingMergeTree(revision)%'"""
    assert sorted(warehouse.rows(sql)) == [
        ("alerts", "detector, buyer_key, alert_id", ""),
        ("consequences", "kind, subject_id, consequence_id", ""),
        ("evidence", "stream, event_id, alert_id", ""),
        ("label_marks", "label_key", ""),
        ("labels", "detector, buyer_key, label_id", ""),
        ("open_cases", "case_key", ""),
        ("report_statuses", "shop_id, report_id, scope", ""),
        ("tag_confirmations", "buyer_key, confirmation_id", ""),
        ("tag_statuses", "shop_id, tag_id, scope", ""),
    ]


def test_every_table_names_its_history() -> None:
    named = {table.name: table.revisions for table in TABLES.values() if table.revisions}
    assert named == {source: table for source, (table, _) in HISTORIES.items()}


def test_a_history_has_the_columns_of_its_table_and_replaces_nothing_but_copies(warehouse: Warehouse) -> None:
    for source, (table, key) in HISTORIES.items():
        columns = [warehouse.rows(f"DESCRIBE {{db}}.{name}") for name in (source, table)]
        assert columns[0] == columns[1], table
        sql = f"""SELECT engine, sorting_key, partition_key, engine_full LIKE '%stored_at + toIntervalMonth(25)%'
            FROM system.tables WHERE database = '{{db}}' AND name = '{table}'"""
        scope = ", scope" if table in ("tag_status_revisions", "report_status_revisions") else ""
        assert warehouse.rows(sql) == [("ReplacingMergeTree", f"{key}, revision{scope}", "", 1)]


def test_a_history_begins_with_what_was_stored_before_it(empty: Warehouse) -> None:
    client = empty.connect()
    before = [migration for migration in load() if migration.name < "009"]
    migrate(client, empty.database, before)
    # The sink of today writes columns that later files add; they add only what is not there yet.
    later = [migration for migration in load() if "014" <= migration.name < "016"]
    altered = [f"{empty.database}.{table}" for table in ("tag_statuses", "tag_confirmations", "consequences")]
    for statement in (statement for migration in later for statement in migration.statements(empty.database)):
        if statement.startswith("ALTER TABLE") and statement.split()[2] in altered:
            client.command(statement)
    # One of them becomes part of a key, which a column that is there already cannot.
    client.command(f"ALTER TABLE {empty.database}.tag_statuses ADD COLUMN scope String")
    into = inserter(empty)
    for stream in ("tag-statuses", "tag-confirmations", "consequences"):
        into.insert(batch(stream, [one_of_each()[stream]]))
    client.command(f"ALTER TABLE {empty.database}.tag_statuses DROP COLUMN scope")
    migrate(client, empty.database)
    for source in ("tag_statuses", "tag_confirmations", "consequences"):
        table, _ = HISTORIES[source]
        [stored] = empty.rows(f"SELECT * FROM {{db}}.{source}")
        assert empty.rows(f"SELECT * FROM {{db}}.{table}") == [stored]


def test_what_is_stored_while_columns_are_added_is_in_the_histories(empty: Warehouse) -> None:
    client, steps = empty.connect(), 0
    migrate(client, empty.database, [migration for migration in load() if migration.name < "014"])
    moments = {"tag_statuses": "decided_at", "tag_confirmations": "confirmed_at", "consequences": "starts_at"}
    for migration in load()[13:]:
        for statement in migration.statements(empty.database):
            client.command(statement)
            steps += 1
            for table, moment in moments.items():
                own_id = HISTORIES[table][1]
                columns = f"({own_id}, revision, {moment})"
                client.command(f"INSERT INTO {empty.database}.{table} {columns} VALUES ('x', {steps}, '2026-03-02')")
    for table in moments:
        told = empty.rows(f"SELECT revision FROM {{db}}.{HISTORIES[table][0]} ORDER BY revision")
        assert told == [(step,) for step in range(1, steps + 1)], table


def test_every_view_of_consequences_says_what_is_of_the_past(warehouse: Warehouse) -> None:
    sql = """SELECT name FROM system.tables
        WHERE database = '{db}' AND engine = 'View' AND as_select LIKE '%.consequence%'"""
    views = [str(name) for (name,) in warehouse.rows(sql)]
    assert {"sanctions_current", "metric_exclusions_current", "insurance_decisions_current"} <= {*views}
    for view in (*views, "shop_penalties_current"):
        columns = {str(row[0]): str(row[1]) for row in warehouse.rows(f"DESCRIBE {{db}}.{view}")}
        assert columns["historical"] == "Nullable(Bool)", view
