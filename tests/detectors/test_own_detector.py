"""A detector of another package, installed beside cloudtag: everything follows from its entry point alone."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudtag.policy.load import shipped

ROOT = Path(__file__).parents[2]
HOME = ROOT / "examples" / "own-detector"
NAME = "address_hopping"
EVENTS = HOME / "three-doors.jsonl"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder the package was installed into, as pip does it."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*pip, "--target", target, HOME], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]


@pytest.fixture(scope="module")
def cloudtag(installed: Path) -> Command:
    """Runs the command line with the package installed, or without it."""

    def run(*words: object, beside: Path | None = installed) -> Done:
        python = "import sys; from cloudtag.cli import main; sys.exit(main())"
        paths = [*([str(beside)] if beside else []), *(path for path in sys.path if path)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"}
        return subprocess.run([sys.executable, "-c", python, *map(str, words)], capture_output=True, text=True, env=env)

    return run


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    shutil.copytree(str(files("cloudtag.policy") / "packs"), tmp_path / "packs")
    return tmp_path / "packs"


def alerts(done: Done) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [record for record in told if record.get("detector") == NAME]


def test_its_example_is_replayed_and_its_alert_published(cloudtag: Command) -> None:
    (alert,) = alerts(cloudtag("replay", EVENTS))
    assert alert["order_ids"] == ["o1", "o2", "o3"]
    assert alert["explanation"].startswith("Within 90 days the buyer denied 3 parcels to 3 addresses")
    assert alerts(cloudtag("replay", EVENTS, beside=None)) == []


@pytest.mark.long
def test_what_was_published_keeps_its_name_and_the_added_detector_has_a_part_of_its_own(
    cloudtag: Command, packs: Path
) -> None:
    (before,) = alerts(cloudtag("replay", EVENTS))
    content = shipped().at("taobao", 0).content
    assert re.fullmatch(rf"taobao-2016@{content}\+[0-9a-f]{{8}}", before["policy_version"])
    with (packs / "taobao.toml").open("a") as file:
        file.write(f"\n[version.detectors.{NAME}]\nwindow_days = 89\n")
    (after,) = alerts(cloudtag("replay", EVENTS, "--policies", packs))
    assert after["policy_version"].startswith(f"taobao-2016@{content}+")
    assert after["policy_version"] != before["policy_version"]
    with (packs / "taobao.toml").open("a") as file:
        file.write("is_on = false\n")
    assert alerts(cloudtag("replay", EVENTS, "--policies", packs)) == []
    assert f"taobao-2016@{content}," in cloudtag("policy", "show", "taobao", "--policies", packs).stdout


@pytest.mark.long
def test_it_is_listed_told_and_shown_with_its_parameters(cloudtag: Command) -> None:
    assert NAME in cloudtag("detectors").stdout
    told = cloudtag("detectors", NAME).stdout
    assert "Parcels denied at one address after another" in told
    assert "three doors in six weeks" in told or "3 addresses" in told
    (row,) = (line for line in cloudtag("policy", "show").stdout.splitlines() if f"{NAME}.addresses" in line)
    assert re.search(r"\b3\b.*default of the code", row)


@pytest.mark.long
def test_what_was_published_of_it_is_held_to_its_content_where_it_is_installed(cloudtag: Command, packs: Path) -> None:
    assert cloudtag("policy", "check", packs).returncode == 0
    assert cloudtag("policy", "publish", packs).returncode == 0
    assert f'"2016+{NAME}"' in (packs / "published.toml").read_text()
    assert cloudtag("policy", "check", packs, beside=None).returncode == 0
    with (packs / "jd.toml").open("a") as file:
        file.write(f"\n[version.detectors.{NAME}]\naddresses = 4\n")
    changed = cloudtag("policy", "check", packs)
    assert changed.returncode == 2
    assert re.search(rf"jd\.toml:\d+: version '2016' of detector '{NAME}' was published as", changed.stderr)
    unknown = cloudtag("policy", "check", packs, beside=None)
    assert f"no detector is called {NAME!r}" in unknown.stderr


@pytest.mark.long
@pytest.mark.parametrize("words", [("detectors",), ("policy", "check"), ("replay", EVENTS)], ids=lambda words: words[0])
def test_a_package_that_cannot_be_used_stops_the_start_with_a_line_that_names_it(
    cloudtag: Command, tmp_path: Path, words: tuple[object, ...]
) -> None:
    info = tmp_path / "broken_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cloudtag.detectors]\nlost = broken_rules.lost\n")
    done = cloudtag(*words, beside=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("cloudtag: detector 'lost' of broken-rules: broken_rules.lost cannot be imported: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.long
def test_its_own_tests_pass(installed: Path) -> None:
    words: list[str | Path] = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:asyncio",
        "-c",
        HOME / "pyproject.toml",
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), *(path for path in sys.path if path)])}
    done = subprocess.run([sys.executable, *words, HOME / "tests"], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 40


def test_the_events_beside_it_are_those_of_its_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HOME / "src")
    from own_detector.address_hopping import EXAMPLES

    assert EVENTS.read_bytes() == b"".join(msgspec.json.encode(event) + b"\n" for event in EXAMPLES[0].events)


def test_nothing_of_cloudtag_knows_of_it() -> None:
    texts = (path for folder in ("src", "streams", "deploy", "schemas") for path in (ROOT / folder).rglob("*"))
    assert [path for path in texts if path.is_file() and NAME.encode() in path.read_bytes()] == []
