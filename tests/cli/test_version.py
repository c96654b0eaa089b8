"""`cloudtag --version`: which release it is, and which code reads and writes records here."""

import pytest

from cloudtag import __version__
from cloudtag.native.choice import VARIABLE, told
from tests.cli.conftest import Run


def test_it_says_which_release_and_which_code_it_is(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"cloudtag {__version__}, records are read and written: {told()}\n"


def test_it_says_why_the_native_part_is_left_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    assert run("--version").out.endswith(": pure (CLOUDTAG_PURE is set)\n")
