"""Each alert rule fires when it should and keeps quiet just short of it: `promtool test rules` evaluates them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.alert_cases import CASES as PIPELINE_CASES
from tests.deploy.alert_cases import HOUR, Case
from tests.deploy.decision_alert_cases import DECISION_CASES
from tests.deploy.exported import exported
from tests.deploy.promtool import need

CASES = [*PIPELINE_CASES, *DECISION_CASES]
RULES_FILE = Path(__file__).parents[2] / "deploy/prometheus/alerts.yml"
RULES = {rule["alert"]: rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.what}")
def test_a_rule_fires_when_it_should_and_only_then(case: Case, tmp_path: Path) -> None:
    promtool = need("promtool")
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(_unit_test(case)))
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", RULES)
def test_each_rule_has_a_case_that_fires_and_one_that_does_not(alert: str) -> None:
    assert {bool(case.fires) for case in CASES if case.alert == alert} == {True, False}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.what}")
def test_its_series_have_the_labels_that_are_exported(case: Case) -> None:
    known = exported() | {"up": ()}
    for name, labels, _ in case.series:
        assert set(labels) == {*known[name], "job", "instance"}, name


def test_rules_and_configuration_are_valid() -> None:
    done = subprocess.run(
        [need("promtool"), "check", "config", "--syntax-only", str(RULES_FILE.with_name("prometheus.yml"))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _unit_test(case: Case) -> dict[str, Any]:
    rule = RULES[case.alert]
    expected = [
        {"exp_labels": fired | rule["labels"], "exp_annotations": _annotations(rule["annotations"], fired)}
        for fired in case.fires
    ]
    series = [
        {
            "series": name + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}",
            "values": values,
        }
        for name, labels, values in case.series
    ]
    ask = {"eval_time": f"{HOUR}m", "alertname": case.alert, "exp_alerts": expected}
    return {
        "rule_files": [str(RULES_FILE)],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": [ask]}],
    }


def _annotations(templates: dict[str, str], labels: dict[str, str]) -> dict[str, str]:
    """The texts with the labels put in; a label that the rule does not give would show as nothing."""
    return {
        key: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels[found[1]], text)
        for key, text in templates.items()
    }
