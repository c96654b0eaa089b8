"""Alert rules and the dashboard ask only for metrics that a worker exports."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY, generate_latest

import streams.sink.metrics  # noqa: F401 - the sink's are in the process's own registry
from streams.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((DEPLOY / "grafana/dashboards/cloudtag.json").read_text())["panels"]
ASKED = [(rule["alert"], rule["expr"]) for rule in RULES] + [
    (panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]
]


def _exported() -> set[str]:
    text = generate_latest(Metrics().registry).decode() + generate_latest(REGISTRY).decode()
    names = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", text, re.MULTILINE):
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


@pytest.mark.parametrize(("title", "expression"), ASKED)
def test_it_asks_for_metrics_that_exist(title: str, expression: str) -> None:
    asked = set(re.findall(r"\bcloudtag_\w+", expression))
    assert asked <= _exported(), title


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def test_the_dashboard_uses_the_provisioned_source() -> None:
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"] for source in sources}
