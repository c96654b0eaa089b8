"""What only the gateway does: encodings, forms, access, its process, and what it refuses itself."""

import gzip
import http.client
import json
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import lz4.frame
import pytest
from backports import zstd

from cloudtag.local.gateway.access import Access
from cloudtag.local.warehouse import Warehouse

ENCODERS = {"gzip": gzip.compress, "lz4": lz4.frame.compress, "zstd": zstd.compress}
DECODERS = {"gzip": gzip.decompress, "lz4": lz4.frame.decompress, "zstd": zstd.decompress}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Warehouse(open_to="everyone") as warehouse:
        yield warehouse.port


def _ask(
    port: int, body: bytes = b"", headers: dict[str, str] | None = None, **address: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", f"/?{urllib.parse.urlencode(address)}", body, headers or {})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def _body(answer: http.client.HTTPResponse) -> bytes:
    body: bytes = answer.body  # type: ignore[attr-defined]
    return body


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("form", ["CSV", "CSVWithNames"])
def test_encodings_work_both_ways(port: int, encoding: str, form: str) -> None:
    sql = ENCODERS[encoding](f"SELECT number AS n FROM numbers(100000) FORMAT {form}".encode())
    headers = {"Content-Encoding": encoding, "Accept-Encoding": f"unknown;q=1, {encoding}"}
    answer = _ask(port, sql, headers, enable_http_compression="1")
    assert answer.getheader("Content-Encoding") == encoding
    assert DECODERS[encoding](_body(answer)).splitlines()[-1] == b"99999"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b"SELECT 1", mtime=0)[:-4]), ("lz4", b"?"), ("odd", b"")],
    ids=["gzip", "lz4", "odd"],
)
def test_a_broken_encoding_is_the_callers_fault(port: int, encoding: str, body: bytes) -> None:
    answer = _ask(port, body, {"Content-Encoding": encoding})
    assert answer.status == 400
    assert answer.getheader("X-ClickHouse-Exception-Code") == "36"


def test_headers_say_what_happened(port: int) -> None:
    _ask(port, b"CREATE TABLE told (n UInt8) ENGINE = MergeTree ORDER BY n")
    answer = _ask(port, b"1\n2\n", query="INSERT INTO told FORMAT TSV", query_id="mine")
    assert answer.status == 200
    assert json.loads(answer.getheader("X-ClickHouse-Summary", ""))["written_rows"] == "2"
    assert answer.getheader("X-ClickHouse-Query-Id") == "mine"
    assert answer.getheader("X-ClickHouse-Timezone") == "UTC"


def test_a_session_is_busy_or_missing_by_its_code(port: int) -> None:
    answer = _ask(port, b"SELECT 1", session_id="none", session_check="1")
    assert (answer.status, answer.getheader("X-ClickHouse-Exception-Code")) == (404, "372")
    first = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    first.request(
        "POST",
        "/?session_id=one&wait_end_of_query=1&function_sleep_max_microseconds_per_block=9000000",
        b"SELECT sleep(2)",
    )
    answers = (_ask(port, b"SELECT 1", session_id="one") for _ in range(1_000))
    assert any(answer.getheader("X-ClickHouse-Exception-Code") == "373" for answer in answers)
    assert first.getresponse().read() == b"0\n"
    first.close()
    assert _body(_ask(port, b"SELECT 1", session_id="one")) == b"1\n"


@pytest.mark.parametrize("address", [{"no_such_setting": "1"}, {"bad name": "1"}])
def test_unknown_settings_are_refused(port: int, address: dict[str, str]) -> None:
    assert _ask(port, b"SELECT 1", None, **address).getheader("X-ClickHouse-Exception-Code") == "115"


@pytest.mark.parametrize("headers", [{"Origin": "http://shop.example"}, {"Host": "shop.example:80"}])
def test_a_page_in_a_browser_is_refused(port: int, headers: dict[str, str]) -> None:
    assert _ask(port, b"SELECT 1", headers).status == 403


def test_with_a_token_every_request_needs_it() -> None:
    with Warehouse(token="s3cret") as warehouse:
        assert _ask(warehouse.port, b"SELECT 1").status == 403
        assert _ask(warehouse.port, b"SELECT 1", {"X-ClickHouse-Key": "wrong"}).status == 403
        for headers in (
            {"X-ClickHouse-Key": "s3cret"},
            {"Authorization": "Bearer s3cret"},
            {"Authorization": "Basic ZGVmYXVsdDpzM2NyZXQ="},
        ):
            assert _body(_ask(warehouse.port, b"SELECT 1", headers)) == b"1\n"


def test_a_token_is_a_must_where_nobody_said_otherwise() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(ValueError, match="token"):
            Access(host, "")
        Access(host, "token")
    for open_to in ("readers", "everyone"):
        with pytest.raises(ValueError, match=r"on 0\.0\.0\.0"):
            Access("0.0.0.0", "token", open_to)
    with pytest.raises(ValueError, match="token"):
        Access("127.0.0.1", "", "readers")
    Access("::1", "", "everyone")


@pytest.mark.parametrize("ending", [Warehouse.stop, Warehouse.kill])
def test_what_was_inserted_is_there_after_a_restart(tmp_path: Path, ending: object) -> None:
    with Warehouse(tmp_path, open_to="everyone") as warehouse:
        url = warehouse.url
        _ask(warehouse.port, b"CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n")
        _ask(warehouse.port, b"INSERT INTO kept VALUES (7)")
        assert callable(ending)
        ending(warehouse)
        warehouse.start()
        assert warehouse.url == url
        assert _body(_ask(warehouse.port, b"SELECT n FROM kept")) == b"7\n"


def test_the_module_tells_when_it_is_ready_and_stops_on_sigterm(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "cloudtag.local.gateway", "--path", str(tmp_path / "data"), "--port", "0"]
    unasked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (unasked.returncode, unasked.stderr.count("\n")) == (1, 1)
    assert "CLOUDTAG_WAREHOUSE_TOKEN holds it" in unasked.stderr
    command += ["--open-to", "everyone"]
    with subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            told = json.loads(ready.read_text())
            assert _body(_ask(told["port"], b"SELECT 2")) == b"2\n"
            second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            assert second.returncode == 1
            assert "gateway: " in second.stderr
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
