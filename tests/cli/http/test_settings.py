"""What one client can have of the server is set as everything else is: within bounds, and told on the page."""

import re
from pathlib import Path

import pytest

from cloudtag.cli.http.limits import HttpLimits, limits_here
from cloudtag.config import Config, ConfigError
from cloudtag.http_settings import HttpSettings
from cloudtag.known_settings import PREFIX
from tests.cli.http.conftest import port_of
from tests.cli.http.sockets import head, say
from tests.decide.service import Service, serving

BOUNDS: dict[str, tuple[object, object]] = {
    "http_head_seconds": (0.001, 3600),
    "http_body_seconds": (0.001, 3600),
    "http_idle_seconds": (0.001, 3600),
    "http_taking_seconds": (0.001, 3600),
    "http_linger_seconds": (0.001, 60),
    "http_head_bytes": (8192, 1 << 20),
    "http_target_bytes": (2048, 32768),
    "http_fields": (30, 10_000),
    "http_ahead": (1, 10_000),
    "http_unread_bytes": (0, 1 << 30),
    "http_connections": (1, 1_000_000),
}
"""The least and the most of each, where nothing else is set."""


def _read(name: str, value: object) -> Config:
    return Config.read({PREFIX + name.upper(): str(value)})


def test_each_has_its_bounds_here() -> None:
    assert set(BOUNDS) == set(HttpSettings.__struct_fields__)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_setting_is_taken_up_to_its_bounds_and_refused_beyond(name: str) -> None:
    for value in BOUNDS[name]:
        assert getattr(_read(name, value), name) == value
    least, most = BOUNDS[name]
    assert isinstance(most, int)
    below = 0 if isinstance(least, float) else int(str(least)) - 1
    for value in (below, most + 1, "many", ""):
        if value == "":
            assert getattr(_read(name, value), name) == getattr(HttpSettings(), name)
            continue
        with pytest.raises(ConfigError, match=r"http_\w+|CLOUDTAG_HTTP_\w+") as error:
            _read(name, value)
        assert name in str(error.value).lower()


def test_a_server_has_what_is_set_and_never_more_connections_than_descriptors() -> None:
    settings = Config(**{name: bounds[0] for name, bounds in BOUNDS.items()})  # type: ignore[arg-type]
    assert limits_here(settings) == HttpLimits(*(bounds[0] for bounds in BOUNDS.values()))  # type: ignore[arg-type]
    assert limits_here(Config(http_connections=1_000_000)).connections < 1_000_000
    assert limits_here()._replace(connections=0) == HttpLimits()._replace(connections=0)


@pytest.mark.parametrize(("much", "status"), [(2048, 404), (2049, 414)])
def test_what_is_set_is_what_the_server_does(much: int, status: int) -> None:
    limits = limits_here(Config(http_target_bytes=2048))
    with serving(Service(), limits) as client:
        target = "/" + "a" * (much - 1)
        assert say(port_of(client), head("Connection: close", line=f"GET {target} HTTP/1.1")).status == status


def test_the_page_names_each_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs" / "decide.md").read_text(encoding="utf-8")
    for name in HttpSettings.__struct_fields__:
        line = next(line for line in page.splitlines() if f"`{PREFIX}{name.upper()}`" in line)
        assert f"{getattr(HttpSettings(), name):.0f}" in re.findall(r"\d+", line), line
