"""Builds the native part in place: `make native`, or `python -m cloudtag.native.build` where Cython is installed.

Exit codes: 0 built · 1 it did not come about · 2 something is missing that it needs.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path

from cloudtag.native.choice import SOURCES, digest

DONE, FAILED, MISSING = 0, 1, 2
PLACE = Path(__file__).parent
OPTIMISED = ("-O2", "-fPIC", "-fno-strict-aliasing", "-fwrapv", "-w")
"""As Python itself is compiled; what warnings there are would be about code that Cython wrote."""


class NotBuiltError(Exception):
    """Why it is not built, in a sentence, with the exit code."""

    def __init__(self, told: str, code: int) -> None:
        super().__init__(told)
        self.code = code


def compiler() -> list[str]:
    """The C compiler with its first options: CC, or one of the usual names. Raises NotBuiltError."""
    given = shlex.split(os.environ.get("CC", ""))
    for words in (given,) if given else (["cc"], ["gcc"], ["clang"]):
        if shutil.which(words[0]):
            return words
    name = given[0] if given else "cc, gcc or clang"
    raise NotBuiltError(f"there is no C compiler ({name}): on Debian, apt install gcc", MISSING)


def headers() -> Path:
    """The folder of Python's headers. Raises NotBuiltError."""
    place = Path(sysconfig.get_path("include"))
    if not (place / "Python.h").is_file():
        raise NotBuiltError(f"Python's headers are not in {place}: on Debian, apt install python3-dev", MISSING)
    return place


def build(place: Path = PLACE) -> Path:
    """Build it into a folder; the file that Python loads. Raises NotBuiltError."""
    command, include = compiler(), headers()
    if find_spec("Cython") is None:
        raise NotBuiltError("Cython is not installed: pip install cython, or make native", MISSING)
    target = place / f"_compiled{sysconfig.get_config_var('EXT_SUFFIX')}"
    with tempfile.TemporaryDirectory(dir=place, prefix=".building-") as folder:
        source, made = Path(folder) / "_compiled.c", Path(folder) / target.name
        _run([sys.executable, "-m", "cython", "-3", str(PLACE / SOURCES[0]), "-o", str(source)])
        shared = ["-dynamiclib", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
        sources = f'-DCLOUDTAG_SOURCES="{digest()}"'
        _run([*command, *OPTIMISED, *shared, sources, f"-I{include}", str(source), "-o", str(made)])
        # In one step: a process that starts meanwhile finds the whole of the old one or of the new.
        made.replace(target)
    return target


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuiltError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}", FAILED)


def main() -> int:
    """Build it, say so, and try it in a new process."""
    try:
        target = build()
        _run([sys.executable, "-c", "from cloudtag.native.choice import why_not; raise SystemExit(why_not() or 0)"])
    except NotBuiltError as error:
        sys.stderr.write(f"The native part is not built: {error}\ncloudtag does the same without it, only slower.\n")
        return error.code
    sys.stdout.write(f"The native part is built: {target}\n")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
