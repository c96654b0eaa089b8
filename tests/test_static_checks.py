"""What is looked for in the code itself, and what the audit of packages says."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CODE = [*(ROOT / "src").rglob("*.py"), *(ROOT / "streams").rglob("*.py")]
UNSAFE = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "telnetlib", "ftplib"}
"""Modules that run what they read, or speak without encryption."""
LINT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]


def _audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "requirements" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rules_for_insecure_code_hold_for_all_of_it() -> None:
    assert "S" in LINT["select"]
    assert {rule for rule in LINT["ignore"] if rule.startswith("S")} == {"S101", "S311", "S603", "S607"}
    assert not [
        path for path, rules in LINT["per-file-ignores"].items() if "S" in rules and path.startswith(("src", "streams"))
    ]
    assert "ruff check ." in (ROOT / "Makefile").read_text()


def test_such_code_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "unsafe.py"
    file.write_text('import subprocess\n\nsubprocess.run("ls", shell=True)\npassword = "hunter2-and-more"\n')
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "S602" in done.stdout
    assert "S105" in done.stdout


def test_an_exception_has_its_reason_and_nothing_runs_what_it_reads() -> None:
    for file in CODE:
        text = file.read_text()
        assert not re.findall(r"# noqa: S\d+(?:, \w+)*$", text, re.MULTILINE), file
        for node in ast.walk(ast.parse(text)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            assert not {(name or "").partition(".")[0] for name in names} & UNSAFE, file


def _package(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": []} | more


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([_package("a")], 0, "1 packages audited, no vulnerability is known"),
        ([_package("a", vulns=[{"id": "X-1", "fix_versions": ["1.1"]}])], 1, "a 1.0: X-1, mended in 1.1"),
        ([_package("a", vulns=[{"id": "X-1", "fix_versions": []}])], 1, "a 1.0: X-1, mended in none"),
        ([{"name": "a", "skip_reason": "not found"}], 0, "not audited: no advisories can be asked for from here"),
        ([_package("a"), {"name": "b", "skip_reason": "not found"}], 0, "1 packages audited; not audited: b"),
        (
            [{"name": "b", "skip_reason": "x"}, _package("a", vulns=[{"id": "X-1", "fix_versions": []}])],
            1,
            "1 packages audited; not audited: b",
        ),
    ],
)
def test_what_an_audit_found_is_said_and_what_it_could_not_ask_too(
    packages: list[dict[str, Any]], code: int, said: str
) -> None:
    found, text = _audit().verdict({"dependencies": packages})
    assert (found, said in text) == (code, True)


def test_an_audit_that_fails_for_another_reason_fails(tmp_path: Path) -> None:
    unpinned = tmp_path / "requirements.txt"
    unpinned.write_text("msgspec\n")
    command = [sys.executable, str(ROOT / "requirements" / "audit.py"), str(unpinned)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.startswith("audit: not audited: ")) == (1, True)


def test_the_audit_is_part_of_the_check() -> None:
    text = (ROOT / "Makefile").read_text()
    assert re.search(r"^check: .*\baudit\b", text, re.MULTILINE)
    assert "requirements/audit.py requirements/all.txt" in text


def test_every_guard_in_the_threat_model_is_shown_by_tests_that_exist() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    table = text[text.index("## Boundaries") : text.index("## Not covered")]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ") and "→" in line]
    assert len(rows) > 8
    assert all("`tests/" in shown or "`make " in shown for *_, shown in rows)
    for path in re.findall(r"`((?:tests|deploy)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
