"""Readers of the embedded warehouse read, and do nothing else, while others write."""

import base64
from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from cloudtag.local.gateway.access import READER
from cloudtag.local.warehouse import Warehouse
from cloudtag.sql.outside import is_outside_when_called
from tests.local.raw_http import Way

WRITER = Way("POST")
READERS = {
    "get": Way("GET"),
    "readonly=1": Way("POST", {"readonly": "1"}),
    "readonly=2": Way("POST", {"readonly": "2"}),
    "user": Way("POST", headers={"X-ClickHouse-User": READER}),
    "user in the address": Way("POST", {"user": READER}),
    "basic": Way("POST", headers={"Authorization": "Basic " + base64.b64encode(f"{READER}:".encode()).decode()}),
    "put": Way("PUT"),
    "session": Way("POST", {"readonly": "1", "session_id": "readers"}),
}
MOST = {name: READERS[name] for name in ("get", "readonly=2", "user", "session")}
"""Ways that differ in how they are found to be readers; for what is tried in many forms."""
MARK = "what-is-in-the-file"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Warehouse(open_to="everyone") as warehouse:
        assert WRITER.ask(warehouse.port, "CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n").status == 200
        assert WRITER.ask(warehouse.port, "INSERT INTO kept VALUES (7)").status == 200
        yield warehouse.port


@pytest.fixture(params=list(MOST.values()), ids=list(MOST))
def reader(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_reader_reads_and_does_not_write(port: int, reader: Way) -> None:
    assert reader.ask(port, "TRUNCATE TABLE kept").code == "164"
    assert reader.ask(port, "SELECT n, {x:UInt8} FROM kept", param_x="3", max_threads="1").body == b"7\t3\n"
    assert b"kept\n" in reader.ask(port, "SHOW TABLES").body


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE kept",
        "INSERT INTO kept VALUES (8)",
        "WITH 8 AS n INSERT INTO kept SELECT n",
        "CREATE TABLE other (n UInt8) ENGINE = Memory",
        "CREATE TEMPORARY TABLE other (n UInt8)",
        "SELECT 1; DROP TABLE kept",
        "SET readonly = 0",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT 1 FORMAT CSV SETTINGS readonly = 0",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
        "OPTIMIZE TABLE kept",
    ],
)
def test_a_reader_changes_nothing(port: int, reader: Way, sql: str) -> None:
    assert reader.ask(port, sql).code in ("164", "62")
    assert WRITER.ask(port, "SELECT groupArray(n) FROM kept").body == b"[7]\n"


def test_a_reader_cannot_ask_for_more(port: int) -> None:
    for way in (READERS["get"], READERS["user"]):
        assert way.ask(port, "SELECT 1", readonly="0").code == "164"
    assert WRITER.ask(port, "SELECT 1", readonly="0").body == b"1\n"


