"""What the product needs of a warehouse; the same tests run on a real server when CLICKHOUSE names one."""

import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.query import QueryResult

TABLE = """CREATE TABLE alerts (id String, revision UInt32, buyer String, at DateTime64(3, 'UTC'), ids Array(String))
ENGINE = ReplacingMergeTree(revision) ORDER BY id SETTINGS non_replicated_deduplication_window = 1000"""
ROLLUP = """CREATE TABLE daily (day Date, alerts SimpleAggregateFunction(sum, UInt64))
ENGINE = AggregatingMergeTree ORDER BY day SETTINGS non_replicated_deduplication_window = 1000"""
VIEW = """CREATE MATERIALIZED VIEW daily_of_alerts TO daily AS
SELECT toDate(at) AS day, count() AS alerts FROM alerts GROUP BY day"""
COLUMNS = ["id", "revision", "buyer", "at", "ids"]
ONCE = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}


@pytest.fixture
def database(warehouse_url: str) -> Iterator[str]:
    name = f"suite_{uuid.uuid4().hex[:8]}"
    with clickhouse_connect.get_client(dsn=warehouse_url) as client:
        client.command(f"CREATE DATABASE {name}")
        yield name
        client.command(f"DROP DATABASE {name}")


@pytest.fixture
def client(warehouse_url: str, database: str) -> Iterator[Client]:
    with clickhouse_connect.get_client(dsn=warehouse_url, database=database, autogenerate_session_id=False) as client:
        for statement in (TABLE, ROLLUP, VIEW):
            client.command(statement)
        yield client


def _rows(count: int, first: int = 0) -> list[list[object]]:
    at = 1_760_000_000_000
    return [[f"alert-{n}", 1, f"buyer-{n % 7}", at + n, [str(n), "x"]] for n in range(first, first + count)]


def _insert(client: Client, rows: list[list[object]], token: str) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    kinds = ["String", "UInt32", "String", "DateTime64(3, 'UTC')", "Array(String)"]
    client.insert(
        "alerts",
        columns,
        COLUMNS,
        column_type_names=kinds,
        column_oriented=True,
        settings=ONCE | {"insert_deduplication_token": token},
    )


def _row(found: QueryResult) -> list[Any]:
    """The first row, which must be there."""
    assert found.first_row is not None
    return list(found.first_row)


def _count(client: Client, sql: str) -> int:
    return int(_row(client.query(sql))[0])


def test_a_block_under_one_token_counts_once_in_table_and_rollup(client: Client) -> None:
    rows = _rows(10_000)
    for _ in range(3):
        _insert(client, rows, "alerts:1:0:0-9999")
    _insert(client, _rows(10, first=10_000), "alerts:1:0:10000-10009")
    assert _count(client, "SELECT count() FROM alerts") == 10_010
    assert _count(client, "SELECT sum(alerts) FROM daily") == 10_010


def test_the_same_block_under_another_token_is_new_to_the_rollup(client: Client) -> None:
    rows = _rows(10)
    _insert(client, rows, "one")
    _insert(client, rows, "two")
    assert _count(client, "SELECT count() FROM alerts FINAL") == 10
    assert _count(client, "SELECT sum(alerts) FROM daily") == 20


def test_a_refused_insert_leaves_nothing(client: Client) -> None:
    block = b"\x05\x01"
    with pytest.raises(DatabaseError) as refused:
        client.raw_insert("alerts", COLUMNS, insert_block=block, fmt="Native")
    assert refused.value.code in (32, 33)
    assert _count(client, "SELECT count() FROM alerts") == 0
    assert _count(client, "SELECT count() FROM daily") == 0


