"""Alert rules and dashboards ask only for what is exported, and say what an operator needs."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.exported import exported

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARDS = [json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json"))]
PANELS = [panel for dashboard in DASHBOARDS for panel in dashboard["panels"]]
ASKED = [(rule["alert"], rule["expr"]) for rule in RULES] + [
    (panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]
]


@pytest.mark.parametrize(("title", "expression"), ASKED)
def test_it_asks_for_metrics_that_exist(title: str, expression: str) -> None:
    asked = set(re.findall(r"\b(?:cloudtag|process)_\w+", expression))
    assert asked <= exported().keys(), title


def test_every_metric_is_looked_at_by_a_rule_or_a_panel() -> None:
    asked = {name for _, expression in ASKED for name in re.findall(r"\b(?:cloudtag|process)_\w+", expression)}
    unseen = {name for name in exported() if name not in asked and not name.endswith(("_sum", "_count", "_bucket"))}
    # These are for a closer look; docs/metrics.md has them.
    assert unseen == {
        "cloudtag_changelog_rows_total",
        "cloudtag_restored_rows_total",
        "cloudtag_watermark_records_total",
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def test_the_operators_page_tells_of_every_rule_and_of_no_other() -> None:
    told = set(re.findall(r"^\| `(Cloudtag\w+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert told == {rule["alert"] for rule in RULES}


def test_the_pages_name_metrics_and_rules_that_exist() -> None:
    text = "".join(path.read_text() for path in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
    assert set(re.findall(r"\bCloudtag[A-Z]\w+", text)) <= {rule["alert"] for rule in RULES}
    known = exported()
    named = set(re.findall(r"`(cloudtag_[a-z_]+)", text)) - known.keys()
    # Histograms go by the name their series have in common.
    assert {name for name in named if f"{name}_bucket" not in known} == set()


def test_dashboards_are_told_apart_and_panels_do_not_overlap() -> None:
    assert len({dashboard["uid"] for dashboard in DASHBOARDS}) == len(DASHBOARDS)
    for dashboard in DASHBOARDS:
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
        assert len(set(places)) == len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_dashboards_use_the_provisioned_source() -> None:
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"] for source in sources}
