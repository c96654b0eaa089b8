"""`warehouse query`: what it takes, what it refuses, how it tells the answer and what went wrong."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import clickhouse_connect
import pytest

from cloudtag.cli.query.table import NARROWEST
from cloudtag.resources import clickhouse_dir
from cloudtag.warehouse.queries import BY_NAME
from tests.cli.conftest import Outcome, Run
from tests.servers.databases import migrated_database

TIME = "toDateTime64('2026-03-01 20:00:00.500', 3, 'UTC')"
PAGE = Path(__file__).parents[2] / "docs" / "queries.md"
QUESTIONS = re.findall(r"^`(\w+)`\n\n```sql\n(.*?)\n```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


Ask = Callable[..., Outcome]


@pytest.fixture(scope="module")
def database(warehouse_url: str) -> Iterator[str]:
    with migrated_database(lambda: clickhouse_connect.get_client(dsn=warehouse_url)) as name:
        yield f"{warehouse_url}/{name}"


@pytest.fixture
def ask(run: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("CLICKHOUSE", database)
    return lambda *arguments: run("warehouse", "query", *arguments)


def _parameters(name: str) -> list[str]:
    return [word for pair in BY_NAME[name].parameters.items() for word in ("--param", "=".join(pair))]


@pytest.mark.parametrize(("name", "sql"), QUESTIONS, ids=[name for name, _ in QUESTIONS])
def test_every_documented_question_can_be_asked(ask: Ask, name: str, sql: str) -> None:
    done = ask(sql, *_parameters(name), "--format", "jsonl")
    assert (done.code, done.err) == (0, "")
    again = ask("--named", name, *_parameters(name), "--format", "jsonl")
    assert again.code == 0
    if "now()" not in sql:
        assert again.out == done.out
    for given in BY_NAME[name].parameters:
        lacking = ask("--named", name)
        assert lacking.code == 2
        assert f"--param {given}=" in lacking.err


def test_the_page_has_every_question() -> None:
    assert {name for name, _ in QUESTIONS} == set(BY_NAME)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE alerts",
        "INSERT INTO alerts (alert_id) VALUES ('x')",
        "SELECT 1; DROP TABLE alerts",
        "SELECT 1 INTO OUTFILE '{}'",
        "SELECT * FROM file('{}', LineAsString)",
        "SELECT arrayMap(file, ['{}'])",
        "SET readonly = 0",
        "SYSTEM STOP MERGES",
    ],
)
def test_a_question_changes_nothing(ask: Ask, sql: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    done = ask(sql.format(path))
    assert (done.code, done.out) == (2, "")
    assert "is it up" not in done.err
    assert not path.exists()
    assert ask("SELECT count() AS n FROM alerts", "--json").out == '{"n":0}\n'


def test_clickhouse_itself_is_asked_to_read_only(ask: Ask) -> None:
    assert ask("SELECT getSetting('readonly') AS lock", "--json").out == '{"lock":1}\n'
    refused = ask("SELECT 1 SETTINGS readonly = 0")
    assert (refused.code, "READONLY" in refused.err) == (1, True)


def test_parameters_are_typed_and_reach_the_query_unharmed(ask: Ask) -> None:
    odd = "a'b\\c\td\ne`{x}"
    sql = "SELECT {t:String} AS t, {n:UInt8} AS n, {l:Array(String)} AS l, "
    sql += "{m:Map(String, UInt8)} AS m, {o:Nullable(String)} AS o"
    given = ("-p", f"t={odd}", "-p", "n=7", "-p", "l=['x=y', 'it\\'s']", "-p", "m={'k': 2}", "-p", r"o=\N")
    assert json.loads(ask(sql, *given, "--json").out) == {
        "t": odd,
        "n": 7,
        "l": ["x=y", "it's"],
        "m": {"k": 2},
        "o": None,
    }


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((), "needs a value for a (String), b (UInt8): give --param a=… --param b=…"),
        (("--param", "a=1"), "needs a value for b (UInt8): give --param b=…"),
        (("--param", "a=1", "--param", "b=2", "--param", "c=3"), "no parameter 'c'; it has a, b"),
        (("--param", "a=1", "--param", "a=2"), "parameter a is given twice"),
        (("--param", "a"), "--param takes NAME=VALUE, not 'a'"),
    ],
)
def test_parameters_that_lack_or_are_too_many_are_named(ask: Ask, given: tuple[str, ...], text: str) -> None:
    done = ask("SELECT {a:String}, {b:UInt8}, '{c:String}'", *given)
    assert (done.code, text in done.err) == (2, True), done.err


def test_the_statement_comes_from_a_file_or_a_pipe(process: Run, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "mine.sql"
    path.write_text("SELECT 5 AS five; -- done\n")
    assert ask("--file", path, "--json").out == '{"five":5}\n'
    for words in ((), ("-",), ("--file", "-")):
        assert process("warehouse", "query", "--json", *words, stdin=path.read_bytes()).out == '{"five":5}\n'
    assert ask("SELECT 1", "--file", path).code == 2
    path.write_bytes(b"SELECT '\xff'")
    assert "not UTF-8" in ask("--file", path).err
    assert ask("--file", tmp_path / "none.sql").code == 2
    assert "did you mean standing or " in ask("--named", "standin").err


def test_times_are_told_with_their_zone(ask: Ask) -> None:
    sql = f"SELECT {TIME} AS at, toDateTime('2026-03-01 20:00:00', 'UTC') AS second, [{TIME}] AS many"
    assert "2026-03-01 20:00:00.500Z" in ask(sql).out
    assert "2026-03-01 20:00:00Z" in ask(sql).out
    assert "2026-03-02 04:00:00.500+08:00" in ask(sql, "--zone", "Asia/Shanghai").out
    row = json.loads(ask(sql, "--zone", "Asia/Shanghai", "--json").out)
    assert row == {
        "at": "2026-03-02T04:00:00.500+08:00",
        "second": "2026-03-02T04:00:00+08:00",
        "many": ["2026-03-02T04:00:00.500+08:00"],
    }
    assert "no such time zone" in ask(sql, "--zone", "Asia/Nowhere").err


def test_money_is_told_in_its_currency_and_never_changed(ask: Ask) -> None:
    sql = "SELECT 123456 AS amount_minor, 'CNY' AS currency, 500 AS fee_minor, 'JPY' AS fee_currency, 7 AS n"
    told = ask(sql, "--vertical").out
    assert "123456 (1,234.56 CNY)" in told
    assert "500 (500 JPY)" in told
    assert json.loads(ask(sql, "--json").out)["amount_minor"] == 123456
    assert "(" not in ask("SELECT 123456 AS amount_minor, '' AS currency", "--vertical").out


def test_null_is_no_text_and_texts_cannot_steer_the_terminal(ask: Ask) -> None:
    sql = "SELECT NULL AS nothing, 'NULL' AS text, '' AS empty, '\\x1b[31m[red]a\\nb' AS odd"
    told = ask(sql).out
    assert "ᴺᵁᴸᴸ" in told
    assert "NULL" in told
    assert "\\x1b[31m[red]a\\nb" in told
    assert ask(sql, "--format", "tsv").lines[1].split("\t")[:3] == ["\\N", "NULL", ""]


def test_rows_that_are_not_shown_are_counted(ask: Ask) -> None:
    sql = "SELECT number AS n FROM numbers(100000)"
    assert "1,000 rows, and 99,000 more" in ask(sql).err
    some = ask(sql, "--limit", 3)
    assert "3 rows, and 99,997 more" in some.err
    assert "│ 2 │" in some.out
    assert "│ 3 │" not in some.out
    assert ask("SELECT 1 AS n", "--limit", 1).err == "1 rows\n"
    assert len(ask(sql, "--format", "csv").lines) == 100_001
    assert len(ask(sql, "--format", "csv", "--limit", 5).lines) == 6
    assert "over 1,000,000 more" in ask("SELECT number FROM numbers(3000000)").err


def test_wide_rows_are_shown_one_value_a_line(ask: Ask) -> None:
    columns = 120 // (NARROWEST + 3)
    long = f"repeat('x', {NARROWEST + 20})"
    fitting = ", ".join(f"{long} AS c{number}" for number in range(columns))
    assert "━" in ask(f"SELECT {fitting}").out
    wide = ask(f"SELECT {fitting}, {long} AS last")
    assert "━" not in wide.out
    assert wide.lines[0] == "Row 1"
    assert f"  last  {'x' * (NARROWEST + 20)}" in wide.lines
    assert ask("SELECT 1 AS a", "--vertical").lines == ["Row 1", "  a  1"]


def test_programs_have_their_formats(ask: Ask, process: Run) -> None:
    sql = "SELECT 1 AS n, 'a|b\"\t,\n' AS t, NULL AS nothing, ['x'] AS l, toDecimal64('1.50', 2) AS d, true AS b"
    assert list(csv.reader(io.StringIO(ask(sql, "--format", "csv").out))) == [
        ["n", "t", "nothing", "l", "d", "b"],
        ["1", 'a|b"\t,\n', "\\N", '["x"]', "1.50", "true"],
    ]
    assert ask(sql, "--format", "tsv").lines[1] == '1\ta|b"\\t,\\n\t\\N\t["x"]\t1.50\ttrue'
    row = {"n": 1, "t": 'a|b"\t,\n', "nothing": None, "l": ["x"], "d": "1.50", "b": True}
    assert json.loads(ask(sql, "--format", "json").out) == [row]
    assert json.loads(ask("SELECT 1 WHERE 0", "--format", "json").out) == []
    assert ask(sql, "--format", "markdown").lines[2].startswith("| 1 | a\\|b")
    assert ask(sql + " FORMAT CSV").out.startswith('1,"a|b""')
    assert ask(sql + " FORMAT CSV", "--json").code == 2
    assert ask(sql, "--json", "--vertical").code == 2


def test_parquet_is_written_whole(ask: Ask, database: str, tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    command = [sys.executable, "-m", "cloudtag.cli", "warehouse", "query", "SELECT 7 AS n", "--format", "parquet"]
    with path.open("wb") as file:
        subprocess.run(command, stdout=file, check=True, env=os.environ | {"CLICKHOUSE": database})
    data = path.read_bytes()
    assert data[:4] == data[-4:] == b"PAR1"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT detectr FROM alerts", ["Unknown expression", "did you mean detector?", "(UNKNOWN_IDENTIFIER, 47)"]),
        ("SELECT 1 FROM alertz", ["alertz", "(UNKNOWN_TABLE, 60)", "did you mean", "alerts?"]),
        ("SELECT 1 FRM x y", ["line 1, col 14", "(SYNTAX_ERROR, 62)"]),
        ("SELECT throwIf(number = 900000) FROM numbers(1000000)", ["throwIf", "395)"]),
        ("SELECT {n:UInt8}", ["x cannot be parsed as UInt8", "(BAD_QUERY_PARAMETER, 457)"]),
    ],
)
def test_an_error_of_the_statement_is_told_as_that(ask: Ask, sql: str, words: list[str]) -> None:
    done = ask(sql, *(("--param", "n=x") if "{" in sql else ()))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert all(word in done.err for word in words), done.err
    for noise in ("is it up", "FORMAT Native", "http://", "version", "Expected"):
        assert noise not in done.err


def test_a_connection_that_fails_is_told_as_that(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICKHOUSE", "http://127.0.0.1:9/cloudtag")
    done = ask("SELECT 1")
    assert done.code == 1
    assert "is it up?" in done.err


def test_the_roles_are_a_file_of_the_installation() -> None:
    assert "cloudtag_analyst" in (clickhouse_dir() / "grants.sql").read_text()
