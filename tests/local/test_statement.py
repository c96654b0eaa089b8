"""Where a statement ends and its data begin."""

import pytest

from cloudtag.local.gateway.statement import (
    can_stream,
    first_keyword,
    has_rows,
    names_set_by,
    output_format,
    split_insert,
)


@pytest.mark.parametrize(
    ("sql", "head", "data"),
    [
        (b"INSERT INTO t FORMAT Native\n\x01\x02", b"INSERT INTO t | FORMAT Native", b"\x01\x02"),
        (b"insert into t (a, b) format csv 1,2", b"insert into t (a, b) | FORMAT csv", b"1,2"),
        (b"INSERT INTO t SETTINGS x = 1 FORMAT TSV\r\n\t1", b"INSERT INTO t |SETTINGS x = 1 FORMAT TSV", b"\t1"),
        (b"INSERT INTO `format` FORMAT TSV\n1", b"INSERT INTO `format` | FORMAT TSV", b"1"),
        (
            b"-- VALUES\nINSERT /* SELECT */ INTO t FORMAT TSV\n1",
            b"-- VALUES\nINSERT /* SELECT */ INTO t | FORMAT TSV",
            b"1",
        ),
        (b"INSERT INTO t FORMAT Native", b"INSERT INTO t | FORMAT Native", b""),
        (b"INSERT INTO t FORMAT TSV\n\n1", b"INSERT INTO t | FORMAT TSV", b"\n1"),
    ],
)
def test_the_data_of_an_insert_are_cut_off(sql: bytes, head: bytes, data: bytes) -> None:
    found = split_insert(sql)
    assert found is not None
    assert found.data == data
    before, after = head.split(b"|")
    source = b" FROM INFILE '/f' COMPRESSION 'none' "
    assert found.from_file("/f").split() == (before + source + after).split()


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT 1 FORMAT Native",
        b"INSERT INTO t VALUES (1, 'FORMAT CSV')",
        b"INSERT INTO t FORMAT Values (1)",
        b"INSERT INTO t SELECT 1",
        b"INSERT INTO t FROM INFILE '/x' FORMAT CSV",
        b"CREATE TABLE t (a String DEFAULT 'FORMAT CSV\n')",
        b"",
    ],
)
def test_other_statements_stay_whole(sql: bytes) -> None:
    assert split_insert(sql) is None


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        (b"  select 1", "SELECT"),
        (b"/* x */ -- y\n(SELECT 1)", "SELECT"),
        (b"# note\nDROP TABLE t", "DROP"),
        (b"'x'", ""),
        (b"", ""),
    ],
)
def test_the_first_word_tells_the_kind(sql: bytes, word: str) -> None:
    assert first_keyword(sql) == word


def test_statements_with_rows_are_known_by_their_first_word() -> None:
    assert has_rows(b"WITH 1 AS x SELECT x")
    assert has_rows(b"SHOW TABLES")
    assert not has_rows(b"ALTER TABLE t DELETE WHERE 1")


def test_only_selects_can_be_streamed() -> None:
    assert can_stream(b"WITH 1 AS x SELECT x")
    assert can_stream(b"(SELECT 1)")
    assert not can_stream(b"WITH 1 AS x INSERT INTO t SELECT x")
    assert not can_stream(b"SHOW TABLES")


def test_the_format_clause_wins_over_the_default() -> None:
    assert output_format(b"SELECT 1 FORMAT JSON ;", "TSV") == "JSON"
    assert output_format(b"SELECT 1 FORMAT CSV SETTINGS max_threads = 1", "TSV") == "CSV"
    assert output_format(b"SELECT 'FORMAT JSON' AS x", "TSV") == "TSV"


def test_set_names_its_settings() -> None:
    assert names_set_by(b"SET max_threads = 1, a = 'b'") == {"max_threads", "a"}
    assert names_set_by(b"SELECT a = 1") == frozenset()
