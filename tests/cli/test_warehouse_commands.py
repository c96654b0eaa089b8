"""`warehouse migrate` and `warehouse query`."""

import json
import uuid

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def database(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"cli_{uuid.uuid4().hex[:6]}"
    monkeypatch.setenv("CLICKHOUSE", f"{warehouse_url}/{name}")
    return name


def test_migrate_applies_each_file_once(run: Run, database: str) -> None:
    first = run("warehouse", "migrate")
    assert first.code == 0, first.err
    assert "001_alerts.sql" in first.lines
    assert f"{len(first.lines)} files applied to {database}" in first.err
    assert run("warehouse", "migrate").err.startswith("0 files applied")


def test_query_answers_in_the_configured_database(run: Run, database: str) -> None:
    assert run("warehouse", "migrate").code == 0
    table = run("warehouse", "query", "SELECT count() AS alerts FROM alerts_current")
    assert table.code == 0
    assert "alerts" in table.out
    row = run("warehouse", "query", "SELECT currentDatabase() AS name, toDateTime(0, 'UTC') AS at", "--json")
    assert json.loads(row.out)["name"] == database


def test_a_wrong_query_is_told_in_one_line(run: Run, database: str) -> None:
    assert run("warehouse", "migrate").code == 0
    done = run("warehouse", "query", "SELECT nosuch FROM alerts")
    assert done.code == 1
    assert "nosuch" in done.err
    assert done.err.count("\n") == 1
