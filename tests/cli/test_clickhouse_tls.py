"""The warehouse behind TLS: what is not trusted is not spoken to, and the setting that is wrong is named.

A TLS listener stands before the embedded warehouse, which has none of its own.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cloudtag.local.kafka.secured import key_store, make_certificate
from cloudtag.local.warehouse import Warehouse
from tests.cli.conftest import Run


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for each in (source, target):
            each.close()


@contextmanager
def tls_before(port: int, certificate: Path) -> Iterator[int]:
    """A port that passes what comes encrypted on to another."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(key_store(certificate))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                client = context.wrap_socket(plain, server_side=True)
            except OSError:
                plain.close()
                continue
            upstream = socket.create_connection(("127.0.0.1", port))
            for pair in ((client, upstream), (upstream, client)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with closing(listener):
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with Warehouse() as warehouse:
        yield warehouse


def test_over_tls_the_right_settings_pass_and_a_wrong_one_is_named(
    warehouse: Warehouse, tmp_path: Path, process: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    stranger = make_certificate(other, "DNS:warehouse.example")
    monkeypatch.setenv("CLICKHOUSE_PASSWORD", warehouse.token)
    monkeypatch.setenv("CLOUDTAG_CLICKHOUSE_CA_FILE", str(certificate))

    def ask(address: str, **settings: str) -> tuple[int, str]:
        with monkeypatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            done = process("warehouse", "query", "SELECT 41 + 1", "--format", "csv", "-c", address)
        assert warehouse.token not in done.err
        return done.code, done.out + done.err

    with tls_before(warehouse.port, certificate) as port, tls_before(warehouse.port, stranger) as misnamed:
        here = f"https://127.0.0.1:{port}/default"
        code, told = ask(here)
        assert (code, "42" in told) == (0, True), told
        code, told = ask(here, CLICKHOUSE_PASSWORD="guessed")
        assert (code, "CLICKHOUSE_PASSWORD is wrong" in told) == (1, True), told
        code, told = ask(here, CLOUDTAG_CLICKHOUSE_CA_FILE=str(stranger))
        assert (code, "CLOUDTAG_CLICKHOUSE_CA_FILE must hold" in told) == (1, True), told
        code, told = ask(f"https://127.0.0.1:{misnamed}/default", CLOUDTAG_CLICKHOUSE_CA_FILE=str(stranger))
        assert (code, "CLICKHOUSE must name the server" in told) == (1, True), told
        code, told = ask(f"https://127.0.0.1:{warehouse.port}/default")
        assert (code, "it speaks no TLS, it seems" in told) == (1, True), told
        code, told = ask(here, CLOUDTAG_CLICKHOUSE_CA_FILE="/nowhere.pem")
        assert (code, "CLOUDTAG_CLICKHOUSE_CA_FILE /nowhere.pem is no file" in told) == (2, True), told
