"""A server whose port another program holds does not come up, and says so; foreign answers fool nobody."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import cloudtag.local.broker
import cloudtag.local.kafka.node
import cloudtag.local.registry
import cloudtag.local.warehouse
from cloudtag.local import ports
from cloudtag.local.broker import Tansu
from cloudtag.local.child import StartError
from cloudtag.local.kafka import Kafka
from cloudtag.local.ports import PortTakenError, check_free, is_listening
from cloudtag.local.probe import free_port
from cloudtag.local.registry import RegistryServer
from cloudtag.local.registry import missing_programs as missing_for_registry
from cloudtag.local.warehouse import Warehouse
from tests.servers.brokers import need_kafka

SCRIPTS = Path(__file__).parents[2] / "deploy"


class Ready(http.server.BaseHTTPRequestHandler):
    """Says yes to everything, as a server of the same kind would to a question after its health."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def http_port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ready) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def broker_port() -> Iterator[int]:
    with Tansu() as foreign:
        yield foreign.port


def a_kafka(port: int, directory: Path) -> Kafka:
    need_kafka()
    return Kafka(directory, port)


def a_registry(port: int, _: Path) -> RegistryServer:
    if missing := missing_for_registry():
        pytest.skip(f"the schema registry needs {' and '.join(missing)}")
    return RegistryServer(port)


SERVERS = [
    pytest.param(lambda port, _: Tansu(port), broker_port, cloudtag.local.broker, id="tansu"),
    pytest.param(lambda port, at: Warehouse(at, port), http_port, cloudtag.local.warehouse, id="warehouse"),
    pytest.param(a_kafka, broker_port, cloudtag.local.kafka.node, id="kafka", marks=pytest.mark.kafka),
    pytest.param(a_registry, http_port, cloudtag.local.registry, id="registry"),
]


@pytest.mark.parametrize("is_seen_first", [True, False], ids=["held before", "taken in between"])
@pytest.mark.parametrize(("make", "foreign", "module"), SERVERS)
def test_a_foreign_server_on_the_port_is_not_taken_for_ours(
    make: Callable[[int, Path], Tansu],
    foreign: Callable[[], Iterator[int]],
    module: object,
    is_seen_first: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not is_seen_first:
        monkeypatch.setattr(module, "check_free", lambda *_: None)
    with foreign() as port:  # type: ignore[attr-defined]
        server = make(port, tmp_path)
        expected = f"port {port} of 127.0.0.1 is held by another program" if is_seen_first else "ended with code"
        try:
            with pytest.raises(StartError, match=expected):
                server.start()
            assert server.pid is None
        finally:
            server.stop()


@pytest.mark.kafka
def test_the_command_that_starts_kafka_fails_in_one_line(tmp_path: Path) -> None:
    need_kafka()
    with broker_port() as port:
        command = [sys.executable, "-S", str(SCRIPTS / "kafka" / "kafka"), "start"]
        command += ["--data-dir", str(tmp_path / "node"), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"kafka: port {port} of 127.0.0.1 is held by another program")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "node" / "running.json").exists()


def test_the_command_that_starts_the_registry_fails_in_one_line() -> None:
    if missing_for_registry():
        pytest.skip("the schema registry cannot run here")
    with http_port() as port:
        command = [sys.executable, str(SCRIPTS / "registry" / "registry"), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"registry: port {port} of 127.0.0.1 is held by another program")


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_listener_holds_its_port_and_an_ended_connection_does_not(address: str) -> None:
    with closing(socket.create_server((address, 0))) as listener:
        port = listener.getsockname()[1]
        assert is_listening(os.getpid(), port)
        assert not is_listening(os.getppid(), port)
        with pytest.raises(PortTakenError):
            check_free("127.0.0.1", port)
        with closing(socket.create_connection(("127.0.0.1", port))), closing(listener.accept()[0]):
            pass
    check_free("127.0.0.1", port)
    assert not is_listening(os.getpid(), port)


def test_a_process_that_is_gone_listens_nowhere() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not is_listening(ended.pid, free_port())


def test_a_process_that_ends_while_it_is_looked_at_listens_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There when it is looked for, and not to be read.
    (tmp_path / "1" / "net" / "tcp").mkdir(parents=True)
    monkeypatch.setattr(ports, "PROC", tmp_path)
    assert not is_listening(1, 80)
