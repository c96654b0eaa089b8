"""The manifests are valid, name commands and settings that exist, and run without privileges."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from cloudtag.cli.app import app
from cloudtag.config import Config
from tests.deploy.test_compose import KNOWN_VARIABLES

DIRECTORY = Path(__file__).parents[2] / "deploy/kubernetes"
TEXT = (DIRECTORY / "cloudtag.yaml").read_text()
WITH_POLICIES = re.sub(r"^( *)# (- \{name: policies|CLOUDTAG_POLICIES_DIR)", r"\1\2", TEXT, flags=re.MULTILINE)
"""The manifests as they are when policies of one's own are mounted."""
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all(TEXT))
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in MANIFESTS
    if "template" in each.get("spec", {})
}
SERVING = ("cloudtag-worker", "cloudtag-sink", "cloudtag-decide", "cloudtag-desk")
SETTINGS: dict[str, str] = next(each["data"] for each in MANIFESTS if each["kind"] == "ConfigMap")
KUBERNETES = ("1.30", "1.33")
"""An older and a newer version whose schemas hold the manifests to account."""


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("text", [TEXT, WITH_POLICIES], ids=["as it is", "with policies"])
def test_the_manifests_fit_the_schemas_of_kubernetes(version: str, text: str) -> None:
    for each in yaml.safe_load_all(text):
        kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_field_would_not_fit() -> None:
    deployment = next(each for each in yaml.safe_load_all(TEXT) if each["kind"] == "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(deployment, KUBERNETES[0], strict=True)


@pytest.mark.parametrize("name", PODS)
def test_its_command_exists(name: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in PODS[name]["containers"][0]["args"]:
        command = command.commands[word]


def test_the_settings_are_valid() -> None:
    assert set(SETTINGS) <= KNOWN_VARIABLES
    assert Config.read(SETTINGS).kafka_security == "SASL_SSL"
    assert not any("PASSWORD" in name or "SECRET" in name for name in SETTINGS)


@pytest.mark.parametrize("name", PODS)
def test_it_runs_without_privileges(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    # A Service named cloudtag-… would else put variables of our own prefix into the environment.
    assert not pod["enableServiceLinks"]
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]


@pytest.mark.parametrize("text", [TEXT, WITH_POLICIES], ids=["as it is", "with policies"])
def test_what_is_mounted_is_a_volume_and_files_of_settings_are_mounted(text: str) -> None:
    manifests = list(yaml.safe_load_all(text))
    settings = next(each["data"] for each in manifests if each["kind"] == "ConfigMap")
    pods = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in manifests
        if "template" in each.get("spec", {})
    }
    for name, pod in pods.items():
        mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        assert set(mounts) == {volume["name"] for volume in pod["volumes"]}
        if name != "cloudtag-migrate":
            assert mounts["kafka-ca"] == str(Path(settings["CLOUDTAG_KAFKA_CA_FILE"]).parent)
    if "CLOUDTAG_POLICIES_DIR" in settings:
        mounts = {
            mount["name"]: mount["mountPath"] for mount in pods["cloudtag-worker"]["containers"][0]["volumeMounts"]
        }
        assert mounts["policies"] == settings["CLOUDTAG_POLICIES_DIR"]


@pytest.mark.parametrize("name", SERVING)
def test_it_is_probed_where_it_serves(name: str) -> None:
    container = PODS[name]["containers"][0]
    environ = {one["name"]: one["value"] for one in container["env"]}
    config = Config.read(environ)
    served = {"cloudtag-decide": config.decide_port, "cloudtag-desk": config.desk_port}
    ports = [config.metrics_port, *([served[name]] if name in served else ())]
    assert [port["containerPort"] for port in container["ports"]] == ports
    assert config.metrics_host == "0.0.0.0"
    paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: probe["path"] for kind, probe in paths.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {probe["port"] for probe in paths.values()} == {container["ports"][0]["name"]}


def test_jobs_that_are_done_go_away() -> None:
    jobs = [each for each in MANIFESTS if each["kind"] == "Job"]
    assert len(jobs) == 2
    assert all(each["spec"]["ttlSecondsAfterFinished"] > 0 for each in jobs)


def test_selectors_find_their_pods_and_no_others() -> None:
    labels = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"]
        for each in MANIFESTS
        if each["metadata"]["name"] in PODS and "template" in each.get("spec", {})
    }
    monitors = list(yaml.safe_load_all((DIRECTORY / "podmonitor.yaml").read_text()))
    for each in (*MANIFESTS, *monitors):
        selector = each.get("spec", {}).get("selector", {})
        wanted = selector.get("matchLabels", selector)
        if wanted:
            found = [name for name, had in labels.items() if wanted.items() <= had.items()]
            assert found == [each["metadata"]["name"]], each["kind"]


def test_the_operator_scrapes_the_port_under_the_names_of_jobs_that_the_rules_know() -> None:
    scraped = {}
    for each in yaml.safe_load_all((DIRECTORY / "podmonitor.yaml").read_text()):
        (endpoint,) = each["spec"]["podMetricsEndpoints"]
        assert (endpoint["port"], endpoint["path"]) == ("metrics", "/metrics")
        (relabeling,) = endpoint["relabelings"]
        scraped[each["metadata"]["name"]] = relabeling["replacement"]
    jobs = yaml.safe_load((DIRECTORY.parent / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    assert set(scraped.values()) == {job["job_name"] for job in jobs} == set(SERVING)
