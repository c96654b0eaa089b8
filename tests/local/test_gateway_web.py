"""The gateway as a web server: what it shows, what it takes from whom, how much and how long."""

import gzip
import re
import zlib
from collections.abc import Iterator

import lz4.frame
import pytest
from backports import zstd

from cloudtag.local.gateway.codec import decode
from cloudtag.local.gateway.errors import EngineError
from cloudtag.local.gateway.play import policy
from cloudtag.local.warehouse import Warehouse
from tests.local.raw_http import Way, send

READS = {
    "SHOW TABLES": b"kept\n",
    "SHOW DATABASES": b"default\n",
    "SHOW CREATE TABLE kept": b"CREATE TABLE default.kept",
    "SHOW COLUMNS FROM kept": b"n\tUInt8",
    "DESCRIBE kept": b"n\tUInt8",
    "DESC TABLE kept": b"n\tUInt8",
    "EXISTS kept": b"1\n",
    "EXISTS nowhere": b"0\n",
    "EXPLAIN SELECT 1": b"ReadFrom",
    "EXPLAIN AST SELECT 1": b"SelectQuery",
    "FROM kept SELECT n": b"",
    "(SELECT 1)": b"1\n",
    "WITH 1 AS x SELECT x": b"1\n",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Warehouse(open_to="everyone") as warehouse:
        Way("POST").ask(warehouse.port, "CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n")
        yield warehouse.port


@pytest.mark.parametrize("sql", READS)
@pytest.mark.parametrize("way", [Way("POST"), Way("GET")], ids=["post", "get"])
def test_statements_that_answer_need_no_format(port: int, way: Way, sql: str) -> None:
    reply = way.ask(port, sql)
    assert reply.status == 200, reply.body
    assert READS[sql] in reply.body
    assert reply.headers["X-ClickHouse-Format"] == "TabSeparated"
    assert b'"meta"' in way.ask(port, sql, default_format="JSON").body


def test_a_with_that_inserts_inserts(port: int) -> None:
    assert Way("POST").ask(port, "WITH 3 AS x INSERT INTO kept SELECT x").status == 200
    assert Way("POST").ask(port, "SELECT n FROM kept").body == b"3\n"
    assert Way("POST").ask(port, "TRUNCATE TABLE kept").status == 200


def test_addresses_are_clickhouses(port: int) -> None:
    assert send(port, "GET", "/").body == b"Ok.\n"
    assert send(port, "GET", "/ping").body == b"Ok.\n"
    assert Way("POST").ask(port, "").code == "62"
    for method, path in (("GET", "/nowhere"), ("POST", "/play"), ("POST", "/x?query=SELECT%201"), ("GET", "//")):
        reply = send(port, method, path)
        assert reply.status in (404, 405), path
        assert b"1\n" not in reply.body


def test_the_page_holds_all_it_needs_and_may_do_no_more(port: int) -> None:
    reply = send(port, "GET", "/play")
    text = reply.body.decode()
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    rules = dict(rule.split(" ", 1) for rule in reply.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["script-src"].startswith("'sha256-")
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["Content-Security-Policy"] == policy(text) != policy(text.replace("const ", "let "))
    for outside in ("http:", "https:", "src=", "href=", "innerHTML", "outerHTML", "document.write", "eval("):
        assert outside not in text, outside
    assert not re.search(r"\s(on\w+|style)\s*=", text.split("</style>")[1])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://shop.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
    ],
)
def test_other_sites_pages_are_refused(port: int, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        assert Way(method, headers=headers).ask(port, "SELECT 1").status == 403


def test_the_gateways_own_page_is_served(port: int) -> None:
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert Way("POST", headers=headers).ask(port, "SELECT 1").body == b"1\n"


def test_with_a_token_other_sites_are_refused_all_the_same() -> None:
    with Warehouse(token="s3cret") as warehouse:
        key = {"X-ClickHouse-Key": "s3cret"}
        assert Way("POST", headers=key).ask(warehouse.port, "SELECT 1").status == 200
        assert Way("POST", headers=key | {"Sec-Fetch-Site": "cross-site"}).ask(warehouse.port, "SELECT 1").status == 403
        assert send(warehouse.port, "GET", "/play").status == 200


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(port: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = b"\0" * (1 << 20)
    body = b"".join(packer.compress(block) for _ in range(400)) + packer.flush()
    assert len(body) < 500_000
    reply = send(port, "POST", "/", body, {"Content-Encoding": "gzip"})
    assert (reply.status, reply.code) == (413, "290")
    assert Way("POST").ask(port, "SELECT 1").body == b"1\n"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("lz4", lz4.frame.compress),
        ("zstd", zstd.compress),
        ("zstd", lambda data: zstd.compress(data[:600]) + zstd.compress(data[600:])),
        ("lz4", lambda data: lz4.frame.compress(data[:600]) + lz4.frame.compress(data[600:])),
        ("gzip", lambda data: gzip.compress(data[:600]) + gzip.compress(data[600:])),
    ],
)
def test_the_limit_is_exact_in_every_encoding(encoding: str, pack: object) -> None:
    assert callable(pack)
    plain = bytes(range(250)) * 4
    assert decode(pack(plain), encoding, 1000) == plain
    with pytest.raises(EngineError, match="larger than 999 bytes"):
        decode(pack(plain), encoding, 999)
    with pytest.raises(EngineError, match="Cannot decompress"):
        decode(pack(plain)[:-6], encoding, 1000)


@pytest.mark.parametrize("sql", [b"SELECT \xff", b"SELECT * FROM `\xff`", b"DROP TABLE \xff", b"SHOW \xff"])
def test_a_statement_that_is_not_utf_8_has_an_error_like_any_other(port: int, sql: bytes) -> None:
    reply = Way("POST").ask(port, sql)
    assert (reply.status, reply.code) == (400, "62")


def test_bytes_that_are_not_utf_8_may_be_data(port: int) -> None:
    assert Way("POST").ask(port, b"SELECT hex('\xff\xfe')").body == b"FFFE\n"
