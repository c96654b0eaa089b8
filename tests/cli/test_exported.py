"""A process serves its own metrics alone: what another kind counts would stand there at zero, and be added up."""

import subprocess
import sys

import pytest

CODE = """
import {module}
from prometheus_client import REGISTRY
print(sorted({{metric.name.split("_")[1] for metric in REGISTRY.collect() if metric.name.startswith("cloudtag_")}}))
"""


@pytest.mark.parametrize(
    ("module", "kinds"),
    [
        ("cloudtag.cli.engine_way, cloudtag.cli.desk, cloudtag.desk.app", []),
        ("cloudtag.cli.decide.process", ["decide"]),
        ("streams.sink.service", ["sink"]),
        ("streams.worker.process", []),
    ],
)
def test_what_a_process_imports_exports_nothing_of_another(module: str, kinds: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module=module)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(kinds)
