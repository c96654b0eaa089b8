"""The manifests name commands and settings that exist, and run without privileges."""

from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from cloudtag.cli.app import app
from cloudtag.config import Config
from tests.deploy.test_compose import KNOWN_VARIABLES

MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((Path(__file__).parents[2] / "deploy/kubernetes/cloudtag.yaml").read_text())
)
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in MANIFESTS
    if "template" in each.get("spec", {})
}
SETTINGS: dict[str, str] = next(each["data"] for each in MANIFESTS if each["kind"] == "ConfigMap")


@pytest.mark.parametrize("name", PODS)
def test_its_command_exists(name: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in PODS[name]["containers"][0]["args"]:
        command = command.commands[word]


def test_the_settings_are_valid() -> None:
    assert set(SETTINGS) <= KNOWN_VARIABLES
    assert Config.read(SETTINGS).kafka_security == "SASL_SSL"
    assert not any("PASSWORD" in name or "SECRET" in name for name in SETTINGS)


@pytest.mark.parametrize("name", ["cloudtag-worker", "cloudtag-sink"])
def test_what_runs_for_long_runs_without_privileges(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert "memory" in container["resources"]["limits"]


def test_selectors_find_their_pods() -> None:
    for each in MANIFESTS:
        if each["kind"] == "Deployment":
            wanted = each["spec"]["selector"]["matchLabels"]
            assert wanted.items() <= each["spec"]["template"]["metadata"]["labels"].items()
