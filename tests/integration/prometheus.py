"""A Prometheus server that scrapes processes of a test, every second, with the rules and jobs that are shipped."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from cloudtag.local.child import Child
from cloudtag.local.probe import free_port
from tests.deploy.promtool import need

SHIPPED = Path(__file__).parents[2] / "deploy/prometheus"
PATIENCE_SECONDS = 120.0
Series = tuple[Mapping[str, str], float]


class Prometheus:
    """The server's answers."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/api/v1"

    def query(self, expression: str) -> list[Series]:
        """The series of an instant query: labels and value."""
        found = self._get("query", query=expression)["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def rules(self) -> dict[str, str]:
        """Whether each alert rule could be evaluated: name to `ok`, `err` or `unknown`."""
        groups = self._get("rules")["groups"]
        return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}

    def is_up(self) -> bool:
        """Whether it answers at all."""
        try:
            self.query("up")
        except OSError:
            return False
        return True

    def _get(self, what: str, **parameters: str) -> Any:
        with urlopen(f"{self._address}/{what}?{urlencode(parameters)}", timeout=30) as answer:
            return json.load(answer)["data"]


@contextmanager
def prometheus(directory: Path, targets: Mapping[str, int]) -> Iterator[Prometheus]:
    """Scrape the ports of the jobs named; skips (or fails in CI) where Prometheus is not installed."""
    program, port = need("prometheus"), free_port()
    config = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(SHIPPED / "alerts.yml")]
    jobs = config["scrape_configs"] = [job for job in config["scrape_configs"] if job["job_name"] in targets]
    assert {job["job_name"] for job in jobs} == set(targets)
    for job in jobs:
        del job["dns_sd_configs"], job["authorization"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{targets[job['job_name']]}"]}]
    file = directory / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    command = [program, f"--config.file={file}", f"--storage.tsdb.path={directory / 'tsdb'}"]
    child = Child([*command, f"--web.listen-address=127.0.0.1:{port}"], directory / "prometheus.log")
    try:
        server = Prometheus(port)
        child.wait_until(server.is_up, PATIENCE_SECONDS)
        yield server
    finally:
        child.stop()


def asked_until(server: Prometheus, expression: str, is_met: Any) -> list[Series]:
    """Ask again and again until the answer will do; what it is by then."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_met(found := server.query(expression)):
        assert time.monotonic() < deadline, f"{expression}: {found}"
        time.sleep(0.2)
    return found
