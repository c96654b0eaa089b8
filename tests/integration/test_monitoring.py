"""What dashboards and rules ask, asked of a real Prometheus that scrapes a real worker and a real sink.

The rules of the service of decisions are evaluated too; what its panels ask for is compared with the code alone.
"""

import asyncio
import math
import re
from functools import partial
from pathlib import Path

from cloudtag.local.probe import free_port
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from tests.deploy.exported import exported_by_pipeline
from tests.deploy.promtool import need
from tests.deploy.test_monitoring import PANELS, RULES
from tests.integration.installation import Installation
from tests.integration.prometheus import Prometheus, asked_until, prometheus
from tests.streams.probe import READY, asked

EVENTS = 3000
JOBS = {f"cloudtag-{name}" for name in ("worker", "sink", "decide", "desk")}


def is_ready(port: int) -> bool:
    return asked(port, "/readyz") == READY


async def test_every_panel_and_rule_is_answered_by_what_is_scraped(
    one_bootstrap: str, warehouse_url: str, tmp_path: Path
) -> None:
    need("prometheus")
    events = list(simulate(Profile(events=EVENTS, seed=7)).events())
    ports = {name: free_port() for name in JOBS}
    async with Installation(one_bootstrap, tmp_path, warehouse_url) as place:
        place.environ["CLOUDTAG_METRICS_PORT"] = str(ports["cloudtag-worker"])
        place.start("worker")
        place.environ["CLOUDTAG_METRICS_PORT"] = str(ports["cloudtag-sink"])
        place.start_sink()
        for name in ("decide", "desk"):
            place.start(name, "--port", "0", "--metrics-port", str(ports[f"cloudtag-{name}"]))
        for port in ports.values():
            await place.until(partial(is_ready, port), "it is ready")
            assert asked(port, "/healthz") == READY
            assert asked(port, "/") == (404, "not found\n")
        with prometheus(tmp_path, ports) as server:
            await place.send(events[: EVENTS // 2])
            await place.send_bytes("orders", [b"junk"])
            await place.settled()
            await asyncio.to_thread(asked_until, server, "sum(cloudtag_records_total)", lambda found: found)
            await place.send(events[EVENTS // 2 :])
            await place.pass_time(max(event.occurred_at for event in events) + 5 * DAY_MS)
            await place.settled()
            await asyncio.to_thread(_everything_is_answered, server)


def _everything_is_answered(server: Prometheus) -> None:
    for expression in ("sum(rate(cloudtag_records_total[1m]))", "sum(rate(cloudtag_sink_rows_total[1m]))"):
        asked_until(server, expression, lambda found: found and found[0][1] > 0)
    for panel in (panel for panel in PANELS if "cloudtag_decide_" not in panel["targets"][0]["expr"]):
        for target in panel["targets"]:
            found = asked_until(server, target["expr"], bool)
            legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert legend, f"{panel['title']}: every line would have the same name"
            for labels, _ in found:
                assert legend <= labels.keys(), f"{panel['title']}: a line without a name, {labels}"
            names = [tuple(labels[name] for name in sorted(legend)) for labels, _ in found]
            assert len(set(names)) == len(names), f"{panel['title']}: two lines of one name"
            assert any(not math.isnan(value) for _, value in found), panel["title"]
    _labels_are_those_of_the_code(server)
    # Only what happens has a series: of calls, answers and webhooks there were none.
    for name in ("standing", "ready", "lag_seconds", "lost", "waiting"):
        ((labels, _),) = asked_until(server, f"cloudtag_decide_{name}", bool)
        assert labels["job"] == "cloudtag-decide"
    assert {labels["job"] for labels, value in server.query("up") if value == 1} == JOBS
    asked_until(server, "up", lambda _: server.rules() == {rule["alert"]: "ok" for rule in RULES})
    dead = server.query('sum by (processor, reason) (cloudtag_dead_letters_total{reason="not_avro"}) > 0')
    assert [labels for labels, _ in dead] == [{"processor": "buyers", "reason": "not_avro"}]
    assert all(value == 0 for _, value in server.query("sum by (processor) (cloudtag_lag)"))


def _labels_are_those_of_the_code(server: Prometheus) -> None:
    """The tests of the rules rest on these."""
    for name, labels in exported_by_pipeline().items():
        found = server.query(name)
        assert found, f"{name} is not exported"
        for series, _ in found:
            assert series.keys() == {*labels, "job", "instance", "__name__"}, name
