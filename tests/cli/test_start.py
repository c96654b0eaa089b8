"""What a process imports before it does anything: nobody waits for what a command may never need."""

import subprocess
import sys

import pytest

SERVERS = ("aiohttp", "aiokafka", "clickhouse_connect", "faust", "prometheus_client", "uvicorn")
PARTS = ("cloudtag.evaluate", "cloudtag.processors", "cloudtag.replay", "cloudtag.simulate", "streams")


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("cloudtag.cli.app", (*SERVERS, *PARTS)),
        ("streams.sink", ("aiohttp", "faust", "cloudtag.doctor", "cloudtag.processors", "streams.worker.app")),
        ("streams.worker.process", ("clickhouse_connect", "cloudtag.doctor", "cloudtag.replay", "streams.sink")),
    ],
)
def test_nothing_is_imported_that_may_not_be_needed(module: str, unneeded: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = set(done.stdout.split())
    assert module in known
    assert known.isdisjoint(unneeded)
