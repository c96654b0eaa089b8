"""Prometheus's own programs, for tests: without them a test is skipped with the reason, or fails when ``CI=true``."""

import os
import shutil

import pytest


def need(program: str) -> str:
    """Where `promtool` or `prometheus` is."""
    path = shutil.which(program)
    if path is not None:
        return path
    reason = f"{program} is not installed (Debian: apt-get install prometheus)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
