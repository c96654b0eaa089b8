"""Which way is taken, and what is said of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cloudtag.native import choice
from cloudtag.native.choice import is_native, only, told, why_not

PACKAGE = Path(choice.__file__).parent


def said(place: Path, **environment: str) -> str:
    """What a new process says, whose native part is looked for in a copy of the package."""
    ask = "from cloudtag.native.choice import told; print(told())"
    known = {name: value for name, value in os.environ.items() if name != choice.VARIABLE}
    search = known | {"PYTHONPATH": str(place)} | environment
    done = subprocess.run([sys.executable, "-c", ask], env=search, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def copied(place: Path) -> Path:
    """A copy of the package with its sources, and nothing that was built of them."""
    package = place / "cloudtag"
    shutil.copytree(PACKAGE, package / "native", ignore=shutil.ignore_patterns("*.so", "__pycache__", ".building-*"))
    (package / "__init__.py").touch()
    return package / "native"


def test_what_is_not_built_is_not_used(tmp_path: Path) -> None:
    copied(tmp_path)
    assert said(tmp_path) == "pure (not built: make native)"
    assert said(tmp_path, CLOUDTAG_PURE="0") == "pure (not built: make native)"


def test_the_variable_keeps_to_the_pure_code(tmp_path: Path) -> None:
    copied(tmp_path)
    assert said(tmp_path, CLOUDTAG_PURE="1") == "pure (CLOUDTAG_PURE is set)"


def test_what_was_built_of_other_sources_is_not_used(tmp_path: Path) -> None:
    (copied(tmp_path) / "_compiled.py").write_text("SOURCES = 'others'\n")
    assert said(tmp_path) == "pure (built from other sources: make native)"


def test_what_cannot_be_loaded_is_not_used(tmp_path: Path) -> None:
    (copied(tmp_path) / "_compiled.py").write_text("raise ImportError('undefined symbol')\n")
    assert said(tmp_path) == "pure (cannot be loaded: undefined symbol)"


def test_what_is_built_of_these_sources_is_used(tmp_path: Path) -> None:
    (copied(tmp_path) / "_compiled.py").write_text(f"SOURCES = {choice.digest()!r}\n")
    assert said(tmp_path) == "native"


def test_every_file_it_is_built_from_is_in_the_digest() -> None:
    assert sorted(choice.SOURCES) == sorted(path.name for path in PACKAGE.iterdir() if path.suffix in (".pyx", ".pxi"))


def test_one_way_alone_holds_for_as_long_as_it_is_asked_for() -> None:
    before = is_native()
    with only("pure"):
        assert not is_native()
        if not why_not():
            with only("native"):
                assert (is_native(), told()) == (True, "native")
        assert not is_native()
    assert is_native() is before


@pytest.mark.skipif(not why_not(), reason="the native part is built")
def test_the_native_way_cannot_be_had_where_it_is_not_built() -> None:
    with pytest.raises(ImportError, match=why_not()), only("native"):
        pass
