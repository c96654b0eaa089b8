"""An older release of the program itself, taken from the project's history, to run beside this one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cloudtag.contract.standing import SUPERSEDED
from cloudtag.contract.streams import OUTPUTS
from tests.effort import is_thorough

ROOT = Path(__file__).parents[2]
COMMIT = os.environ.get("CLOUDTAG_OLDER_COMMIT", "a42e677")
"""The first one whose workers take changelogs over by the owner protocol of today."""
OTHER_PROTOCOL_COMMIT = "b3b0418"
"""The last one whose workers do so by the protocol before."""
SAYS_WHOSE = ("revision", "policy_version")
"""What two releases may say differently of the same: how often they thought again, and by which rules."""

Line = dict[str, Any]
Stands = dict[tuple[str, str], Line]


def unpack(commit: str, directory: Path) -> None:
    """Write the files of a commit there. Where the history is not at hand the test is skipped, and fails in a thorough
    run or when ``CI=true``: there a part of the history is fetched that has it."""
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit], capture_output=True, check=False)
    if packed.returncode:
        reason = f"the history has no {commit}: {packed.stderr.decode().strip()}"
        if is_thorough() or os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    directory.mkdir()
    subprocess.run(["tar", "-x", "-C", str(directory)], input=packed.stdout, check=True)


def environ(directory: Path) -> dict[str, str]:
    """With which a Python process has the code of a release, and not that of where it is started."""
    return {"PYTHONPATH": f"{directory / 'src'}{os.pathsep}{directory}", "PYTHONSAFEPATH": "1"}


def origins(more: dict[str, str]) -> list[str]:
    """The files from which the packages are imported with this environment."""
    command = [sys.executable, "-c", "import cloudtag, streams; print(cloudtag.__file__, streams.__file__)"]
    return subprocess.run(
        command, capture_output=True, check=True, text=True, env={**os.environ, **more}
    ).stdout.split()


def replayed(events: Path, until: str, more: dict[str, str]) -> Stands:
    """What stands in the end by the replay of a release; `more`: of the environment it runs in."""
    command = [sys.executable, "-m", "cloudtag.cli", "replay", str(events), "--until", until, "--final"]
    told = subprocess.run(command, capture_output=True, check=True, env={**os.environ, **more}).stdout
    return stands(json.loads(line) for line in told.splitlines())


def stands(lines: Iterable[Line]) -> Stands:
    """The last revision of each record by stream and id, but for those taken back: they depend on what came first."""
    last: Stands = {}
    for line in lines:
        stream = line["stream"]
        key = (stream, line[OUTPUTS[stream].id])
        if key not in last or last[key]["revision"] < line["revision"]:
            last[key] = line
    return {key: _said(line) for key, line in last.items() if _is_standing(line)}


def _is_standing(line: Line) -> bool:
    is_taken_back = line.get("status") == OUTPUTS[line["stream"]].taken_back
    return not is_taken_back or (line["stream"] == "tag-statuses" and line["reason"] != SUPERSEDED)


def _said(line: Line) -> Line:
    said = {name: value for name, value in line.items() if name not in SAYS_WHOSE}
    return {**said, "status": "open"} if line.get("status") == "upgraded" else said
