"""Asks for known vulnerabilities of pinned requirements, and says what could not be asked.

    python requirements/audit.py requirements/all.txt

Ends with 1 when a vulnerability is known, and when the tool itself fails. Where no advisories can be reached it says so
and ends with 0: a check that only runs sometimes must not seem to have run.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 120
AWAY = (
    *("ConnectionError", "ConnectTimeout", "ReadTimeout", "ServiceError", "Failed to connect", "timed out"),
    *("SSLError", "ProxyError", "HTTPError", "Max retries exceeded"),
)
"""Words of an end that is the network's fault."""


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 nothing is known, or nobody could be asked; 1 something is known, or the tool failed."""
    (requirements,) = map(Path, arguments)
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--format", "json"]
    # The hashes pin everything: nothing is resolved or installed.
    command += ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _say(0, f"not audited: no advisories within {SECONDS} s")
    try:
        report = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        is_away = any(word in done.stderr for word in AWAY)
        return _say(0 if is_away else 1, f"not audited: {last}")
    return _say(*verdict(report))


def verdict(report: Mapping[str, Any]) -> tuple[int, str]:
    """The exit code that a report stands for, and what is to be said."""
    packages = report["dependencies"]
    known = [
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for package in packages
        for found in package.get("vulns", ())
    ]
    unasked = [package["name"] for package in packages if "skip_reason" in package]
    if len(unasked) == len(packages):
        return 0, "not audited: no advisories can be asked for from here"
    rest = f"; not audited: {', '.join(unasked)}" if unasked else ""
    told = f"{len(packages) - len(unasked)} packages audited{rest}"
    return (1, "\n".join([*known, told])) if known else (0, f"{told}, no vulnerability is known")


def _say(code: int, text: str) -> int:
    (sys.stderr if code else sys.stdout).write(f"audit: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
