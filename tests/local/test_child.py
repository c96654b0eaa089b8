"""A server never outlives the process that started it, and never takes another's life."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child, StartError
from cloudtag.local.probe import broker_answers, free_port

STARTS_A_SERVER = """
import sys
from cloudtag.local.broker import Tansu
from cloudtag.local.warehouse import Warehouse
server = {kind}().start()
print(server.pid, server.port, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["Tansu", "Warehouse"])
def test_a_server_is_gone_when_its_parent_is_killed(kind: str, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_SERVER.format(kind=kind)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        pid, port = map(int, parent.stdout.readline().split())
        handle = os.pidfd_open(pid)
        assert _is_open(port)
        parent.send_signal(number)
        _wait_for_the_end(handle)
    assert not _is_open(port)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _wait_for_the_end(handle: int) -> None:
    ready, _, _ = select.select([handle], [], [], 20)
    os.close(handle)
    assert ready


def test_stopping_twice_is_harmless() -> None:
    broker = Tansu().start()
    broker.stop()
    broker.stop()
    assert broker.pid is None


async def test_two_brokers_live_side_by_side() -> None:
    async with Tansu() as one, Tansu() as other:
        assert one.port != other.port
        one.stop()
        assert broker_answers("127.0.0.1", other.port)


def test_an_early_end_shows_the_log(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", "raise SystemExit('no such storage')"], tmp_path / "log")
    with pytest.raises(StartError, match="no such storage"):
        child.wait_until(lambda: False, timeout_seconds=20)


def test_a_server_that_never_answers_is_ended(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", "import sys, time; time.sleep(60)"], tmp_path / "log")
    with pytest.raises(StartError, match="no answer"):
        child.wait_until(lambda: False, timeout_seconds=0.2)
    assert not child.is_running


def test_a_closed_port_does_not_answer() -> None:
    assert not broker_answers("127.0.0.1", free_port())
