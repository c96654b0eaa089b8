"""How commands end: exit codes, one line with what to do, and help that teaches."""

import signal
import subprocess
import sys

import pytest

from cloudtag.config import SECRETS
from tests.cli.conftest import Run

COMMANDS = [
    ("demo",),
    ("replay",),
    ("worker",),
    ("sink",),
    ("produce",),
    ("tail",),
    ("detectors",),
    ("simulate",),
    ("score",),
    ("topics", "create"),
    ("warehouse", "migrate"),
    ("warehouse", "query"),
    ("schemas", "check"),
    ("dead-letters", "list"),
    ("dead-letters", "replay"),
    ("import", "online-retail"),
]
NOWHERE = "127.0.0.1:1"


@pytest.fixture(autouse=True)
def _no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA", "CLICKHOUSE", "CLOUDTAG_BROKERS", "CLOUDTAG_CLICKHOUSE_URL", "CLOUDTAG_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_teaches_with_an_example(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.code == 0
    assert "Example:" in done.out
    assert "Exit codes: 0 done" in done.out


def test_help_lists_every_command(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for command in COMMANDS:
        assert command[0] in done.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nosuch",), "No such command 'nosuch'"),
        (("simulate", "--events", "many"), "Invalid value for '--events'"),
        (("replay",), "Missing argument 'FILE"),
        (("replay", "/nonexistent/file"), "cannot read or write /nonexistent/file: No such file"),
        (("replay", "/"), "Is a directory"),
        (("replay", "/dev/null", "--until", "tomorrow"), "not a time: 'tomorrow'"),
        (("replay", "/dev/null", "--until", "1950-01-01"), "not between 2000 and 2099"),
        (("tail", "nosuch"), "no stream 'nosuch'"),
        (("import", "online-retail", "/dev/null", "-o", "-"), "cannot read /dev/null"),
        (("warehouse", "query", "SELECT 1"), "set CLICKHOUSE="),
        (("warehouse", "query", "SELECT 1", "-c", "localhost:8123"), "not a warehouse's address"),
        (("warehouse", "query", "SELECT 1", "-c", "http://127.0.0.1:1/x;DROP"), "not a database's name: 'x;DROP'"),
        (("warehouse", "migrate", "-c", "http://127.0.0.1:1/a.b"), "not a database's name: 'a.b'"),
        (("sink", "-b", NOWHERE, "-c", "http://127.0.0.1:1/x"), "CLOUDTAG_HASH_SECRET"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_read_or_is_used_wrongly_ends_with_2(run: Run, arguments: tuple[str, ...], reason: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert reason in done.err
    assert done.err.startswith("cloudtag: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("topics", "create", "-b", NOWHERE), "is the broker up?"),
        (("produce", "/dev/null", "-b", NOWHERE), "is the broker up?"),
        (("tail", "-b", NOWHERE), "is the broker up?"),
        (("dead-letters", "list", "-b", NOWHERE), "is the broker up?"),
        (("warehouse", "migrate", "-c", "http://127.0.0.1:1/x"), "CLICKHOUSE or --clickhouse names it"),
        (("warehouse", "query", "SELECT 1", "-c", "http://127.0.0.1:1/x"), "CLICKHOUSE or --clickhouse names it"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_servers_that_are_not_there_end_with_1(process: Run, arguments: tuple[str, ...], reason: str) -> None:
    done = process(*arguments)
    assert done.code == 1
    assert reason in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("topics", "create"), ("doctor",), ("warehouse", "migrate")])
def test_no_secret_shows_when_servers_are_not_there(
    process: Run, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA", NOWHERE)
    monkeypatch.setenv("CLICKHOUSE", "http://127.0.0.1:1/x")
    monkeypatch.setenv("CLOUDTAG_KAFKA_SECURITY", "SASL_PLAINTEXT")
    monkeypatch.setenv("CLOUDTAG_KAFKA_USER", "me")
    for variable in SECRETS.values():
        monkeypatch.setenv(variable, "s3cret-and-long-enough")
    done = process("--debug", *arguments)
    assert done.code != 0
    assert done.err
    assert "s3cret" not in done.out + done.err


def test_a_worker_that_waits_for_its_broker_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA", NOWHERE)
    monkeypatch.setenv("CLOUDTAG_KAFKA_SECURITY", "SASL_PLAINTEXT")
    monkeypatch.setenv("CLOUDTAG_KAFKA_USER", "me")
    for variable in SECRETS.values():
        monkeypatch.setenv(variable, "s3cret-and-long-enough")
    command = [sys.executable, "-m", "cloudtag.cli", "--debug", "worker"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        said = list[str]()
        for line in child.stderr:
            said.append(line)
            if "which is waited for" in line:
                child.terminate()
        assert "which is waited for" in "".join(said)
        assert "s3cret" not in "".join(said)


def test_an_address_with_a_password_is_refused_and_not_repeated(process: Run) -> None:
    done = process("warehouse", "query", "SELECT 1", "-c", "http://me:s3cret@127.0.0.1:1/x", "--debug")
    assert done.code == 2
    assert "CLICKHOUSE_PASSWORD" in done.err
    assert "s3cret" not in done.out + done.err


def test_the_traceback_is_shown_when_asked_for(process: Run) -> None:
    assert "Traceback" not in process("replay", "/nonexistent/file").err
    asked = process("replay", "/nonexistent/file", "--debug")
    assert asked.code == 2
    assert "Traceback" in asked.err


def test_a_group_without_a_command_shows_its_help(run: Run) -> None:
    done = run("topics")
    assert done.code == 2
    assert "create" in done.out
    assert done.err == ""


def test_a_closed_pipe_is_no_error() -> None:
    command = [sys.executable, "-m", "cloudtag.cli", "simulate", "--events", "20000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.wait(240) == 0
        assert b"Traceback" not in child.stderr.read()


def _listen_to_ctrl_c() -> None:
    """Tests that were started in the background of a shell ignore it, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_quietly() -> None:
    command = [sys.executable, "-m", "cloudtag.cli", "replay", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, preexec_fn=_listen_to_ctrl_c) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        # More than the command reads ahead: once all of it is taken, the command is at work.
        child.stdin.write(b"\n" * 1_000_000)
        child.stdin.flush()
        child.send_signal(signal.SIGINT)
        assert child.wait(240) == 130
        assert b"Traceback" not in child.stderr.read()