@pytest.mark.parametrize("sql", ["SELECT 1 INTO OUTFILE '{}'", "SELECT 1 INTO/**/OUTFILE '{}' FORMAT CSV"])
def test_nobody_writes_a_file(port: int, reader: Way, sql: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert reader.ask(port, sql.format(path)).code == "164"
    assert WRITER.ask(port, sql.format(path)).code == "358"
    assert not path.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM file('{}', LineAsString)",
        "SELECT * FROM '{}'",
        "SELECT * FROM `{}`",
        "DESCRIBE TABLE file('{}')",
        "DESCRIBE `{}`",
        "SELECT file('{}')",
        "SELECT “file”('{}')",
        "SELECT arrayMap(file, ['{}'])",
        "SELECT * APPLY file FROM (SELECT '{}')",
        "SELECT arrayMap({{f:Identifier}}, ['{}'])",
        "SELECT * FROM {{p:Identifier}} -- {}",
        "SELECT * FROM url('file://{}', LineAsString)",
        "SELECT * FROM sqlite('{}', 't')",
        "SELECT * FROM filesystem('{}')",
        "SELECT * FROM eval('SELECT file(''{}'')')",
    ],
)
def test_a_reader_reads_no_file(port: int, reader: Way, sql: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text(f"{MARK}\n{MARK}\n")
    reply = reader.ask(port, sql.format(path), param_f="file", param_p=str(path))
    assert reply.status != 200
    assert MARK.encode() not in reply.body


@pytest.mark.parametrize("name", ["format_template_row", "format_template_resultset", "format_schema", "dialect"])
def test_a_readers_settings_lead_to_no_file(port: int, reader: Way, name: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text(MARK)
    reply = reader.ask(port, "SELECT 1 FORMAT Template", **{name: str(path)})
    assert reply.code == "164"
    assert name in reply.body.decode()


def test_a_readers_tables_are_not_taken(port: int) -> None:
    boundary = 'x\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    way = Way("POST", headers=headers)
    body = f"--{boundary}".encode()
    told = {"t_structure": "a String DEFAULT file('/etc/hostname')", "query": "SELECT * FROM t"}
    assert way.ask(port, body, readonly="1", **told).code == "164"
    assert way.ask(port, body, t_structure="a UInt8", query="SELECT a + 1 FROM t").body == b"2\n"


@pytest.mark.parametrize("sql", ["SELECT '\xff'", "DROP TABLE \xff"])
def test_a_reader_asks_in_utf_8(port: int, sql: str) -> None:
    reply = READERS["readonly=1"].ask(port, sql.encode("latin-1"))
    assert (reply.status, reply.code) == (400, "36")


def test_nobody_has_the_gateway_read_a_clients_file(port: int, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("9\n")
    assert WRITER.ask(port, f"INSERT INTO kept FROM INFILE '{tmp_path / 'n.csv'}' FORMAT CSV").code == "48"


def test_a_session_goes_on_writing_after_a_question(port: int) -> None:
    writer = Way("POST", {"session_id": "both"})
    assert writer.ask(port, "CREATE TEMPORARY TABLE mine (n UInt8)").status == 200
    assert writer.ask(port, "SET max_block_size = 11").status == 200
    assert writer.ask(port, "USE system").status == 200
    asked = "SELECT getSetting('max_block_size'), currentDatabase(), getSetting('readonly')"
    assert writer.ask(port, asked, readonly="1").body == b"11\tsystem\t1\n"
    assert writer.ask(port, "INSERT INTO mine VALUES (1)").status == 200
    assert writer.ask(port, "SELECT count() FROM mine").body == b"1\n"


def test_clickhouse_connect_reads_as_a_reader_while_another_writes(port: int) -> None:
    with (
        clickhouse_connect.get_client(port=port, host="127.0.0.1", username=READER) as reader,
        clickhouse_connect.get_client(port=port, host="127.0.0.1") as writer,
    ):
        writer.command("CREATE TABLE IF NOT EXISTS told (n UInt8) ENGINE = MergeTree ORDER BY n")
        writer.insert("told", [[5]], column_names=["n"])
        assert reader.query("SELECT n FROM told").result_rows == [(5,)]
        assert writer.query("SELECT n FROM told", settings={"readonly": 1}).result_rows == [(5,)]
        with pytest.raises(DatabaseError) as refused:
            reader.insert("told", [[6]], column_names=["n"])
        assert refused.value.code == 164
        writer.command("DROP TABLE told")


def test_every_table_function_of_the_engine_is_known(port: int) -> None:
    """What the engine itself keeps from readers is refused by name, but for what stays inside of the warehouse."""
    rows = WRITER.ask(port, "SELECT name FROM system.table_functions WHERE NOT allow_readonly").body.decode().split()
    inside = {"dictionary", "format", "loop", "viewExplain", "zeros", "zeros_mt"}
    left = {name for name in rows if not is_outside_when_called(name)} - inside
    assert {name for name in left if not name.startswith(("timeSeries", "prometheusQuery"))} == set()
    functions = WRITER.ask(port, "SELECT name FROM system.functions WHERE name ILIKE 'ai%' OR name = 'file'").body
    assert all(is_outside_when_called(name) for name in functions.decode().split())
