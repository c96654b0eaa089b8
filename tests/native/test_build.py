"""Building it: from the sources to a module that Python loads, or to a plain word about what is missing."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cloudtag.native import build

ROOT = Path(__file__).parents[2]
MISSING = "" if any(map(shutil.which, ("cc", "gcc", "clang"))) and find_spec("Cython") else "no compiler, or no Cython"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False, cwd=ROOT)


def test_without_a_compiler_it_says_so_and_nothing_else_happens() -> None:
    done = run(sys.executable, "-m", "cloudtag.native.build", CC="no-such-compiler -O3")
    assert (done.returncode, done.stdout) == (build.MISSING, "")
    assert "there is no C compiler (no-such-compiler)" in done.stderr
    assert "cloudtag does the same without it, only slower." in done.stderr


def test_without_headers_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(build.NotBuiltError, match=r"Python's headers are not in .*: on Debian") as error:
        build.headers()
    assert error.value.code == build.MISSING


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_a_compiler_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(build.NotBuiltError, match="false ended with 1") as error:
        build.build(tmp_path)
    assert error.value.code == build.FAILED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_what_is_built_is_loaded_and_knows_its_sources(tmp_path: Path) -> None:
    target = build.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    ask = "import _compiled; from cloudtag.native.choice import digest; print(_compiled.SOURCES == digest())"
    assert run(sys.executable, "-c", ask, PYTHONPATH=str(tmp_path)).stdout == "True\n"


def test_nothing_that_is_built_goes_into_the_repository_or_the_wheel() -> None:
    listed = run("git", "ls-files", "src", "streams").stdout.split()
    assert not [name for name in listed if name.endswith((".so", ".pyd", ".c", ".o"))]
    assert 'exclude = ["*.so", "*.pyd"]' in (ROOT / "pyproject.toml").read_text()
