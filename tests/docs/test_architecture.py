"""Every room has a place among the layers, a sentence, and tests that mirror it."""

from pathlib import Path

import pytest

from cloudtag.docs.architecture import ROOT, architecture_page, layers, mirror_of, rooms
from cloudtag.docs.exported import DETECTOR_PARAMETERS, types_of

ROOMS = [(container, room) for container in ("cloudtag", "streams") for room in rooms(container)]
WITHOUT_TESTS_OF_THEIR_NAME = {
    ("cloudtag", "known_settings"): "tests/streams/test_config.py",
    ("cloudtag", "config"): "tests/streams/test_config.py",
    ("cloudtag", "http_settings"): "tests/cli/http/test_settings.py",
    ("cloudtag", "resources"): "tests/schemas/test_resources.py",
    ("streams", "sampling"): "tests/streams/test_sampling.py",
}
"""Rooms whose tests stand elsewhere, and where."""


@pytest.mark.parametrize("container", ["cloudtag", "streams"])
def test_every_room_is_a_layer(container: str) -> None:
    assert sorted(room for layer in layers(container) for room in layer) == rooms(container)


@pytest.mark.parametrize(("container", "room"), ROOMS)
def test_a_room_has_tests(container: str, room: str) -> None:
    elsewhere = WITHOUT_TESTS_OF_THEIR_NAME.get((container, room))
    place = mirror_of(container, room) or elsewhere
    assert place, f"no tests of {container}.{room}"
    assert (ROOT / place).exists()


def test_the_page_tells_of_every_room() -> None:
    page = architecture_page()
    for _, room in ROOMS:
        assert f"| `{room}` | " in page
        assert f"| `{room}` |  |" not in page


def test_no_two_packages_export_a_type_of_one_name() -> None:
    """Whoever reads `Batch` knows which: a public class or type alias has a name of its own."""
    where: dict[str, set[str]] = {}
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "streams").rglob("*.py")]:
        for name, _ in types_of(path):
            where.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    # Each detector has its own.
    twice = {name: sorted(paths) for name, paths in where.items() if len(paths) > 1 and name != DETECTOR_PARAMETERS}
    assert twice == {}


def test_files_are_short() -> None:
    code = [path for room in ("src", "streams", "tests", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    long: list[Path] = [path for path in code if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    assert long == []
