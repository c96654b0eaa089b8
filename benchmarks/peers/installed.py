"""What a peer needs beyond this project: an environment of Python or jars, made once and kept in the user's cache.

Named by a hash of what they are made of, so a change of version or of source makes them anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

HERE = Path(__file__).parent
JAVA = HERE / "java"
PATIENCE_SECONDS = 900.0
LAST_CHARACTERS = 800


class NotInstalledError(RuntimeError):
    """A peer cannot run here; the text says why, in words for the page."""


def environment(requirements: Path) -> Path:
    """The interpreter of an environment with exactly these packages, each held to its hash. Raises
    ``NotInstalledError``."""
    target = _cache() / f"{requirements.stem}-{_hash([requirements], sys.version)}"
    python = Path("bin") / "python"
    if not target.exists():
        with _fresh(target) as fresh:
            _do([sys.executable, "-m", "venv", str(fresh)])
            pip = [str(fresh / python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
            _do([*pip, "--require-hashes", "-r", str(requirements)])
    return target / python


def class_path(name: str) -> str:
    """The class path of a peer in Java: its jars, and its classes compiled against them. Raises
    ``NotInstalledError``."""
    sources = sorted([*(JAVA / "common").glob("*.java"), *(JAVA / name).glob("*.java")])
    recipe = JAVA / name / "pom.xml"
    target = _cache() / f"{name}-{_hash([*sources, recipe])}"
    if not target.exists():
        for program in ("java", "javac", "mvn"):
            if shutil.which(program) is None:
                raise NotInstalledError(f"`{program}` is not installed")
        with _fresh(target) as fresh:
            jars = ["dependency:copy-dependencies", f"-DoutputDirectory={fresh / 'jars'}", "-DincludeScope=runtime"]
            _do(["mvn", "-q", "-B", "-f", str(recipe), *jars])
            _do(["javac", "-cp", f"{fresh / 'jars'}/*", "-d", str(fresh / "classes"), *map(str, sources)])
    return f"{target / 'classes'}:{target / 'jars'}/*"


class _fresh:  # noqa: N801 - used as a function
    """A folder that takes the place of the target when all went well, and is gone otherwise: never half there."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> Path:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._path = Path(tempfile.mkdtemp(prefix=f".{self._target.name}-", dir=self._target.parent))
        return self._path

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and not self._target.exists():
            self._path.rename(self._target)
        else:
            shutil.rmtree(self._path, ignore_errors=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloudtag" / "peers"


def _hash(files: Sequence[Path], more: str = "") -> str:
    hashed = blake2b(more.encode(), digest_size=6)
    for file in files:
        hashed.update(file.name.encode() + file.read_bytes())
    return hashed.hexdigest()


def _do(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalledError(f"`{command[0]}` did not do it: {error}") from None
    if done.returncode:
        raise NotInstalledError(f"`{Path(command[0]).name}` failed: {(done.stdout + done.stderr)[-LAST_CHARACTERS:]}")
