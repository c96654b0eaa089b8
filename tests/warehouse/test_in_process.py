"""What clickhouse-connect's chDB backend does not do: the reasons of decision 012."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clickhouse_connect import get_client
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, NotSupportedError, ProgrammingError
from clickhouse_connect.driver.external import ExternalData

READ_ONLY = {"readonly": 1}


def test_a_client_that_only_read_once_can_never_write(in_process: Callable[[], Client]) -> None:
    client, other = in_process(), in_process()
    client.query("SELECT 1", settings=READ_ONLY)
    client.command("CREATE TEMPORARY TABLE a_query_leaves_no_trace (n UInt8)")
    client.raw_query("SELECT 1", settings=READ_ONLY, fmt="CSV")
    with pytest.raises(DatabaseError, match="READONLY"):
        client.command("CREATE TEMPORARY TABLE a_raw_query_does (n UInt8)")
    with pytest.raises(DatabaseError, match="READONLY"):
        client.query("SELECT 1", settings={"max_execution_time": 1})
    assert other.query("SELECT 1", settings={"max_execution_time": 1}).result_rows == [(1,)]
    client.close()
    other.close()


def test_what_only_reads_may_write_a_file(in_process: Callable[[], Client], tmp_path: Path) -> None:
    client, out = in_process(), tmp_path / "out.csv"
    client.command(f"SELECT 1 INTO OUTFILE '{out}'", settings=READ_ONLY)
    client.close()
    assert out.exists()


def test_a_query_brings_no_tables_along(in_process: Callable[[], Client]) -> None:
    client = in_process()
    table = ExternalData(file_name="n.csv", data=b"1\n", fmt="CSV", structure="n UInt8")
    with pytest.raises(NotSupportedError):
        client.query("SELECT n FROM n", external_data=table)
    client.close()


def test_a_process_has_one_directory(in_process: Callable[[], Client], tmp_path: Path) -> None:
    client = in_process()
    with pytest.raises(ProgrammingError, match="already initialized"):
        get_client(interface="chdb", path=str(tmp_path))
    client.close()