def test_a_truncated_insert_leaves_nothing(client: Client) -> None:
    block = client.raw_query("SELECT 'a' AS id, toUInt32(number) AS revision FROM numbers(1000) FORMAT Native")
    with pytest.raises(DatabaseError):
        client.raw_insert("alerts", ["id", "revision"], insert_block=block[: len(block) // 2], fmt="Native")
    assert _count(client, "SELECT count() FROM alerts") == 0


def test_values_come_back_as_they_went(client: Client) -> None:
    rows = _rows(3)
    rows[1][2] = "tab\tquote'back\\slash\nline \N{SNOWMAN}"
    _insert(client, rows, "values")
    found = client.query(
        "SELECT id, revision, buyer, toUnixTimestamp64Milli(at), ids FROM alerts ORDER BY id"
    ).result_rows
    assert [list(row) for row in found] == rows


def test_parameters_reach_the_query_unharmed(client: Client) -> None:
    odd = "a'b\\c\td\ne"
    found = client.query(
        "SELECT {text:String}, {ids:Array(String)}, {n:Nullable(Int32)}",
        parameters={"text": odd, "ids": [odd], "n": None},
    )
    assert _row(found) == [odd, [odd], None]


@pytest.mark.parametrize(
    ("sql", "code", "name"),
    [
        ("SELECT 1 FROM no_such_table", 60, "UNKNOWN_TABLE"),
        ("SELECT no_such_column FROM alerts", 47, "UNKNOWN_IDENTIFIER"),
        ("SELEC 1", 62, "SYNTAX_ERROR"),
        ("SELECT throwIf(1)", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
    ],
)
def test_errors_carry_their_code(client: Client, sql: str, code: int, name: str) -> None:
    with pytest.raises(DatabaseError) as refused:
        client.query(sql)
    assert (refused.value.code, refused.value.name) == (code, name)


def test_an_error_in_the_middle_of_a_stream_is_not_an_end(client: Client) -> None:
    sql = "SELECT throwIf(number = 900000), number FROM numbers(1000000)"
    with (
        pytest.raises(Exception, match="throwIf"),
        client.query_row_block_stream(sql, settings={"max_block_size": 10_000}) as blocks,
    ):
        for _ in blocks:
            pass


def test_settings_of_one_request_end_with_it(client: Client) -> None:
    sql = "SELECT getSetting('max_block_size')"
    usual = _row(client.query(sql))[0]
    assert _row(client.query(sql, settings={"max_block_size": 7}))[0] == 7
    assert _row(client.query(sql))[0] == usual


def test_a_session_keeps_its_tables_and_settings(warehouse_url: str) -> None:
    name = uuid.uuid4().hex
    with clickhouse_connect.get_client(dsn=warehouse_url, session_id=name) as client:
        client.command("CREATE TEMPORARY TABLE mine (n UInt8)")
        client.command("INSERT INTO mine VALUES (1), (2)")
        client.command("SET max_block_size = 11")
        assert _row(client.query("SELECT getSetting('max_block_size')", settings={"max_block_size": 7}))[0] == 7
        assert client.query("SELECT sum(n), getSetting('max_block_size') FROM mine").first_row == (3, 11)


def test_many_clients_at_once(warehouse_url: str, database: str, client: Client) -> None:
    def work(number: int) -> None:
        with clickhouse_connect.get_client(dsn=warehouse_url, database=database, autogenerate_session_id=False) as own:
            for step in range(5):
                _insert(own, _rows(100, first=(number * 5 + step) * 100), f"{number}-{step}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert _count(client, "SELECT count() FROM alerts") == 4_000
    assert _count(client, "SELECT sum(alerts) FROM daily") == 4_000


async def test_the_async_client_is_served(warehouse_url: str, database: str, client: Client) -> None:
    _insert(client, _rows(5), "five")
    async with await clickhouse_connect.get_async_client(dsn=warehouse_url, database=database) as own:
        assert _row(await own.query("SELECT count() FROM alerts"))[0] == 5
        await own.insert(
            "alerts",
            _rows(1, first=9),
            COLUMNS,
            column_type_names=["String", "UInt32", "String", "DateTime64(3, 'UTC')", "Array(String)"],
        )
        assert _row(await own.query("SELECT count() FROM alerts"))[0] == 6


def _curl(*arguments: str) -> str:
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True).stdout


def test_curl_is_served(warehouse_url: str, database: str, client: Client) -> None:
    _insert(client, _rows(3), "curl")
    assert _curl(f"{warehouse_url}/ping") == "Ok.\n"
    assert _curl(warehouse_url, "-d", f"SELECT count() FROM {database}.alerts") == "3\n"
    assert _curl(f"{warehouse_url}/?query=SELECT%201%20AS%20a%20FORMAT%20JSONEachRow") == '{"a":1}\n'
    csv = 'alert-8,1,"a,b",1760000000000,"[]"\n'
    assert (
        _curl(f"{warehouse_url}/?database={database}&query=INSERT%20INTO%20alerts%20FORMAT%20CSV", "--data-binary", csv)
        == ""
    )
    assert _curl(warehouse_url, "-d", f"SELECT buyer FROM {database}.alerts WHERE id = 'alert-8'") == "a,b\n"
    assert "Code: 164." in _curl(f"{warehouse_url}/?query=DROP%20DATABASE%20{database}")
    assert "UNKNOWN_TABLE" in _curl(warehouse_url, "-d", "SELECT 1 FROM nowhere")
