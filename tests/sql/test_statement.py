"""What a statement asks for, and where the trouble is when it cannot be read."""

import pytest

from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import StatementError, tokens


def test_placeholders_have_names_and_types() -> None:
    sql = """SELECT {a:String}, { b : Map(String,
        Array(Nullable(Int64)))}, {a:String}, '{c:String}', map('d', 1), {'e':1} -- {f:Int8}"""
    assert Statement.of(sql).placeholders == {"a": "String", "b": "Map(String, Array(Nullable(Int64)))"}


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT 1 FORMAT CSV", "CSV"),
        ("SELECT 1 format JSONEachRow SETTINGS max_threads = 1;", "JSONEachRow"),
        ("SELECT 1 FORMAT -- x\n TSV", "TSV"),
        ("SELECT 'x FORMAT CSV'", ""),
        ("SELECT format FROM t", ""),
        ("SELECT * FROM (SELECT 1 FORMAT CSV)", ""),
        ("SELECT format('{}', 1)", ""),
        ("FORMAT", ""),
    ],
)
def test_a_statement_may_name_its_format(sql: str, name: str) -> None:
    assert Statement.of(sql).output_format == name


def test_the_semicolon_at_the_end_is_no_part_of_it() -> None:
    assert Statement.of("SELECT ';' ; -- x").text == "SELECT ';' "
    assert Statement.of("SELECT 1 -- ;").text == "SELECT 1 -- ;"


def test_quoted_names_are_told_without_quotes() -> None:
    assert [token.text for token in tokens('`a\\`b``` "\\x41\\t""" “c\\”')] == ["a`b`", 'A\t"', "c\\"]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT\n  'x", "line 2, column 3: a string does not end"),
        ("SELECT 1 /* x", "comment at line 1, column 10 does not end"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
    ],
)
def test_trouble_has_a_place(sql: str, text: str) -> None:
    with pytest.raises(StatementError, match=text):
        Statement.of(sql)
