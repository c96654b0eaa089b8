"""Statements that do more than ask are refused, however they are dressed; those that only ask are not."""

import pytest

from cloudtag.sql.read_only import NotReadOnlyError, check_read_only
from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import StatementError

REFUSED = [
    "DROP TABLE alerts",
    "INSERT INTO t VALUES (1)",
    "INSERT INTO t SELECT 1",
    "WITH 1 AS x INSERT INTO t SELECT x",
    "WITH insert AS (SELECT 1) INSERT INTO t SELECT 1",
    "SYSTEM FLUSH LOGS",
    "SET readonly = 0",
    "USE system",
    "KILL QUERY WHERE 1",
    "CHECK TABLE t",
    "OPTIMIZE TABLE t",
    "BACKUP TABLE t TO File('x')",
    "EXECUTE AS admin SELECT 1",
    "GRANT ALL ON *.* TO me",
    "CREATE DICTIONARY d (n UInt64) PRIMARY KEY n SOURCE(FILE(path '/x' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
    "SYSTEM RELOAD DICTIONARIES",
    "(INSERT INTO t SELECT 1)",
    "InSeRt/**/INTO t SELECT 1",
    "INSERT INTO FUNCTION file('x', CSV) SELECT 1",
    "EXPLAIN PIPELINE INSERT INTO FUNCTION file('x', CSV) SELECT 1",
    "SELECT * FROM t WHERE n IN (SELECT n FROM view(SELECT * FROM uRl/**/('http://x')))",
    "/* SELECT */ DROP TABLE t",
    "-- SELECT 1\nTRUNCATE TABLE t",
    "#! x\nRENAME TABLE a TO b",
    "'SELECT'",
    "SELECT 1 INTO OUTFILE 'x'",
    "select 1 into outfile 'x' format CSV",
    "SELECT 1 INTO/**/OUTFILE 'x'",
    "SELECT 1 INTO -- 'a\nOUTFILE 'x'",
    "SELECT 1 INTO # it's\nOUTFILE 'x'",
    "SELECT 1 INTO\u00a0OUTFILE 'x'",
    "SELECT 1 INTO\u2003OUTFILE 'x'",
    "SELECT 1INTO OUTFILE 'x'",
    "SELECT 'a\\'', 1 INTO OUTFILE 'x'",
    "SELECT 'a''' INTO OUTFILE 'x'",
    "SELECT ‘it's’ INTO OUTFILE 'x'",
    "SELECT $$it's$$ INTO OUTFILE 'x'",
    "SELECT 1 AS a$b$ INTO OUTFILE 'x' --$b$",
    "SELECT 1 AS `a\\`` INTO OUTFILE 'x'",
    "EXPLAIN SELECT 1 INTO OUTFILE 'x'",
    "SHOW TABLES INTO OUTFILE 'x'",
    "(SELECT 1) UNION ALL (SELECT 2) INTO OUTFILE 'x'",
    "SELECT * FROM file('x', CSV)",
    "SELECT * FROM FILE ( 'x' )",
    "SELECT * FROM `file`('x')",
    "SELECT * FROM \"\\x66ile\"('x')",
    "SELECT * FROM “url”('http://x')",
    "SELECT * FROM (SELECT * FROM (SELECT 1, (SELECT count() FROM s3('x'))))",
    "WITH x AS (SELECT * FROM url('http://x', CSV)) SELECT * FROM x",
    "SELECT 1 WHERE 1 IN (SELECT * FROM remote('h', system.one))",
    "SELECT * FROM a JOIN mysql('h', 'd', 't', 'u', 'p') AS b USING n",
    "SELECT * FROM a, icebergS3Cluster('x')",
    "SELECT * FROM executable('x', TSV, 'a String')",
    "SELECT * FROM python('x')",
    "SELECT * FROM eval('SELECT 1')",
    "SELECT * FROM clusterAllReplicas('c', system.one)",
    "SELECT file('x')",
    "SELECT arrayMap(file, ['x'])",
    "SELECT arrayMap(`file`, ['x'])",
    "SELECT * APPLY file FROM (SELECT 'x')",
    "SELECT arrayMap(aiGenerate, ['x'])",
    "SELECT hasColumnInTable('h', 'd', 't', 'c')",
    "DESCRIBE TABLE url('http://x')",
    "EXPLAIN TABLE OVERRIDE mysql('h', 'd', 't', 'u', 'p') COLUMNS (a String)",
    "EXISTS `/etc/passwd`",
]
ASKED = [
    "SELECT 1",
    " ( SELECT 1 ) ",
    "FROM alerts SELECT count()",
    "WITH 1 AS insert SELECT insert",
    "WITH insert AS (SELECT 1 AS a) SELECT * FROM insert",
    "SELECT insert('abc', 1, 1, 'x')",
    "SHOW TABLES",
    "DESCRIBE alerts",
    "DESC alerts",
    "EXISTS alerts",
    "EXPLAIN indexes = 1 SELECT 1",
    "SELECT 'INTO OUTFILE', `into` , \"outfile\" FROM t -- INTO OUTFILE\n/* INTO OUTFILE 'x' */",
    "SELECT $a$ x' INTO OUTFILE file('x') $a$",
    "SELECT 'file(''x'')', \"a\"\"b\", '\\\\'",
    "SELECT t.file, t.`file` FROM t",
    "SELECT url, cluster, input FROM t WHERE url IN ('x') AND cluster = 'c'",
    "SELECT air, aisle, aid FROM flights",
    "SELECT filesystemAvailable(), URLHash(x), format('{}', y), domain(url) FROM numbers(3)",
    "SELECT outfile, into FROM t",
    "SELECT 1;",
    "SELECT 1 ; ; -- done",
    "SELECT DROP FROM t",
    "SELECT 'Ω≈', ‘x’, “n” FROM t",
    "SELECT 1\u00a0+ 2",
    "SELECT name FROM system.settings WHERE readonly = 0",
]
UNREADABLE = [
    "",
    " -- nothing\n;",
    "SELECT 1; DROP TABLE t",
    "SELECT 1;;SELECT 2",
    "SELECT 'a",
    "SELECT 'a\\'",
    "SELECT `a",
    'SELECT "a',
    "SELECT ‘a",
    "SELECT 1 /* x",
    "SELECT 1 /* a /* b */ INTO OUTFILE 'x' /* */ */",
    "SELECT 1 /*/*/ INTO OUTFILE 'x' */",
    "SELECT $a$ x $b$",
    "SELECT $1",
    "SELECT 1a$x$, $x$ INTO OUTFILE 'f' $x$",
    "SELECT 1\0 INTO OUTFILE 'x'",
    "SELECT #x\n1",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_does_more_than_ask_is_refused(sql: str) -> None:
    with pytest.raises(NotReadOnlyError):
        check_read_only(Statement.of(sql), {})


@pytest.mark.parametrize("sql", ASKED)
def test_a_question_is_none_of_these(sql: str) -> None:
    check_read_only(Statement.of(sql), {})


@pytest.mark.parametrize("sql", UNREADABLE)
def test_what_versions_might_read_differently_is_not_read_at_all(sql: str) -> None:
    with pytest.raises(StatementError):
        Statement.of(sql)


def test_a_function_may_not_come_in_as_a_parameter() -> None:
    statement = Statement.of("SELECT arrayMap({f:Identifier}, [{path:String}])")
    check_read_only(statement, {"f": "upper", "path": "file"})
    for name in ("file", "`file`", " file "):
        with pytest.raises(NotReadOnlyError, match="beyond the warehouse"):
            check_read_only(statement, {"f": name, "path": "x"})
